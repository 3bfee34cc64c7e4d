package assistant

import (
	"slices"
	"strings"
)

// Command is one slash command, read but not yet resolved. Verb is empty for
// an empty command (the form) and VerbAsk for anything that is not a command.
type Command struct {
	Verb        string
	Issues      []string // ENG-142 or its address, in the order given, each once
	Args        []string // the words after a verb without text: a help topic, "channel"
	Text        string   // search words, a state, a person, a comment, a question
	Title       string   // create
	Description string   // create: the lines after the first
	Fields      []Field
}

// The most issues one command may name (ux: show and change).
const (
	maxShown   = 5
	maxChanged = 50
)

// ParseCommand reads the text after the slash command. What does not begin
// with a verb, or begins with one but goes on like a sentence ("move it to
// done"), is VerbAsk with the whole text. The errors are *UnknownVerbError,
// *RepeatedFieldError, *BadValueError, *FieldNotHereError,
// *MissingArgumentError, *ExtraTextError and *TooManyIssuesError.
func ParseCommand(text string) (Command, error) {
	text = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), "\r\n", "\n"))
	if text == "" {
		return Command{}, nil
	}
	if refs, rest := leadingIssues(text); len(refs) > 0 && rest == "" {
		return showCommand(refs)
	}
	word, rest := cutWord(text)
	verb, ok := VerbNamed(word)
	if !ok {
		if near, ok := nearestVerb(word); ok && !speaks(word) {
			return Command{}, &UnknownVerbError{Word: word, Suggestion: near, Rewritten: strings.TrimSpace(near + " " + plainText(rest, false))}
		}
		return Command{Verb: VerbAsk, Text: plainText(text, true)}, nil
	}
	cmd, err := readVerb(verb, rest)
	if cmd.Verb == VerbAsk && verb.Name != VerbAsk {
		cmd.Text = plainText(text, true)
	}
	return cmd, err
}

// Sentence reports whether the text of a create command is better taken as the
// sentence r that Parse made of it: "create a bug in Engineering: Login fails",
// "add label infra to ENG-12". What r plans is inferred and wants a preview.
func (c Command) Sentence(r Reading) bool {
	if c.Verb != VerbCreate || len(c.Fields) > 0 {
		return false
	}
	if r.Refusal != "" || len(r.Questions) > 0 {
		return false
	}
	return r.Plan.Writes() && (len(r.Plan.Steps) > 1 || r.Plan.Steps[0].Tool != toolCreate || r.Plan.Steps[0].Input["title"] != c.Title)
}

func readVerb(verb VerbSpec, rest string) (Command, error) {
	switch verb.Name {
	case VerbAsk:
		if rest == "" {
			return Command{}, &MissingArgumentError{Verb: VerbAsk, Argument: "text"}
		}
		return Command{Verb: VerbAsk, Text: plainText(rest, true)}, nil
	case VerbCreate:
		return readCreate(verb, rest)
	case VerbComment:
		return readComment(verb, rest)
	case VerbMine, VerbList, VerbSearch:
		return readFilters(verb, rest)
	case VerbShow, VerbSet, VerbMove, VerbAssign, VerbDone:
		return readChange(verb, rest)
	}
	return readBare(verb, rest)
}

// readBare reads the verbs without issues or fields. Only help and defaults
// take a word; after the others a sentence is going on.
func readBare(verb VerbSpec, rest string) (Command, error) {
	args := strings.Fields(plainText(rest, false))
	cmd := Command{Verb: verb.Name}
	switch {
	case len(args) == 0:
		return cmd, nil
	case verb.Name == VerbHelp && len(args) == 1:
		cmd.Args = []string{strings.ToLower(strings.TrimSuffix(args[0], ":"))}
		return cmd, nil
	case verb.Name == VerbDefaults && len(args) == 1 && strings.EqualFold(args[0], "channel"):
		cmd.Args = []string{"channel"}
		return cmd, nil
	}
	return Command{Verb: VerbAsk}, nil
}

// readCreate reads a title with fields anywhere on the first line; the other
// lines are the description.
func readCreate(verb VerbSpec, rest string) (Command, error) {
	line, below, _ := strings.Cut(rest, "\n")
	cmd := Command{Verb: verb.Name, Description: strings.TrimSpace(plainText(below, true))}
	lexemes := lexer{src: line, allowed: verb.Allows}.lex()
	var words []string
	for _, l := range lexemes {
		switch {
		case l.field != nil:
			cmd.Fields = append(cmd.Fields, *l.field)
		default:
			words = append(words, l.raw)
		}
	}
	cmd.Title = strings.Join(words, " ")
	if only := soleQuoted(lexemes); only != nil {
		cmd.Title = only.text
	}
	if strings.TrimSpace(cmd.Title) == "" && len(cmd.Fields) == 0 && cmd.Description == "" {
		return Command{}, nil // the form
	}
	return cmd, checkFields(verb, cmd.Fields)
}

// soleQuoted is the one quoted span among fields, if there is nothing else.
func soleQuoted(lexemes []lexeme) *lexeme {
	var only *lexeme
	for i, l := range lexemes {
		if l.field != nil {
			continue
		}
		if only != nil || !l.quoted {
			return nil
		}
		only = &lexemes[i]
	}
	return only
}

func readComment(verb VerbSpec, rest string) (Command, error) {
	if rest == "" {
		return Command{}, &MissingArgumentError{Verb: verb.Name, Argument: "issue"}
	}
	word, body := cutWord(rest)
	ref, ok := issueRef(plainText(word, false))
	if !ok {
		return Command{Verb: VerbAsk}, nil
	}
	if body == "" {
		return Command{}, &MissingArgumentError{Verb: verb.Name, Argument: "text"}
	}
	return Command{Verb: verb.Name, Issues: []string{ref}, Text: plainText(body, true)}, nil
}

// readFilters reads mine, list and search. Outside of search a word continues
// the value before it (state:In Review); words before any field are a sentence.
func readFilters(verb VerbSpec, rest string) (Command, error) {
	cmd := Command{Verb: verb.Name}
	any := func(FieldSpec) bool { return true }
	lexemes := lexer{src: rest, allowed: any, spaced: verb.Name != VerbSearch}.lex()
	var words []string
	for _, l := range lexemes {
		switch {
		case l.field != nil:
			cmd.Fields = append(cmd.Fields, *l.field)
		case verb.Name == VerbSearch:
			words = append(words, l.text)
		case len(cmd.Fields) == 0 || !continueValue(&cmd.Fields[len(cmd.Fields)-1], l):
			return Command{Verb: VerbAsk}, nil
		}
	}
	cmd.Text = strings.Join(words, " ")
	if verb.Name == VerbSearch && cmd.Text == "" {
		return Command{}, &MissingArgumentError{Verb: verb.Name, Argument: "words"}
	}
	return cmd, checkFields(verb, cmd.Fields)
}

// continueValue appends a word to the last value of a field that takes names.
func continueValue(f *Field, l lexeme) bool {
	if len(f.Values) == 0 || l.quoted {
		return false
	}
	last := &f.Values[len(f.Values)-1]
	switch f.Name {
	case "team", "state", "assignee", "creator", "label", "project", "cycle", "template", "due":
	default:
		return false
	}
	if last.Literal {
		return false
	}
	last.Text += " " + l.text
	return true
}

// readChange reads the verbs that begin with issues.
func readChange(verb VerbSpec, rest string) (Command, error) {
	if rest == "" {
		return Command{}, &MissingArgumentError{Verb: verb.Name, Argument: "issue"}
	}
	refs, rest := leadingIssues(rest)
	cmd := Command{Verb: verb.Name, Issues: refs}
	if len(refs) == 0 {
		return Command{Verb: VerbAsk}, nil
	}
	if verb.Name == VerbShow && rest == "" {
		return showCommand(refs)
	}
	if len(refs) > maxChanged {
		return Command{}, &TooManyIssuesError{Verb: verb.Name, Given: len(refs), Most: maxChanged}
	}
	switch verb.Name {
	case VerbShow, VerbDone:
		if rest != "" {
			return Command{Verb: VerbAsk}, nil
		}
	case VerbMove:
		return readWords(cmd, rest, "state")
	case VerbAssign:
		return readWords(cmd, rest, "person")
	case VerbSet:
		return readSet(verb, cmd, rest)
	}
	return cmd, nil
}

// readWords reads the state of move and the person of assign; "to" may come first.
func readWords(cmd Command, rest, argument string) (Command, error) {
	none := func(FieldSpec) bool { return false }
	lexemes := lexer{src: rest, allowed: none}.lex()
	if len(lexemes) > 1 && strings.EqualFold(lexemes[0].text, "to") {
		lexemes = lexemes[1:]
	}
	var words []string
	for _, l := range lexemes {
		text := l.text
		if l.person != "" {
			text = l.person
		}
		words = append(words, text)
	}
	cmd.Text = strings.TrimSpace(strings.Join(words, " "))
	if argument == "person" {
		cmd.Text = strings.TrimSpace(strings.TrimLeft(cmd.Text, "@ "))
	}
	if cmd.Text == "" {
		return Command{}, &MissingArgumentError{Verb: cmd.Verb, Argument: argument}
	}
	return cmd, nil
}

func readSet(verb VerbSpec, cmd Command, rest string) (Command, error) {
	any := func(FieldSpec) bool { return true }
	for _, l := range (lexer{src: rest, allowed: any, spaced: true}).lex() {
		switch {
		case l.field != nil:
			cmd.Fields = append(cmd.Fields, *l.field)
		case len(cmd.Fields) == 0:
			return Command{Verb: VerbAsk}, nil
		case !continueValue(&cmd.Fields[len(cmd.Fields)-1], l):
			return Command{}, &ExtraTextError{Verb: verb.Name, Text: l.raw}
		}
	}
	return cmd, checkFields(verb, cmd.Fields)
}

func showCommand(refs []string) (Command, error) {
	if len(refs) > maxShown {
		return Command{}, &TooManyIssuesError{Verb: VerbShow, Given: len(refs), Most: maxShown}
	}
	return Command{Verb: VerbShow, Issues: refs}, nil
}

// checkFields refuses fields the verb does not take, single-value fields that
// are given twice, and fields without a value.
func checkFields(verb VerbSpec, given []Field) error {
	first := map[string]Field{}
	for _, f := range given {
		spec, _ := FieldNamed(f.Name) // came out of the table
		if !verb.Allows(spec) {
			return &FieldNotHereError{Verb: verb.Name, Field: f.Name}
		}
		if len(f.Values) == 0 || slices.ContainsFunc(f.Values, func(v Value) bool { return strings.TrimSpace(v.Text) == "" }) {
			return &MissingArgumentError{Verb: verb.Name, Argument: f.Name}
		}
		if f.Not && verb.Fields != ListFields && f.Name != "label" {
			return &BadValueError{Field: f.Name, Value: "-" + f.Name + ":" + f.text(), Valid: []string{"none clears it"}}
		}
		if verb.Fields != ListFields && f.Name != "label" && len(f.Values) > 1 {
			return &RepeatedFieldError{Field: f.Name, First: f.Values[0].Text, Second: f.Values[1].Text}
		}
		key := repeatKey(f)
		if old, ok := first[key]; ok && !spec.Many {
			return &RepeatedFieldError{Field: f.Name, First: old.text(), Second: f.text()}
		}
		first[key] = f
	}
	return nil
}

// repeatKey lets both ends of a range and a negation stand beside each other.
func repeatKey(f Field) string {
	key := f.Name
	if f.Not {
		key = "-" + key
	}
	return key + strings.TrimSuffix(f.Values[0].Op, "=")
}

// cutWord takes the first word off text.
func cutWord(text string) (word, rest string) {
	text = strings.TrimSpace(text)
	i := strings.IndexFunc(text, isSpace)
	if strings.HasPrefix(text, "<") {
		if _, n := readEntity(text); n > 0 {
			if j := strings.IndexFunc(text[n:], isSpace); j >= 0 {
				i = n + j
			} else {
				i = -1
			}
		}
	}
	if i < 0 {
		return text, ""
	}
	return text[:i], strings.TrimSpace(text[i:])
}

func isSpace(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\u00a0' || r == '\r' }
