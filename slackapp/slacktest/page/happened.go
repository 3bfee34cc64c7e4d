package page

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"linearbot/slackapp/slacktest"
)

// deed is one thing a visitor did.
type deed struct {
	who, email, name, label string
	at                      time.Time
}

const (
	maxDeeds  = 200
	shown     = 40
	deedReach = 90 * time.Second // what comes later than this is nobody's doing
)

// note remembers what somebody does.
func (p *page) note(u slacktest.User, label string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deeds = append(p.deeds, deed{who: u.ID, email: u.Email, name: u.Name, label: label, at: time.Now()})
	if len(p.deeds) > maxDeeds {
		p.deeds = slices.Delete(p.deeds, 0, len(p.deeds)-maxDeeds)
	}
}

// group is one deed, or a stretch of background work, with all that followed from it.
type group struct {
	Who    string    `json:"who"` // "" for background work
	Label  string    `json:"label"`
	At     time.Time `json:"at"`
	Linear int       `json:"linear"` // requests to Linear
	Took   float64   `json:"took"`   // milliseconds from the deed to the end of the last step
	Steps  []step    `json:"steps"`
}

// step is one envelope, Web API call or Linear request.
type step struct {
	Kind   string    `json:"kind"` // envelope, call or linear
	Name   string    `json:"name"`
	At     time.Time `json:"at"`
	After  float64   `json:"after"` // milliseconds since the deed
	Took   float64   `json:"took"`  // milliseconds; of an envelope: until its acknowledgement
	State  string    `json:"state"` // ok, waiting, or what went wrong
	Detail string    `json:"detail,omitempty"`

	user, email string // whose it is, where that is known
}

// serveHappened lists the newest groups, newest first.
func (p *page) serveHappened(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	deeds := slices.Clone(p.deeds)
	p.mu.Unlock()
	writeJSON(w, grouped(deeds, p.steps()))
}

// steps are all traffic so far, oldest first.
func (p *page) steps() []step {
	var out []step
	for _, e := range p.slack.Envelopes() {
		out = append(out, envelopeStep(e))
	}
	for _, c := range p.slack.Calls() {
		out = append(out, step{
			Kind: "call", Name: c.Method, At: c.At, Took: ms(c.Took), State: cmp.Or(c.Error, "ok"), Detail: callDetail(c),
		})
	}
	if p.opt.Requests != nil {
		for _, r := range p.opt.Requests() {
			out = append(out, step{
				Kind: "linear", Name: r.Name, At: r.At, Took: ms(r.Took), State: linearState(r.Status), email: r.User,
			})
		}
	}
	slices.SortStableFunc(out, func(a, b step) int { return a.At.Compare(b.At) })
	return out
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func envelopeStep(e slacktest.Envelope) step {
	s := step{Kind: "envelope", Name: e.Label, At: e.SentAt, Took: ms(e.AckLatency), State: "ok", Detail: e.Type, user: actor(e.Payload)}
	switch {
	case e.Failed:
		s.State = "not acknowledged"
	case e.Ignored != "":
		s.State = e.Ignored
	case !e.Acked:
		s.State = "waiting"
	}
	if e.Attempt > 0 {
		s.Detail += ", delivered again"
	}
	return s
}

// actor is whose doing an envelope is.
func actor(payload json.RawMessage) string {
	var p struct {
		UserID string              `json:"user_id"`
		User   struct{ ID string } `json:"user"`
		Event  struct {
			User json.RawMessage `json:"user"`
		} `json:"event"`
	}
	if json.Unmarshal(payload, &p) != nil {
		return ""
	}
	var id string
	_ = json.Unmarshal(p.Event.User, &id) // user_change carries an object there: nobody's doing
	return cmp.Or(p.UserID, p.User.ID, id)
}

// callDetail names what a call is about in a word.
func callDetail(c slacktest.Call) string {
	for _, key := range []string{"channel", "channel_id", "user_id", "user", "view_id"} {
		if v, ok := c.Args[key].(string); ok && v != "" {
			return v
		}
	}
	return ""
}

func linearState(status int) string {
	switch {
	case status == 0:
		return "connection cut"
	case status >= 400:
		return "HTTP " + http.StatusText(status)
	}
	return "ok"
}

// background are calls the app makes on its own, whatever a visitor does meanwhile.
var background = []string{"apps.connections.open", "auth.test", "refresh_token"}

// grouped sorts steps under the deeds they followed from, newest group first. A step belongs to the latest deed of its
// person before it, or of anybody where the person is not known.
func grouped(deeds []deed, steps []step) []group {
	groups := make([]group, len(deeds))
	for i, d := range deeds {
		groups[i] = group{Who: d.name, Label: d.label, At: d.at, Steps: []step{}}
	}
	var rest []group
	for _, s := range steps {
		if i := cause(deeds, s); i >= 0 {
			groups[i].add(s)
			continue
		}
		if n := len(rest); n == 0 || s.At.Sub(rest[n-1].At) > deedReach || followed(deeds, rest[n-1].At, s.At) {
			rest = append(rest, group{Label: "In the background", At: s.At, Steps: []step{}})
		}
		rest[len(rest)-1].add(s)
	}
	groups = append(groups, rest...)
	slices.SortStableFunc(groups, func(a, b group) int { return b.At.Compare(a.At) })
	return groups[:min(len(groups), shown)]
}

func (g *group) add(s step) {
	s.After = ms(s.At.Sub(g.At))
	g.Took = max(g.Took, s.After+s.Took)
	if s.Kind == "linear" {
		g.Linear++
	}
	g.Steps = append(g.Steps, s)
}

// cause is the index of the deed a step followed from, -1 for none.
func cause(deeds []deed, s step) int {
	if slices.Contains(background, s.Name) {
		return -1
	}
	for i, d := range slices.Backward(deeds) {
		if d.at.After(s.At) || s.user != "" && s.user != d.who || s.email != "" && s.email != d.email {
			continue
		}
		if s.At.Sub(d.at) > deedReach {
			return -1
		}
		return i
	}
	return -1
}

// followed reports whether somebody did something between two moments.
func followed(deeds []deed, from, to time.Time) bool {
	return slices.ContainsFunc(deeds, func(d deed) bool { return d.at.After(from) && d.at.Before(to) })
}
