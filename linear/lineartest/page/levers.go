package page

import (
	"net/http"
	"slices"
	"time"

	"linearbot/linear/lineartest"
)

// lever is one thing that can go wrong. pull makes it so and returns what takes it
// back; nil: it happens once.
type lever struct {
	Name, Label, Effect string
	On                  bool
	group               string // of levers of which one is on at most
	pull                func(*lineartest.Server) func()
}

func levers() []lever {
	expire := func(d time.Duration) func(*lineartest.Server) func() {
		return func(s *lineartest.Server) func() {
			s.ExpireAccessTokensAt("", time.Now().Add(d))
			return nil
		}
	}
	hooks := func(f lineartest.HookFault) func(*lineartest.Server) func() {
		return func(s *lineartest.Server) func() {
			s.SetHookFault(f)
			return func() { s.SetHookFault(lineartest.HookFault{}) }
		}
	}
	fault := func(all ...lineartest.Fault) func(*lineartest.Server) func() {
		return func(s *lineartest.Server) func() {
			var undo []func()
			for _, f := range all {
				undo = append(undo, s.Fault(f))
			}
			return func() {
				for _, u := range undo {
					u()
				}
			}
		}
	}
	return []lever{
		{Name: "expire", Label: "Tokens expire in 5 s", Effect: "Every access token ends; the next use has to refresh.", pull: expire(5 * time.Second)},
		{Name: "expire10", Label: "Tokens expire in 10 s", Effect: "The same, with time to begin something first.", pull: expire(10 * time.Second)},
		{Name: "down", Label: "Linear is down", Effect: "Every request gets a 503 page that is no JSON.",
			pull: fault(lineartest.Fault{Path: "/graphql", Reply: lineartest.Unavailable()}, lineartest.Fault{Path: "/oauth/token", Reply: lineartest.Unavailable()})},
		{Name: "limited", Label: "Rate limited", Effect: "Every GraphQL request is refused with RATELIMITED.",
			pull: fault(lineartest.Fault{Path: "/graphql", Reply: lineartest.Limited(http.StatusBadRequest, 30*time.Second)})},
		{Name: "slow", Label: "Slow: 2 s", Effect: "Every GraphQL request takes two seconds longer; these pages stay quick.",
			pull: fault(lineartest.Fault{Path: "/graphql", Delay: 2 * time.Second})},
		{Name: "errors", Label: "200 with errors", Effect: "GraphQL answers 200, but holds only errors.",
			pull: fault(lineartest.Fault{Path: "/graphql", Reply: lineartest.Errors(lineartest.GraphQLError{Message: "Something broke", Type: "internal error", Code: "INTERNAL_SERVER_ERROR"})})},
		{Name: "lost", Label: "Creates are done, their answers lost", Effect: "An issue is created, then the connection is cut.",
			pull: fault(lineartest.Fault{Field: "issueCreate", Lose: true})},
		{Name: "silent", group: "webhooks", Label: "Webhooks are held back", Effect: "What would be pushed waits until the lever is released, then comes newest first.",
			pull: hooks(lineartest.HookFault{Hold: true})},
		{Name: "off", group: "webhooks", Label: "Webhooks are off", Effect: "Nothing is pushed, and what happens meanwhile is never told.",
			pull: hooks(lineartest.HookFault{Off: true})},
	}
}

// logged is how many of the last requests are shown.
const logged = 40

func (p *site) showLevers(w http.ResponseWriter, _ *http.Request) {
	data := struct {
		Levers   []lever
		Requests []lineartest.Request
	}{Levers: levers()}
	p.mu.Lock()
	for n := range data.Levers {
		_, data.Levers[n].On = p.levers[data.Levers[n].Name]
	}
	p.mu.Unlock()
	all := p.linear.Requests()
	data.Requests = slices.Clone(all[max(0, len(all)-logged):])
	slices.Reverse(data.Requests)
	p.render(w, http.StatusOK, "levers", view{Title: "Levers", Here: "levers", Data: data})
}

// pull pulls a lever, or takes it back when it is pulled.
func (p *site) pull(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	p.mu.Lock()
	defer p.mu.Unlock()
	if undo, on := p.levers[name]; on {
		undo()
		delete(p.levers, name)
	} else if n := slices.IndexFunc(levers(), func(l lever) bool { return l.Name == name }); n >= 0 {
		p.releaseOthers(levers()[n])
		if undo := levers()[n].pull(p.linear); undo != nil {
			p.levers[name] = undo
		}
	} else {
		p.missing(w, r)
		return
	}
	http.Redirect(w, r, "/levers", http.StatusSeeOther)
}

// releaseOthers takes back the levers that exclude one. p.mu is held.
func (p *site) releaseOthers(l lever) {
	for _, other := range levers() {
		undo, on := p.levers[other.Name]
		if on && l.group != "" && other.group == l.group {
			undo()
			delete(p.levers, other.Name)
		}
	}
}
