package linear

// testDirectory is a small workspace: two teams, three people (two of them
// called Alice), labels with and without a group.
func testDirectory() *Directory {
	states := func(key string) []State {
		return []State{
			{key + "-s1", "Backlog", "backlog", 0}, {key + "-s2", "Todo", "unstarted", 1},
			{key + "-s3", "In Progress", "started", 2}, {key + "-s4", "In Review", "started", 3},
			{key + "-s5", "Done", "completed", 4}, {key + "-s6", "Canceled", "canceled", 5},
		}
	}
	team := func(id, key, name string) Team {
		return Team{TeamRef: TeamRef{id, key, name, "public"}, States: states(key), DefaultStateID: key + "-s1"}
	}
	design, engineering := team("t-des", "DES", "Design"), team("t-eng", "ENG", "Engineering")
	engineering.EstimationType = "fibonacci"
	engineering.Cycles = []Cycle{{"c12", 12, "Sprint 12", true, false}, {"c13", 13, "", false, true}}
	engineering.Templates = []Ref{{"tpl", "Bug report"}}
	design.EstimationType = "notUsed"
	alice := User{"u-alice", "Alice Chen", "achen", "alice@acme.test", true, false}
	group := &Ref{"g-area", "Area"}
	return &Directory{
		Viewer:       alice,
		Organization: Organization{ID: "org", Name: "Acme", URLKey: "acme", PreviousURLKeys: []string{"acme-labs"}},
		Teams:        []Team{design, engineering},
		Users: []User{
			alice, {"u-bob", "Bob Diaz", "bob", "bob@acme.test", true, false},
			{"u-carol", "Carol Okafor", "carol.o", "carol@acme.test", true, false},
		},
		Labels: []Label{
			{ID: "l-bug", Name: "bug"}, {ID: "l-feature", Name: "feature"}, {ID: "l-infra", Name: "infra"},
			{ID: "g-area", Name: "Area", IsGroup: true}, {ID: "l-api", Name: "API", Parent: group}, {ID: "l-web", Name: "Web", Parent: group},
			{ID: "l-ios", Name: "ios", Team: &Ref{"t-des", "Design"}},
		},
		Projects: []Project{{ID: "p-auth", Name: "Auth revamp", TeamIDs: []string{"t-eng"}}, {ID: "p-mobile", Name: "Mobile launch"}},
	}
}
