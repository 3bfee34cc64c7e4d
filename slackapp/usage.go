package slackapp

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"linearbot/linear"
	"linearbot/store"
)

// usageMax bounds what is counted for the Usage tab.
const usageMax = 50_000

// readUsage is what people did in some days: counted from the audit log and from the
// figures.
func (a *App) readUsage(ctx context.Context, team string, days int) ([]factRow, error) {
	since := time.Now().AddDate(0, 0, -days)
	entries, err := a.DB.Audit(ctx, store.AuditFilter{Key: store.Key{TeamID: team}, From: since, Limit: usageMax})
	if err != nil {
		return nil, err
	}
	a.keepFigures(ctx)
	u := usage{Days: days, Made: countChanges(entries), Turns: a.turnsRows(ctx, team, since), Opinions: a.feedbackRow(ctx, team, entries, since)}
	u.Took, u.Failed = a.figuresSince(ctx, team, since)
	return u.rows(), nil
}

// usage is what the Usage tab shows.
type usage struct {
	Days     int
	Made     changesMade
	Turns    []factRow
	Opinions factRow
	Took     map[string]waits
	Failed   map[string]int
}

func (u usage) rows() []factRow {
	rows := []factRow{
		{Name: "Active people", Value: strconv.Itoa(len(u.Made.people)), Note: fmt.Sprintf("changed something in Linear in %d days", u.Days)},
		{Name: "Issues created", Value: strconv.Itoa(total(u.Made.created)), Note: tally(u.Made.created, 6)},
		{Name: "Changes", Value: strconv.Itoa(u.Made.changes), Note: refusedWords(u.Made.refused)},
		{Name: "Asked for in plain words", Value: strconv.Itoa(u.Made.said), Note: "confirmed and made"},
	}
	rows = append(rows, u.Turns...)
	return append(rows, u.Opinions,
		factRow{Name: "Median times", Value: firstOf(mediansLine(u.Took), "Nothing was measured yet."), Note: "from what was typed or pressed to the answer"},
		factRow{Name: "Failures", Value: strconv.Itoa(total(u.Failed)), Note: tally(u.Failed, 5)})
}

// changesMade is what the audit log tells of changes in Linear.
type changesMade struct {
	people  map[string]bool
	created map[string]int // by source
	refused map[string]int // by result
	changes int            // of issues that were there
	said    int            // of all, those asked for in plain words
}

func countChanges(entries []store.Entry) changesMade {
	n := changesMade{people: map[string]bool{}, created: map[string]int{}, refused: map[string]int{}}
	for _, e := range entries {
		create := e.Action == linear.ToolCreate
		switch {
		case !create && e.Action != linear.ToolUpdate && e.Action != linear.ToolQuery:
			continue
		case e.Result != "ok":
			n.refused[resultWords(e.Result)]++
			continue
		case create:
			n.created[sourceWord(e.Source)]++
		default:
			n.changes++
		}
		n.people[e.Key.UserID] = true
		if e.Source == sourceWords {
			n.said++
		}
	}
	return n
}

// refusedWords is "3 more were not made: forbidden 2 · timeout 1".
func refusedWords(refused map[string]int) string {
	n := total(refused)
	if n == 0 {
		return ""
	}
	return plural(n, "more was", "more were") + " not made: " + tally(refused, 4)
}

// Where a change was asked for, as the audit log has it.
const (
	sourceCommand  = "command"
	sourceForm     = "modal"
	sourceShortcut = "shortcut"
	sourceButton   = "button"
	sourceWords    = "assistant"
)

// sourceWord is a source as people name it.
func sourceWord(source string) string {
	switch source {
	case sourceForm:
		return "form"
	case sourceWords:
		return "plain words"
	}
	return source
}

func total(counts map[string]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

// tally is the largest counts in words: "command 12 · form 3".
func tally(counts map[string]int, most int) string {
	names := slices.SortedFunc(maps.Keys(counts), func(x, y string) int {
		if counts[x] != counts[y] {
			return counts[y] - counts[x]
		}
		if x < y {
			return -1
		}
		return 1
	})
	var parts []string
	for _, n := range names[:min(len(names), most)] {
		parts = append(parts, fmt.Sprintf("%s %d", n, counts[n]))
	}
	return dotted(parts...)
}
