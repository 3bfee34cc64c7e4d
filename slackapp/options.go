package slackapp

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"linearbot/linear"
)

// suggest ranks choices for what a person typed: prefix, then a word that begins
// with it, then anywhere; ties keep their order. Never empty: without a match the
// one line says so.
func suggest(query string, all []choice) []*slack.OptionBlockObject {
	q := strings.ToLower(oneLine(query))
	type ranked struct {
		choice
		rank int
	}
	var found []ranked
	for _, c := range all {
		if r := matchRank(strings.ToLower(oneLine(c.Label+" "+c.More)), q); r >= 0 {
			found = append(found, ranked{c, r})
		}
	}
	slices.SortStableFunc(found, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	if len(found) == 0 {
		return []*slack.OptionBlockObject{noMatchOption(query)}
	}
	options := make([]*slack.OptionBlockObject, 0, min(len(found), maxOptions))
	for _, f := range found[:min(len(found), maxOptions)] {
		options = append(options, f.option())
	}
	return options
}

// matchRank is 0 for a prefix, 1 for the beginning of a word, 2 for a substring,
// -1 for none.
func matchRank(text, query string) int {
	switch {
	case strings.HasPrefix(text, query):
		return 0
	case strings.Contains(text, " "+query), strings.Contains(text, "-"+query), strings.Contains(text, "("+query):
		return 1
	case strings.Contains(text, query):
		return 2
	}
	return -1
}

func noMatchOption(query string) *slack.OptionBlockObject {
	label := "Nothing to choose from"
	if q := oneLine(query); q != "" {
		label = "No match for “" + cut(q, 50) + "”"
	}
	return choice{Label: label, Value: noMatch}.option()
}

// answerOptions is the reply to a block_suggestion. Built as a map because
// slack-go leaves an empty list out, which Slack may not take for one.
func answerOptions(options []*slack.OptionBlockObject) map[string]any {
	if options == nil {
		options = []*slack.OptionBlockObject{}
	}
	return map[string]any{"options": options}
}

// optionsFor answers the typing in one field of the forms, the block id being
// the field's. Fields of issues (parent, link) need a search: see issueOptions.
func optionsFor(dir *linear.Directory, blockID, teamID, query string) []*slack.OptionBlockObject {
	field, scope, scoped := strings.Cut(blockID, ".")
	if scoped {
		teamID, _, _ = strings.Cut(scope, ".")
	}
	team, _ := teamByID(dir, teamID)
	switch field {
	case fieldTeam:
		return suggest(query, teamChoices(dir))
	case fieldAssignee, fieldCreator:
		return suggest(query, personChoices(dir, team))
	case fieldState:
		return suggest(query, stateChoices(team))
	case fieldLabels:
		return suggest(query, labelChoices(dir, teamID))
	case fieldProject:
		return suggest(query, projectChoices(dir, teamID))
	case fieldCycle:
		return suggest(query, cycleChoices(team))
	case fieldTemplate:
		return suggest(query, refChoices(team.Templates))
	}
	return suggest(query, nil)
}

func teamChoices(dir *linear.Directory) []choice {
	var all []choice
	for _, t := range dir.Teams {
		all = append(all, teamChoice(t))
	}
	return all
}

func teamChoice(t linear.Team) choice {
	return choice{Label: cut(t.Name, maxLabel-len(t.Key)-3) + " (" + t.Key + ")", Value: t.ID}
}

// personChoices lists Me and No one first, then the members of the team, or
// everybody when it is not known who they are.
func personChoices(dir *linear.Directory, team linear.Team) []choice {
	all := []choice{{Label: "Me", Value: dir.Viewer.ID}, {Label: "No one", Value: noValue}}
	members := make(map[string]bool, len(team.MemberIDs))
	for _, id := range team.MemberIDs {
		members[id] = true
	}
	for _, u := range dir.Users {
		if u.ID != dir.Viewer.ID && (len(members) == 0 || members[u.ID]) {
			all = append(all, personChoice(u))
		}
	}
	return all
}

func personChoice(u linear.User) choice {
	return choice{Label: personName(u), Value: u.ID, More: u.Email}
}

func stateChoices(team linear.Team) []choice {
	var all []choice
	for _, s := range team.States {
		all = append(all, stateChoice(team, s))
	}
	return all
}

func stateChoice(team linear.Team, s linear.State) choice {
	if s.ID == team.DefaultStateID {
		return choice{Label: cut(s.Name, maxLabel-10) + " (default)", Value: s.ID}
	}
	return choice{Label: s.Name, Value: s.ID}
}

// labelChoices lists workspace labels and the team's own; groups only hold
// labels and cannot be chosen.
func labelChoices(dir *linear.Directory, teamID string) []choice {
	var all []choice
	for _, l := range dir.Labels {
		if !l.IsGroup && (l.Team == nil || l.Team.ID == teamID || teamID == "") {
			all = append(all, choice{Label: labelName(l), Value: l.ID})
		}
	}
	return all
}

func projectChoices(dir *linear.Directory, teamID string) []choice {
	var all []choice
	for _, p := range dir.Projects {
		if teamID == "" || len(p.TeamIDs) == 0 || slices.Contains(p.TeamIDs, teamID) {
			all = append(all, choice{Label: p.Name, Value: p.ID})
		}
	}
	return all
}

func cycleChoices(team linear.Team) []choice {
	var all []choice
	for _, c := range team.Cycles {
		all = append(all, choice{Label: cycleName(c), Value: c.ID})
	}
	return all
}

func cycleName(c linear.Cycle) string {
	name := firstOf(c.Name, fmt.Sprintf("Cycle %v", c.Number))
	switch {
	case c.IsActive:
		return cut(name, 60) + " (current)"
	case c.IsNext:
		return cut(name, 60) + " (next)"
	}
	return name
}

func refChoices(refs []linear.Ref) []choice {
	var all []choice
	for _, r := range refs {
		all = append(all, choice{Label: r.Name, Value: r.ID})
	}
	return all
}

// issueOptions answers the typing in a field of issues with what a search found.
func issueOptions(found []linear.Issue, query string) []*slack.OptionBlockObject {
	if len(found) == 0 {
		return []*slack.OptionBlockObject{noMatchOption(query)}
	}
	var all []choice
	for _, i := range found {
		all = append(all, issueChoice(i))
	}
	return optionsOf(all)
}

// issueChoice reads ENG-142 · Title · In Progress.
func issueChoice(i linear.Issue) choice {
	state := cut(i.State.Name, 20)
	room := maxLabel - length(i.Identifier+" ·  · "+state)
	return choice{Label: dotted(i.Identifier, cut(oneLine(i.Title), room), state), Value: i.ID}
}

// priorityChoices are Linear's priorities in the order people look for them.
func priorityChoices() []choice {
	var all []choice
	for p := range 5 {
		all = append(all, choice{Label: linear.PriorityName(p), Value: fmt.Sprint(p)})
	}
	return all
}

func teamByID(dir *linear.Directory, id string) (linear.Team, bool) {
	if dir == nil || id == "" {
		return linear.Team{}, false
	}
	i := slices.IndexFunc(dir.Teams, func(t linear.Team) bool { return t.ID == id })
	if i < 0 {
		return linear.Team{}, false
	}
	return dir.Teams[i], true
}

func stateByID(team linear.Team, id string) (linear.State, bool) {
	i := slices.IndexFunc(team.States, func(s linear.State) bool { return s.ID == id })
	if i < 0 {
		return linear.State{}, false
	}
	return team.States[i], true
}

func labelByID(dir *linear.Directory, id string) (linear.Label, bool) {
	i := slices.IndexFunc(dir.Labels, func(l linear.Label) bool { return l.ID == id })
	if i < 0 {
		return linear.Label{}, false
	}
	return dir.Labels[i], true
}
