package assistant_test

import (
	"time"

	"linearbot/linear"
)

// now is a Tuesday.
var now = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// demo is the workspace of the stand-in: two teams, six states each, three
// people, three labels, two projects.
func demo() *linear.Directory {
	states := func(team string) []linear.State {
		var out []linear.State
		for i, s := range [][2]string{{"Backlog", "backlog"}, {"Todo", "unstarted"}, {"In Progress", "started"}, {"In Review", "started"}, {"Done", "completed"}, {"Canceled", "canceled"}} {
			out = append(out, linear.State{ID: team + s[0], Name: s[0], Type: s[1], Position: float64(i)})
		}
		return out
	}
	user := func(first, last string) linear.User {
		return linear.User{ID: first, Name: first + " " + last, DisplayName: lower(first), Email: lower(first) + "@acme.test", Active: true}
	}
	team := func(key, name string) linear.Team {
		return linear.Team{TeamRef: linear.TeamRef{ID: key, Key: key, Name: name, Visibility: "public"}, States: states(key)}
	}
	users := []linear.User{user("Alice", "Chen"), user("Bob", "Diaz"), user("Carol", "Okafor")}
	return &linear.Directory{
		Viewer: users[0],
		Users:  users,
		Teams:  []linear.Team{team("ENG", "Engineering"), team("DES", "Design")},
		Labels: []linear.Label{{ID: "l1", Name: "bug"}, {ID: "l2", Name: "feature"}, {ID: "l3", Name: "infra"}},
		Projects: []linear.Project{
			{ID: "p1", Name: "Auth revamp", TeamIDs: []string{"ENG"}},
			{ID: "p2", Name: "Mobile launch", TeamIDs: []string{"ENG", "DES"}},
		},
	}
}

func lower(s string) string { return string(s[0]|0x20) + s[1:] }
