package slackapp

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/store"
)

// help is what help answers. Verbs and fields come from the grammar's own tables.
type help struct {
	Word    string
	Account store.Account
}

// message is the first page: what to type, what to say, where to press.
func (h help) message() Message {
	w := h.Word
	line := func(command, does string) string { return code(strings.TrimSpace(w+" "+command), 100) + " " + does }
	first := primary("New issue", actNewIssue, "")
	if h.Account.State != store.Active {
		first = primary("Connect Linear", actConnect, "")
	}
	return Message{}.with(
		section("*What you can do*\n"+strings.Join([]string{
			line("", "New issue"), line("create Fix login team:ENG p:high", "Create now"),
			line("ENG-142", "Show an issue"), line("mine", "Your open issues"),
			line(`list team:ENG state:"In Review"`, "Filter"), line("move ENG-142 In Review", "Change status"),
			line("comment ENG-142 text", "Comment"), line("undo", "Take back"),
		}, "\n")),
		section("*Or just say it:* "+code(w+" show high-priority open issues assigned to Alice", 150)),
		section("*From a message:* ⋯ More actions → *Create Linear issue* or *Link to Linear issue*"),
		contextLine(statusLine(h.Account)),
		actions("", first, button("My issues", actMyIssues, ""), button("Settings", actSettings, ""), button("All commands", actHelpAll, "")),
	)
}

// all is every verb and field, as a modal.
func (h help) all() slack.ModalViewRequest {
	var verbs, fields []string
	for _, v := range assistant.Verbs() {
		usage := code(v.Usage(h.Word), 200)
		if len(v.Aliases) > 0 {
			usage += " (" + escape(strings.Join(v.Aliases, ", ")) + ")"
		}
		verbs = append(verbs, usage+"\n"+escape(v.Does))
	}
	for _, f := range assistant.Fields() {
		fields = append(fields, code(f.Name, 40)+" "+escape(f.Takes)+fieldScope(f))
	}
	blocks := []slack.Block{section("*Commands*")}
	blocks = append(blocks, paragraphs(verbs)...)
	blocks = append(blocks, slack.NewDividerBlock(), section("*Fields*, written "+code("field:value", 40)))
	blocks = append(blocks, paragraphs(fields)...)
	blocks = append(blocks, section("*Values:* "+code("a,b", 10)+" any of · "+code("none", 10)+" · "+code("me", 10)+" · "+
		code("-field:v", 20)+" not · "+code("<", 5)+" "+code(">", 5)+" for dates and numbers"),
		contextLine("Quotes keep words together. In a value, - and _ stand for a space."))
	return modal(viewHelp, "All commands", "", "Close", "", blocks...)
}

// fieldScope says where a field cannot be used everywhere.
func fieldScope(f assistant.FieldSpec) string {
	switch {
	case f.List && !f.Create && !f.Update:
		return " _(lists only)_"
	case f.Create && !f.Update && !f.List:
		return " _(new issues only)_"
	}
	return ""
}

// paragraphs packs lines into sections.
func paragraphs(lines []string) []slack.Block {
	var all []slack.Block
	var now []string
	size := 0
	for _, l := range lines {
		if size+length(l)+1 > maxSection-100 {
			all = append(all, section(strings.Join(now, "\n")))
			now, size = nil, 0
		}
		now = append(now, l)
		size += length(l) + 1
	}
	if len(now) > 0 {
		all = append(all, section(strings.Join(now, "\n")))
	}
	return all
}

// topic is help on one verb or field; values are the ones valid for the person's
// default team, where the field takes names. ok is false for an unknown topic.
func (h help) topic(name string, values []string) (m Message, ok bool) {
	if v, found := assistant.VerbNamed(name); found {
		return h.verb(v), true
	}
	f, found := assistant.FieldNamed(strings.TrimSuffix(name, ":"))
	if !found {
		return Message{}, false
	}
	return h.field(f, values), true
}

func (h help) verb(v assistant.VerbSpec) Message {
	m := sayText(code(v.Usage(h.Word), 200) + "\n" + sentence(escape(v.Does)))
	m = m.with(section("*Examples*\n" + h.examples(v.Examples, "")))
	var names []string
	for _, f := range assistant.Fields() {
		if v.Allows(f) {
			names = append(names, code(f.Name, 40))
		}
	}
	if len(names) > 0 {
		m = m.with(contextLine("Fields: " + strings.Join(names, " ")))
	}
	if len(v.Aliases) > 0 {
		m = m.with(contextLine("Also: " + escape(strings.Join(v.Aliases, ", "))))
	}
	return m
}

func (h help) field(f assistant.FieldSpec, values []string) Message {
	verb := "list"
	if !f.List {
		verb = "create Fix login"
	}
	m := sayText(code(f.Name+":value", 60)+" takes "+escape(f.Takes)+"."+fieldScope(f),
		"*Examples*\n"+h.examples(f.Examples, verb+" "))
	if len(f.Words) > 0 {
		m = m.with(contextLine("Words: " + escape(strings.Join(f.Words, ", "))))
	}
	if len(values) > 0 {
		var shown []string
		for _, v := range values[:min(len(values), 40)] {
			shown = append(shown, inline(v, 60))
		}
		m = m.with(contextLine("In your default team: " + strings.Join(shown, ", ")))
	}
	if len(f.Aliases) > 0 {
		m = m.with(contextLine("Also: " + escape(strings.Join(f.Aliases, ", "))))
	}
	return m
}

func (h help) examples(two [2]string, before string) string {
	lines := []string{code(h.Word+" "+before+two[0], 200)}
	if two[1] != two[0] {
		lines = append(lines, code(h.Word+" "+before+two[1], 200))
	}
	return strings.Join(lines, "\n")
}

// notUnderstood answers words nothing could be made of: filled commands, those that
// parts of the words spell when there are any, else some that only read. A button
// shows all that it runs.
func notUnderstood(word string, offers ...string) Message {
	try := slices.DeleteFunc(slices.Clone(offers), func(c string) bool { return utf8.RuneCountInString(word+" "+c) > maxLabel })
	if len(try) == 0 {
		try = []string{"mine", "list state:open p:high", "search login"}
	}
	var row []slack.BlockElement
	for n, c := range try {
		row = append(row, button(word+" "+c, actRunCommand+"."+string(rune('a'+n)), c))
	}
	return sayText("I can't work that out right now. Try " + code(word+" help", 60) + ", or one of these:").
		with(actions("", row...))
}

// valuesOf are the names a field takes in a team; nil for a field whose values
// are the same everywhere.
func valuesOf(field string, dir *linear.Directory, team linear.Team) []string {
	var choices []choice
	switch field {
	case fieldTeam:
		for _, t := range dir.Teams {
			choices = append(choices, teamChoice(t))
		}
	case fieldState:
		choices = stateChoices(team)
	case "label":
		for _, l := range dir.Labels {
			if l.Team == nil || l.Team.ID == team.ID {
				choices = append(choices, choice{Label: l.Name})
			}
		}
	case fieldProject:
		choices = projectChoices(dir, team.ID)
	case fieldEstimate:
		choices = estimateScale(team)
	case fieldTemplate:
		for _, t := range team.Templates {
			choices = append(choices, choice{Label: t.Name})
		}
	}
	var names []string
	for _, c := range choices {
		names = append(names, c.Label)
	}
	return names
}
