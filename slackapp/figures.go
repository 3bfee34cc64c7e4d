package slackapp

import (
	"context"
	"fmt"
	"maps"
	"math"
	"strings"
	"sync"
	"time"
)

// figuresDay is how long people waited for answers on one day (UTC), and what they
// were told had gone wrong. No names, no ids.
type figuresDay struct {
	Day    string           `json:"day"`              // 2026-11-24
	Took   map[string]waits `json:"took,omitempty"`   // by what was done: commands, forms, …
	Failed map[string]int   `json:"failed,omitempty"` // by what it was: not found, …
}

// waits counts times by their size: number n is how many were up to waitStep to
// the n-th power of waitLeast, and longer than those before.
type waits map[int]int

// The sizes of waits: one is 15% longer than the one before, so a median is at
// most 8% off.
const (
	waitLeast = 10 * time.Millisecond
	waitStep  = 1.15
	waitMost  = 75 // 10 ms · 1.15^75 is six minutes
)

func waitSize(d time.Duration) int {
	if d <= waitLeast {
		return 0
	}
	return min(waitMost, int(math.Ceil(math.Log(float64(d)/float64(waitLeast))/math.Log(waitStep))))
}

// median is the time that half of them did not exceed, 0 for none.
func (w waits) median() time.Duration {
	all := 0
	for _, n := range w {
		all += n
	}
	passed := 0
	for size := range waitMost + 1 {
		if passed += w[size]; all > 0 && 2*passed >= all {
			return time.Duration(float64(waitLeast) * math.Pow(waitStep, float64(size)-0.5))
		}
	}
	return 0
}

// figures collects what was measured until it is kept: a process that is killed
// loses what it measured since figuresEvery.
type figures struct {
	mu  sync.Mutex
	new map[string]*figuresDay // by team
}

const (
	figuresSetting = "usage.figures"
	figuresDays    = 31 // are kept
	figuresEvery   = time.Minute
	figuresCap     = 5 * time.Second
)

func (f *figures) day(team string) *figuresDay {
	if f.new == nil {
		f.new = map[string]*figuresDay{}
	}
	d, ok := f.new[team]
	if !ok {
		d = &figuresDay{Day: time.Now().UTC().Format(time.DateOnly), Took: map[string]waits{}, Failed: map[string]int{}}
		f.new[team] = d
	}
	return d
}

func (f *figures) took(team, kind string, d time.Duration) {
	if kind == "" || team == "" {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	day := f.day(team)
	if day.Took[kind] == nil {
		day.Took[kind] = waits{}
	}
	day.Took[kind][waitSize(d)]++
}

func (f *figures) failed(team, what string) {
	if team == "" {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.day(team).Failed[what]++
}

// taken are the new figures; they are gone from f.
func (f *figures) taken() map[string]*figuresDay {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := f.new
	f.new = nil
	return all
}

// add puts the counts of more to those of d.
func (d *figuresDay) add(more figuresDay) {
	if d.Took == nil {
		d.Took = map[string]waits{}
	}
	if d.Failed == nil {
		d.Failed = map[string]int{}
	}
	for kind, w := range more.Took {
		if d.Took[kind] == nil {
			d.Took[kind] = waits{}
		}
		for size, n := range w {
			d.Took[kind][size] += n
		}
	}
	for what, n := range more.Failed {
		d.Failed[what] += n
	}
}

// keepFigures stores what was measured, beside what other processes measured. It
// fails nothing: what cannot be stored is tried with the next.
func (a *App) keepFigures(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), figuresCap)
	defer cancel()
	for team, more := range a.figures.taken() {
		err := changeList(ctx, a.DB, team, figuresSetting, figuresDays, func(days []figuresDay) []figuresDay {
			if len(days) == 0 || days[len(days)-1].Day < more.Day {
				days = append(days, figuresDay{Day: more.Day})
			}
			days[len(days)-1].add(*more)
			return days
		})
		if err == nil {
			continue
		}
		a.Log.WarnContext(ctx, "figures not kept", "team", team, "err", err)
		a.figures.mu.Lock()
		a.figures.day(team).add(*more)
		a.figures.mu.Unlock()
	}
}

// figuresSince sums up what is kept of the days since a moment.
func (a *App) figuresSince(ctx context.Context, team string, since time.Time) (took map[string]waits, failed map[string]int) {
	days, err := readList[figuresDay](ctx, a.DB, team, figuresSetting)
	if err != nil {
		a.Log.WarnContext(ctx, "figures not read", "team", team, "err", err)
	}
	var sum figuresDay
	for _, d := range days {
		if d.Day >= since.UTC().Format(time.DateOnly) {
			sum.add(d)
		}
	}
	return sum.Took, sum.Failed
}

// What people wait for, as the Usage tab names it, in its order.
var waitKinds = []string{"commands", "plain words", "buttons", "forms", "shortcuts", "Home"}

// waitKind is what a request is counted as; "" is nothing a person waits for.
func waitKind(r *request) string {
	if r.Spoken {
		return "plain words"
	}
	switch op, _, _ := strings.Cut(r.Op, "."); op {
	case "command":
		return "commands"
	case "view_submission":
		return "forms"
	case "shortcut", "message_action":
		return "shortcuts"
	case "action":
		if r.Op != "action."+actTitle {
			return "buttons"
		}
	case "event":
		if r.Op == "event.app_home_opened" {
			return "Home"
		}
	}
	return ""
}

// waited counts how long a person waited for what a request does. What was taken
// up again after a restart, or put off, says nothing of how quick this program is.
func (a *App) waited(r *request) {
	if !r.Resumed && !r.putOff {
		a.figures.took(r.Key.TeamID, waitKind(r), time.Since(r.began))
	}
}

// mediansLine is "commands 0.4 s (12) · forms 1.2 s (3)".
func mediansLine(took map[string]waits) string {
	var parts []string
	for _, kind := range waitKinds {
		if w := took[kind]; len(w) > 0 {
			n := 0
			for count := range maps.Values(w) {
				n += count
			}
			parts = append(parts, fmt.Sprintf("%s %s (%d)", kind, seconds(w.median()), n))
		}
	}
	return dotted(parts...)
}

// seconds is a time to two figures: 0.04 s, 0.4 s, 4.2 s, 42 s.
func seconds(d time.Duration) string {
	s := d.Seconds()
	switch {
	case s < 0.1:
		return fmt.Sprintf("%.2f s", s)
	case s < 10:
		return fmt.Sprintf("%.1f s", s)
	}
	return fmt.Sprintf("%.0f s", s)
}
