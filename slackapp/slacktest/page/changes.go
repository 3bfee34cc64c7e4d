package page

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"linearbot/slackapp/slacktest"
)

// heartbeat is how often an idle feed says that it lives.
const heartbeat = 15 * time.Second

// serveChanges tells a browser, as server-sent events, whose screens may have changed: "screen" with the ids of people,
// or none for everybody, and "traffic". It carries no state: a tab reads that anew, so that a lost event, a reload or a
// second tab can never show something stale for long.
func (p *page) serveChanges(w http.ResponseWriter, r *http.Request) {
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
			if !send(drain(feed, c)) {
				return
			}
		}
	}
}

// drain takes what else is waiting, so that a burst of changes is one look at the state.
func drain(feed <-chan slacktest.Change, c slacktest.Change) string {
	whose, everybody := map[string]bool{}, false
	for {
		switch {
		case c.Kind == "envelope" || c.Kind == "call":
		case c.User == "":
			everybody = true
		default:
			whose[c.User] = true
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
	out := "event: traffic\ndata:\n\n"
	switch {
	case everybody:
		out = "event: screen\ndata:\n\n" + out
	case len(whose) > 0:
		out = "event: screen\ndata: " + strings.Join(slices.Sorted(maps.Keys(whose)), " ") + "\n\n" + out
	}
	return out
}
