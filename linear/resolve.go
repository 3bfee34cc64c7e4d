package linear

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Team finds a team by id, name or key.
func (d *Directory) Team(name string) (Team, error) {
	entries := make([]entry, len(d.Teams))
	for i, t := range d.Teams {
		entries[i] = entry{Candidate{t.ID, t.Name, t.Key}, folded(t.Name), folded(t.Key)}
	}
	i, err := resolve("team", name, "", entries)
	if err != nil {
		return Team{}, err
	}
	return d.Teams[i], nil
}

// TeamByID finds a team by its UUID alone.
func (d *Directory) TeamByID(id string) (Team, bool) {
	i := slices.IndexFunc(d.Teams, func(t Team) bool { return t.ID == id })
	if i < 0 {
		return Team{}, false
	}
	return d.Teams[i], true
}

// TeamOf finds the team of an identifier such as ENG-142 by its key; false for
// a UUID or an unknown key.
func (d *Directory) TeamOf(ref string) (Team, bool) {
	key, _, _ := strings.Cut(ref, "-")
	i := slices.IndexFunc(d.Teams, func(t Team) bool { return strings.EqualFold(t.Key, key) })
	if i < 0 || isUUID(ref) {
		return Team{}, false
	}
	return d.Teams[i], true
}

// State finds a workflow state of one team. When there is none of that name the
// error's candidates are all states of the team.
func (d *Directory) State(teamID, name string) (State, error) {
	team, ok := d.TeamByID(teamID)
	if !ok {
		return State{}, &NameError{Field: "team", Name: teamID}
	}
	entries := stateEntries(team)
	i, err := resolve("state", name, team.Name, entries)
	if err == nil {
		return team.States[i], nil
	}
	if missing, ok := errors.AsType[*NameError](err); ok && !missing.Ambiguous {
		missing.Candidates = nil
		for _, e := range entries {
			missing.Candidates = append(missing.Candidates, e.Candidate)
		}
	}
	return State{}, err
}

func stateEntries(team Team) []entry {
	entries := make([]entry, len(team.States))
	for i, s := range team.States {
		entries[i] = entry{Candidate{s.ID, s.Name, team.Key}, folded(s.Name), nil}
	}
	return entries
}

// User finds a member by id, full name, handle, e-mail, first name or word of
// the name; "me" is the viewer.
func (d *Directory) User(name string) (User, error) {
	if strings.EqualFold(strings.TrimSpace(name), "me") {
		return d.Viewer, nil
	}
	entries := make([]entry, len(d.Users))
	for i, u := range d.Users {
		entries[i] = entry{Candidate{u.ID, u.Name, u.Email}, folded(u.Name), folded(u.DisplayName, u.Email)}
	}
	i, err := resolve("assignee", name, "", entries)
	if err != nil {
		return User{}, err
	}
	return d.Users[i], nil
}

// Label finds a label that issues of the team can carry: the team's own and the
// workspace's; with an empty teamID any label. "Group / Label" names one of a
// group. A group itself cannot be put on an issue: its labels are the candidates.
func (d *Directory) Label(teamID, name string) (Label, error) {
	inTeam := func(l Label) bool { return teamID == "" || l.Team == nil || l.Team.ID == teamID }
	labels, entries := d.labelEntries(func(l Label) bool { return !l.IsGroup && inTeam(l) })
	team, _ := d.TeamByID(teamID)
	i, err := resolve("label", name, team.Name, entries)
	if err == nil {
		return labels[i], nil
	}
	missing, _ := errors.AsType[*NameError](err) // resolve returns nothing else
	if missing.Ambiguous {
		return Label{}, err
	}
	if group := d.groupLabels(name, inTeam); len(group) > 0 {
		missing.Ambiguous, missing.Candidates = true, group
		return Label{}, err
	}
	others, entries := d.labelEntries(func(l Label) bool { return !l.IsGroup && !inTeam(l) })
	if found := match(name, entries); len(found) > 0 {
		other, _ := d.TeamByID(others[found[0]].Team.ID)
		missing.Elsewhere = other.Name
	}
	return Label{}, err
}

// labelEntries lists the labels that pass keep, with their group in the detail.
func (d *Directory) labelEntries(keep func(Label) bool) ([]Label, []entry) {
	var labels []Label
	var entries []entry
	for _, l := range d.Labels {
		if !keep(l) {
			continue
		}
		e := entry{Candidate: Candidate{ID: l.ID, Name: l.Name}, names: folded(l.Name)}
		if l.Team != nil {
			e.Detail = l.Team.Name
		}
		if l.Parent != nil {
			e.Detail = l.Parent.Name
			e.keys = folded(l.Parent.Name + "/" + l.Name)
		}
		labels, entries = append(labels, l), append(entries, e)
	}
	return labels, entries
}

// groupLabels are the labels of the group that name names.
func (d *Directory) groupLabels(name string, inTeam func(Label) bool) []Candidate {
	groups, entries := d.labelEntries(func(l Label) bool { return l.IsGroup && inTeam(l) })
	found := match(name, entries)
	if len(found) != 1 {
		return nil
	}
	var members []Candidate
	for _, l := range d.Labels {
		if l.Parent != nil && l.Parent.ID == groups[found[0]].ID {
			members = append(members, Candidate{l.ID, l.Name, l.Parent.Name})
		}
	}
	return members
}

// Project finds a project by id or name, among those shared with the team when
// teamID is given and any matches there.
func (d *Directory) Project(teamID, name string) (Project, error) {
	if teamID != "" {
		shared, entries := d.projectEntries(func(p Project) bool { return slices.Contains(p.TeamIDs, teamID) })
		if i, err := resolve("project", name, "", entries); err == nil {
			return shared[i], nil
		}
	}
	all, entries := d.projectEntries(func(Project) bool { return true })
	i, err := resolve("project", name, "", entries)
	if err != nil {
		return Project{}, err
	}
	return all[i], nil
}

func (d *Directory) projectEntries(keep func(Project) bool) ([]Project, []entry) {
	var projects []Project
	var entries []entry
	for _, p := range d.Projects {
		if keep(p) {
			projects = append(projects, p)
			entries = append(entries, entry{Candidate{p.ID, p.Name, p.State}, folded(p.Name), nil})
		}
	}
	return projects, entries
}

// Cycle finds a cycle of one team: "current", "next", a number, or its name.
func (d *Directory) Cycle(teamID, name string) (Cycle, error) {
	team, ok := d.TeamByID(teamID)
	if !ok {
		return Cycle{}, &NameError{Field: "team", Name: teamID}
	}
	word := fold(name)
	number, isNumber := cycleNumber(word)
	entries := make([]entry, len(team.Cycles))
	for i, c := range team.Cycles {
		switch {
		case isNumber && c.Number == float64(number),
			(word == "current" || word == "active") && c.IsActive,
			word == "next" && c.IsNext:
			return c, nil
		}
		numbered := "Cycle " + strconv.FormatFloat(c.Number, 'f', -1, 64)
		entries[i] = entry{Candidate{c.ID, cmp.Or(c.Name, numbered), numbered}, folded(c.Name, numbered), nil}
	}
	i, err := resolve("cycle", name, team.Name, entries)
	if err != nil {
		return Cycle{}, err
	}
	return team.Cycles[i], nil
}

// cycleNumber reads 12, #12 and cycle 12.
func cycleNumber(word string) (int, bool) {
	word = strings.TrimPrefix(strings.TrimPrefix(word, "cycle "), "#")
	n, err := strconv.Atoi(word)
	return n, err == nil && n > 0
}

// FirstState is the team's first state, in board order, of the first of the
// given types that it has.
func (t Team) FirstState(types ...string) (State, bool) {
	for _, kind := range types {
		for _, s := range t.States {
			if s.Type == kind {
				return s, true
			}
		}
	}
	return State{}, false
}

// Estimates are the values of the team's scale. False: the team does not
// estimate. Nil and true: the scale is not known and any number may do.
func (t Team) Estimates() ([]int, bool) {
	scales := map[string][]int{
		"exponential": {1, 2, 4, 8, 16, 32, 64},
		"fibonacci":   {1, 2, 3, 5, 8, 13, 21},
		"linear":      {1, 2, 3, 4, 5, 6, 7},
		"tShirt":      {1, 2, 3, 5, 8, 13, 21},
	}
	if t.EstimationType == "notUsed" {
		return nil, false
	}
	scale, known := scales[t.EstimationType]
	if !known {
		return nil, true
	}
	if !t.EstimateMore {
		scale = scale[:5]
	}
	if t.EstimateZero {
		scale = append([]int{0}, scale...)
	}
	return scale, true
}
