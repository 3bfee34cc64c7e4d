package slackapp

import (
	"slices"
	"strings"

	"linearbot/assistant"
	"linearbot/linear"
)

// place is a page of Linear's own that holds the issues of a list. Linear has no
// address for a set of filters, only for teams and people; a list that is narrower
// than the page says which page it is.
type place struct {
	URL  string // "" for none
	Name string // "ENG"; "" when the page is about nothing but the list
}

func (p place) label() string {
	if p.Name == "" {
		return "Open in Linear"
	}
	return "Open " + p.Name + " in Linear"
}

// listPlace is the narrowest page that leaves none of the list's issues out.
func listPlace(d *linear.Directory, cmd assistant.Command) place {
	base := "https://linear.app/" + d.Organization.URLKey
	if d.Organization.URLKey == "" {
		return place{}
	}
	var found place
	for _, f := range cmd.Fields {
		name := onlyValue(f)
		switch {
		case name == "":
		case f.Name == fieldTeam:
			if t, err := d.Team(name); err == nil {
				found = place{URL: base + "/team/" + t.Key + "/all", Name: t.Key}
			}
		case found.URL != "": // the team's page is narrower, or as good
		case f.Name == fieldAssignee && name == "me":
			found = place{URL: base + "/my-issues/assigned", Name: "my issues"}
		case f.Name == fieldCreator && name == "me":
			found = place{URL: base + "/my-issues/created", Name: "my issues"}
		}
	}
	if cmd.Verb == assistant.VerbMine {
		found = place{URL: base + "/my-issues/assigned", Name: "my issues"}
	}
	whole := len(cmd.Fields) == 0 || cmd.Verb == assistant.VerbList && len(cmd.Fields) == 1
	if whole && cmd.Verb != assistant.VerbSearch {
		found.Name = ""
	}
	return found
}

// onlyValue is the one name a filter asks for, "me" in lower case; "" when it asks
// for several, or for what is not there.
func onlyValue(f assistant.Field) string {
	if f.Not || len(f.Values) != 1 || f.Values[0].Op != "" {
		return ""
	}
	v := f.Values[0]
	if !v.Literal && (strings.EqualFold(v.Text, "me") || strings.EqualFold(v.Text, noValue)) {
		return strings.TrimPrefix(strings.ToLower(v.Text), noValue)
	}
	return v.Text
}

// named is the command with the person's name for "me", so that it means the same
// to everybody who reads it.
func named(cmd assistant.Command, viewer linear.User) (assistant.Command, error) {
	me := assistant.Value{Text: firstOf(viewer.DisplayName, viewer.Email)}
	cmd.Fields = slices.Clone(cmd.Fields)
	for i, f := range cmd.Fields {
		if f.Name != fieldAssignee && f.Name != fieldCreator {
			continue
		}
		cmd.Fields[i].Values = slices.Clone(f.Values)
		for n, v := range f.Values {
			if !v.Literal && strings.EqualFold(v.Text, "me") {
				cmd.Fields[i].Values[n] = me
			}
		}
	}
	if cmd.Verb == assistant.VerbMine {
		cmd.Verb = assistant.VerbList
		cmd.Fields = append([]assistant.Field{{Name: fieldAssignee, Values: []assistant.Value{me}}}, cmd.Fields...)
	}
	return assistant.ParseCommand(listCommand(cmd))
}

// listCommand writes the command of a list.
func listCommand(cmd assistant.Command) string {
	parts := []string{cmd.Verb}
	if cmd.Text != "" {
		parts = append(parts, commandValue(cmd.Text))
	}
	for _, f := range cmd.Fields {
		var values []string
		for _, v := range f.Values {
			text := v.Text
			if v.Literal || strings.ContainsAny(text, " \t\",\\“”") {
				text = literalValue(text)
			}
			values = append(values, v.Op+text)
		}
		name := f.Name
		if f.Not {
			name = "-" + name
		}
		parts = append(parts, name+":"+strings.Join(values, ","))
	}
	return strings.Join(parts, " ")
}
