package slackapp

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// turnsDay is what became of requests in words, and of previews, on one day (UTC).
type turnsDay struct {
	Day       string           `json:"day"` // 2026-11-24
	Turns     int64            `json:"turns,omitzero"`
	Failed    int64            `json:"failed,omitzero"`
	Confirmed int64            `json:"confirmed,omitzero"` // previews
	Canceled  int64            `json:"canceled,omitzero"`
	Tokens    map[string]int64 `json:"tokens,omitempty"` // by the model that answered
}

const (
	turnsSetting = "assistant.turns"
	turnsDays    = 31 // are kept
	turnsCap     = 5 * time.Second
)

// countTurns changes today's counts of a workspace, whatever other processes count
// meanwhile. It fails nothing.
func (a *App) countTurns(ctx context.Context, team string, change func(*turnsDay)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), turnsCap)
	defer cancel()
	err := changeList(ctx, a.DB, team, turnsSetting, turnsDays, func(days []turnsDay) []turnsDay {
		today := time.Now().UTC().Format(time.DateOnly)
		if len(days) == 0 || days[len(days)-1].Day != today {
			days = append(days, turnsDay{Day: today})
		}
		change(&days[len(days)-1])
		return days
	})
	if err != nil {
		a.Log.WarnContext(ctx, "turn not counted", "team", team, "err", err)
	}
}

// turnsRows are the counts of some days, for the Usage tab.
func (a *App) turnsRows(ctx context.Context, team string, since time.Time) []factRow {
	days, err := readList[turnsDay](ctx, a.DB, team, turnsSetting)
	if err != nil {
		a.Log.WarnContext(ctx, "turns not read", "team", team, "err", err)
	}
	sum := turnsDay{Tokens: map[string]int64{}}
	for _, d := range days {
		if d.Day < since.UTC().Format(time.DateOnly) {
			continue
		}
		sum.Turns, sum.Failed = sum.Turns+d.Turns, sum.Failed+d.Failed
		sum.Confirmed, sum.Canceled = sum.Confirmed+d.Confirmed, sum.Canceled+d.Canceled
		for model, n := range d.Tokens {
			sum.Tokens[model] += n
		}
	}
	rows := []factRow{{
		Name: "Assistant turns", Value: strconv.FormatInt(sum.Turns, 10),
		Note: fmt.Sprintf("%d confirmed · %d canceled · %d failed", sum.Confirmed, sum.Canceled, sum.Failed),
	}}
	all := int64(0)
	var by []string
	for _, model := range slices.Sorted(maps.Keys(sum.Tokens)) {
		all += sum.Tokens[model]
		by = append(by, fmt.Sprintf("%s %d", model, sum.Tokens[model]))
	}
	if all > 0 {
		rows = append(rows, factRow{Name: "Model tokens", Value: strconv.FormatInt(all, 10), Note: cut(strings.Join(by, " · "), 200)})
	}
	return rows
}
