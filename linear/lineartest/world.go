package lineartest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// meta is what each row of the workspace has. seq orders rows of one instant.
type meta struct {
	ID                             string
	CreatedAt, UpdatedAt, Archived time.Time // zero Archived: not archived
	seq                            int64
}

func (m *meta) row() *meta { return m }

// user is a member, or an app user (App) made when an app is installed.
type user struct {
	meta
	Name, DisplayName, Email string
	Admin, Active, App       bool
	clientID                 string // of an app user
}

// team is a team with what belongs to it alone.
type team struct {
	meta
	Name, Key, Color string
	private          bool
	Triage           bool // new issues start in the triage state
	Estimation       string
	EstimateZero     bool
	EstimateExtended bool
	members          []*user
	numbers          int // the last issue number given
}

type state struct {
	meta
	Name, Type, Color string
	Position          float64
	team              *team
}

type cycle struct {
	meta
	Number       float64
	name         string
	Starts, Ends time.Time
	team         *team
}

type project struct {
	meta
	Name, SlugID, Status, Color string
	lead                        *user
	teams                       []*team
}

// label is a label of a team, or of the workspace when team is nil.
type label struct {
	meta
	Name, Color string
	IsGroup     bool
	parent      *label
	team        *team
}

type template struct {
	meta
	Name, Type string
	data       map[string]any
	team       *team
}

type issue struct {
	meta
	number                       int
	Title, Description           string
	priority                     int
	estimate                     *float64
	dueDate                      string
	team                         *team
	state                        *state
	assignee, creator, delegate  *user
	project                      *project
	cycle                        *cycle
	parent                       *issue
	labels                       []*label
	subscribers                  []*user
	previous                     []string
	sortOrder                    float64
	started, completed, canceled time.Time
	snoozed                      time.Time
	trashed                      bool
	bot                          *bot
}

// bot is how an app's act is shown: "Name (via App)".
type bot struct{ App, AsUser, IconURL string }

type comment struct {
	meta
	Body, Quoted string
	issue        *issue
	parent       *comment
	user         *user
	bot          *bot
	edited       time.Time
}

type attachment struct {
	meta
	Title, Subtitle, URL, SourceType string
	Metadata                         map[string]any
	group                            bool
	issue                            *issue
	creator                          *user
}

type relation struct {
	meta
	Type           string
	issue, related *issue
}

// change is one row of an issue's history: only what differs is set.
type change struct {
	meta
	issue          *issue
	actor          *user
	bot            *bot
	set            map[string]bool // the fields that changed, by schema name
	from, to       issue           // before and after; meaningful for fields in set
	added, removed []*label
}

// world is one workspace and all that is in it. Server.mu guards it.
type world struct {
	seeds                  string // put before the names that seeded ids are made of
	orgID, orgName, urlKey string
	formerKeys             []string // what urlKey was before, newest first; three at most
	created                time.Time
	seq                    int64
	users                  []*user
	teams                  []*team
	states                 []*state
	cycles                 []*cycle
	projects               []*project
	labels                 []*label
	templates              []*template
	issues                 []*issue
	comments               []*comment
	attachments            []*attachment
	relations              []*relation
	changes                []*change
	ids                    map[string]bool // each id ever given: a second use is refused
}

// newMeta registers id (one is made when it is empty) and stamps the row.
func (w *world) newMeta(id string, at time.Time) meta {
	if id == "" {
		id = newID()
	}
	w.ids[id] = true
	w.seq++
	return meta{ID: id, CreatedAt: at, UpdatedAt: at, seq: w.seq}
}

// sees reports whether u may know of t: Linear shows a private team to its members only.
func (w *world) sees(u *user, t *team) bool {
	return t == nil || !t.private || slices.Contains(t.members, u)
}

func (i *issue) identifier() string { return identifier(i.team.Key, i.number) }

// find returns the issue that ref names (UUID, ENG-142 in any case, or an
// identifier it had in an earlier team), whether archived or not.
func (w *world) find(ref string) *issue {
	for _, i := range w.issues {
		if i.ID == ref || strings.EqualFold(i.identifier(), ref) {
			return i
		}
	}
	for _, i := range w.issues {
		if slices.ContainsFunc(i.previous, func(old string) bool { return strings.EqualFold(old, ref) }) {
			return i
		}
	}
	return nil
}

func (w *world) user(email string) *user {
	return first(w.users, func(u *user) bool { return strings.EqualFold(u.Email, email) })
}

func (w *world) team(key string) *team {
	return first(w.teams, func(t *team) bool { return t.Key == key })
}

// statesOf returns a team's states in board order.
func (w *world) statesOf(t *team) []*state {
	own := filter(w.states, func(s *state) bool { return s.team == t })
	slices.SortStableFunc(own, func(a, b *state) int { return cmp.Compare(a.Position, b.Position) })
	return own
}

// defaultState is where an issue without a state starts: triage when the team
// uses it, else the first state of the backlog category (Linear: API guide).
func (w *world) defaultState(t *team) *state {
	for _, want := range []string{"triage", "backlog", "unstarted"} {
		if want == "triage" && !t.Triage {
			continue
		}
		if s := first(w.statesOf(t), func(s *state) bool { return s.Type == want }); s != nil {
			return s
		}
	}
	return nil
}

// activeCycle is the cycle of t that runs at now, or nil.
func (w *world) activeCycle(t *team, now time.Time) *cycle {
	return first(w.cycles, func(c *cycle) bool { return c.team == t && c.active(now) })
}

func (y *cycle) active(now time.Time) bool { return !now.Before(y.Starts) && now.Before(y.Ends) }

// neighbour is the cycle that follows (step 1) or precedes (step -1) the one of now.
func (w *world) neighbour(t *team, now time.Time, step int) *cycle {
	var best *cycle
	for _, c := range w.cycles {
		if c.team != t {
			continue
		}
		switch {
		case step > 0 && c.Starts.After(now) && (best == nil || c.Starts.Before(best.Starts)):
			best = c
		case step < 0 && !c.Ends.After(now) && (best == nil || c.Ends.After(best.Ends)):
			best = c
		}
	}
	return best
}

func first[T any](rows []*T, ok func(*T) bool) *T {
	if i := slices.IndexFunc(rows, ok); i >= 0 {
		return rows[i]
	}
	return nil
}

func filter[T any](rows []T, ok func(T) bool) []T {
	var out []T
	for _, r := range rows {
		if ok(r) {
			out = append(out, r)
		}
	}
	return out
}
