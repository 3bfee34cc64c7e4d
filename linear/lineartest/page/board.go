package page

import (
	"net/http"
	"slices"
	"strings"

	"linearbot/linear/lineartest"
)

// column is one state of a team's board.
type column struct {
	State  string
	Type   string
	Issues []lineartest.Issue
}

// boardOf is one team's board.
type boardOf struct {
	Team, Key string
	Private   bool
	Columns   []column
}

// stateOrder is the order of state types on a board.
var stateOrder = []string{"triage", "backlog", "unstarted", "started", "completed", "canceled", "duplicate"}

func (p *site) board(w http.ResponseWriter, _ *http.Request) {
	var all []*boardOf
	for _, i := range p.linear.Issues() {
		if i.Trashed || i.Archived {
			continue
		}
		at := slices.IndexFunc(all, func(b *boardOf) bool { return b.Key == i.TeamKey })
		if at < 0 {
			all = append(all, &boardOf{Team: i.Team, Key: i.TeamKey, Private: i.Private})
			at = len(all) - 1
		}
		all[at].put(i)
	}
	slices.SortFunc(all, func(a, b *boardOf) int {
		if a.Private != b.Private { // private teams last
			if a.Private {
				return 1
			}
			return -1
		}
		return strings.Compare(b.Key, a.Key)
	})
	p.render(w, http.StatusOK, "board", view{Title: "Board", Here: "board", Data: all})
}

// put adds an issue to the column of its state.
func (b *boardOf) put(i lineartest.Issue) {
	at := slices.IndexFunc(b.Columns, func(c column) bool { return c.State == i.State })
	if at < 0 {
		at = 0
		for at < len(b.Columns) && rank(b.Columns[at]) <= rank(column{State: i.State, Type: i.StateType}) {
			at++
		}
		b.Columns = slices.Insert(b.Columns, at, column{State: i.State, Type: i.StateType})
	}
	b.Columns[at].Issues = append(b.Columns[at].Issues, i)
}

// rank places a state: by its type, review after progress.
func rank(c column) int {
	n := 2 * slices.Index(stateOrder, c.Type)
	if c.State == "In Review" {
		n++
	}
	return n
}
