package lineartest

import (
	"slices"
	"time"
)

// worlds are all workspaces, the one that eyes and hands are about first. Server.mu
// is held here and below.
func (s *Server) worlds() []*world { return append([]*world{s.w}, s.others...) }

// world is the workspace with this name in URLs, or nil.
func (s *Server) world(urlKey string) *world {
	return first(s.worlds(), func(w *world) bool { return w.urlKey == urlKey })
}

// worldOf is the workspace that u is a user of: somebody in two has one user in each.
func (s *Server) worldOf(u *user) *world {
	for _, w := range s.others {
		if slices.Contains(w.users, u) {
			return w
		}
	}
	return s.w
}

// userByID finds a user in whatever workspace it is.
func (s *Server) userByID(id string) *user {
	for _, w := range s.worlds() {
		if u := first(w.users, func(u *user) bool { return u.ID == id }); u != nil {
			return u
		}
	}
	return nil
}

// seedGlobex makes the second workspace: a team with the key, and issues with the
// identifiers, of Acme's, so that what mixes the two is noticed.
func seedGlobex() *world {
	w := newWorld()
	w.seeds, w.orgName, w.urlKey = "globex ", "Globex", "globex"
	w.orgID = seedID(w.seeds + "organization")
	alice, carol := w.seedUser("Alice Chen", "alice", false), w.seedUser("Carol Okafor", "carol", true)
	eng := w.seedTeam("Energy", "ENG", "#4cb782", []*user{alice, carol})
	w.seedTeam("Operations", "OPS", "#5e6ad2", []*user{alice})
	today := seedToday.Truncate(24 * time.Hour)
	for _, row := range []seedRow{
		{team: "ENG", number: 12, title: "Order new turbines", state: "Todo", assignee: "alice", by: "carol", priority: high, age: 20, touched: 3},
		{team: "ENG", number: 98, title: "Inspect the cooling tower", state: "Todo", assignee: "alice", by: "carol", priority: low, age: 9, touched: 2},
	} {
		w.seedIssue(row, today)
	}
	eng.numbers = 98
	return w
}
