package assistant

import (
	"slices"
	"strings"
)

// The verbs of the command grammar under their first name.
const (
	VerbCreate     = "create"
	VerbShow       = "show"
	VerbMine       = "mine"
	VerbList       = "list"
	VerbSearch     = "search"
	VerbSet        = "set"
	VerbMove       = "move"
	VerbAssign     = "assign"
	VerbDone       = "done"
	VerbComment    = "comment"
	VerbUndo       = "undo"
	VerbAsk        = "ask"
	VerbConnect    = "connect"
	VerbDisconnect = "disconnect"
	VerbStatus     = "status"
	VerbDefaults   = "defaults"
	VerbAdmin      = "admin"
	VerbHelp       = "help"
)

// VerbSpec describes one verb. Help, usage and error texts are made from it.
type VerbSpec struct {
	Name      string
	Aliases   []string
	Arguments string // as usage shows them
	Does      string // one line
	Examples  [2]string
	Fields    FieldUse // which fields may follow

	issues bool // takes one or more issues first
	words  bool // takes free text after the issues
}

// FieldUse says in which sense a verb takes fields.
type FieldUse int

// The senses of fields: none, values of a new issue, changes, filters.
const (
	NoFields FieldUse = iota
	CreateFields
	UpdateFields
	ListFields
)

// Allows reports whether the field f may be written with the verb.
func (v VerbSpec) Allows(f FieldSpec) bool {
	switch v.Fields {
	case CreateFields:
		return f.Create
	case UpdateFields:
		return f.Update
	case ListFields:
		return f.List
	}
	return false
}

// Usage is the verb's usage line, beginning with the configured command word.
func (v VerbSpec) Usage(word string) string {
	return strings.TrimRight(word+" "+v.Name+" "+v.Arguments, " ")
}

var verbs = []VerbSpec{
	{Name: VerbCreate, Aliases: []string{"new", "add"}, Arguments: "TITLE [field:value ...]", Does: "Create an issue; lines after the first are its description", Examples: [2]string{"create Fix login team:ENG p:high", "create Rotate keys assignee:@bob due:friday"}, Fields: CreateFields, words: true},
	{Name: VerbShow, Aliases: []string{"view"}, Arguments: "ISSUE [ISSUE ...]", Does: "Show up to five issues", Examples: [2]string{"show ENG-142", "show ENG-142 DES-7"}, issues: true},
	{Name: VerbMine, Aliases: []string{"my"}, Arguments: "[field:value ...]", Does: "Your open issues", Examples: [2]string{"mine", "mine p:urgent,high"}, Fields: ListFields},
	{Name: VerbList, Aliases: []string{"ls"}, Arguments: "[field:value ...]", Does: "List issues that match", Examples: [2]string{`list team:ENG state:"In Review"`, "list assignee:alice updated:<7d"}, Fields: ListFields},
	{Name: VerbSearch, Aliases: []string{"find"}, Arguments: "WORDS [field:value ...]", Does: "Search in titles and descriptions", Examples: [2]string{"search login timeout", "search login team:ENG state:all"}, Fields: ListFields, words: true},
	{Name: VerbSet, Aliases: []string{"update", "edit"}, Arguments: "ISSUE [ISSUE ...] [field:value ...]", Does: "Change fields; without fields, open the form", Examples: [2]string{"set ENG-142 p:high estimate:3", "set ENG-142 label:+bug,-infra"}, Fields: UpdateFields, issues: true},
	{Name: VerbMove, Arguments: "ISSUE [ISSUE ...] STATE", Does: "Change the status", Examples: [2]string{"move ENG-142 In Review", "move ENG-1 ENG-2 done"}, issues: true, words: true},
	{Name: VerbAssign, Arguments: "ISSUE [ISSUE ...] PERSON", Does: "Assign to @person, me or nobody", Examples: [2]string{"assign ENG-142 @bob", "assign ENG-142 nobody"}, issues: true, words: true},
	{Name: VerbDone, Arguments: "ISSUE [ISSUE ...]", Does: "Move to the team's first completed state", Examples: [2]string{"done ENG-142", "done ENG-1 ENG-2"}, issues: true},
	{Name: VerbComment, Arguments: "ISSUE TEXT", Does: "Add a comment", Examples: [2]string{"comment ENG-142 deployed to staging", "comment DES-7 looks good"}, issues: true, words: true},
	{Name: VerbUndo, Does: "Take back your last change (10 minutes)", Examples: [2]string{"undo", "undo"}},
	{Name: VerbAsk, Arguments: "ANYTHING", Does: "Ask in your own words", Examples: [2]string{"ask what am I working on", "ask close ENG-1 and ENG-2"}, words: true},
	{Name: VerbConnect, Does: "Connect your Linear account", Examples: [2]string{"connect", "connect"}},
	{Name: VerbDisconnect, Does: "Disconnect your Linear account", Examples: [2]string{"disconnect", "disconnect"}},
	{Name: VerbStatus, Does: "Show your connection", Examples: [2]string{"status", "status"}},
	{Name: VerbDefaults, Aliases: []string{"settings"}, Arguments: "[channel]", Does: "Your defaults, or this channel's", Examples: [2]string{"defaults", "defaults channel"}},
	{Name: VerbAdmin, Does: "Connections and health (admins)", Examples: [2]string{"admin", "admin"}},
	{Name: VerbHelp, Arguments: "[TOPIC]", Does: "Help on a verb or a field", Examples: [2]string{"help create", "help due"}},
}

// Verbs lists every verb in the order help shows them.
func Verbs() []VerbSpec { return slices.Clone(verbs) }

// VerbNamed finds a verb by name or alias, whatever its case.
func VerbNamed(name string) (VerbSpec, bool) {
	name = strings.ToLower(name)
	i := slices.IndexFunc(verbs, func(v VerbSpec) bool {
		return v.Name == name || slices.Contains(v.Aliases, name)
	})
	if i < 0 {
		return VerbSpec{}, false
	}
	return verbs[i], true
}

// nearestVerb suggests a verb for a mistyped word: at most two edits away, one
// for words of three letters. Aliases of two letters are too near to everything.
func nearestVerb(word string) (string, bool) {
	word = strings.ToLower(word)
	most := 2
	if n := len([]rune(word)); n < 3 {
		return "", false
	} else if n == 3 {
		most = 1
	}
	best, suggestion := most+1, ""
	for _, v := range verbs {
		for _, name := range append([]string{v.Name}, v.Aliases...) {
			if len(name) < 3 {
				continue
			}
			if d := edits(word, name); d < best {
				best, suggestion = d, name
			}
		}
	}
	return suggestion, suggestion != ""
}

// edits counts insertions, deletions, replacements and swaps of neighbours
// between two words. Words whose lengths differ by more than two are far apart
// without looking.
func edits(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > 2 || len(y)-len(x) > 2 {
		return 3
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range y {
		rows[0][j+1] = j + 1
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}
