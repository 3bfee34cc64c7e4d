package page

import (
	"fmt"
	"net/http"
	"time"

	"linearbot/slackapp/slacktest"
)

// heartbeat is how often an idle feed says that it lives.
const heartbeat = 15 * time.Second

// serveChanges tells a tab, as server-sent events, that something on its person's screen may have changed. It carries no
// state: the tab reads that anew, so that a lost event, a reload or a second tab can never show something stale for long.
func (p *page) serveChanges(w http.ResponseWriter, r *http.Request) {
	_, person, ok := p.person(r)
	if !ok {
		http.Error(w, "nobody of that name works here", http.StatusNotFound)
		return
	}
	feed, cancel := p.slack.Subscribe()
	defer cancel()
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	send := func(text string) bool {
		_, err := fmt.Fprint(w, text)
		return err == nil && control.Flush() == nil
	}
	if !send("event: screen\ndata:\n\n") {
		return
	}
	for {
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
			if !send(": alive\n\n") {
				return
			}
		case c, open := <-feed:
			if !open { // we fell behind or the server ended: the browser connects again
				return
			}
			if kinds := drain(feed, c, person.ID); kinds != "" && !send(kinds) {
				return
			}
		}
	}
}

// drain takes what else is waiting, so that a burst of changes is one look at the state.
func drain(feed <-chan slacktest.Change, c slacktest.Change, me string) string {
	screen, traffic := false, false
	for {
		switch c.Kind {
		case "envelope", "call":
			traffic = true
		default:
			screen = screen || c.User == "" || c.User == me
		}
		select {
		case next, open := <-feed:
			if open {
				c = next
				continue
			}
		default:
		}
		break
	}
	out := ""
	if screen {
		out += "event: screen\ndata:\n\n"
	}
	if screen || traffic {
		out += "event: traffic\ndata:\n\n"
	}
	return out
}
