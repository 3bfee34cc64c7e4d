//go:build linux

package accounts_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"linearbot/store"
)

// tortureSize is how many accounts "make torture" plays with.
var (
	tortureSize = flag.Int("torture", 50, "play the torture of refreshing with this many accounts")
	tortureFile = flag.String("torture-file", "", "also write the report into this file")
	torturePlay = flag.String("torture-play", "", "play only the scenarios whose name contains this")
)

// tally is one line of the report.
type tally struct {
	name       string
	accounts   int // that were due
	kills      int
	lost       int // accounts without the newest token of a living grant, or not ACTIVE
	duplicates int // pairs saved more often than Linear minted one
	posts      int // refreshes that reached Linear
	refreshes  int // refresh tokens used up
	wrong      int // states that should be others
	fenced     int // writes of a process that had been overtaken
	recovery   time.Duration

	want map[store.Key]store.State // other than ACTIVE
}

// TestTorture kills, stalls and starves processes that refresh, in every way that
// could lose a grant, and holds each account to Linear's ledger afterwards.
func TestTorture(t *testing.T) {
	s := newStage(t, *tortureSize)
	const latency, parallel = 50 * time.Millisecond, 16
	ratio := s.sweepRatio(latency, parallel)
	s.stopClock()
	var rows []*tally
	for _, p := range plays() {
		if !strings.Contains(p.name, *torturePlay) {
			continue
		}
		row := &tally{name: p.name, accounts: len(s.all), want: map[store.Key]store.State{}}
		began := time.Now()
		s.play(row, p)
		t.Logf("%s: %v", p.name, time.Since(began).Round(time.Millisecond))
		rows = append(rows, row)
	}
	report := tortureReport(rows) + fmt.Sprintf(tortureTail, len(s.all), latency, parallel, ratio)
	t.Log("\n" + report)
	if *tortureFile != "" {
		if err := os.WriteFile(*tortureFile, []byte(report), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// play plays one scenario on a new day, lets the bot recover, and counts.
func (s *stage) play(row *tally, p play) {
	s.t.Helper()
	before, events, posts := s.standings(), len(s.s.Ledger()), s.s.CountRequests("refresh_token")
	if p.some == 0 {
		s.pass(23*time.Hour + rand.N(4*time.Hour)) // some days the tokens have run out already
	} else {
		row.accounts = min(p.some, len(s.all))
		for _, k := range s.some(p.some) {
			s.due(k)
		}
	}
	p.act(s, row)
	s.gate.Store(nil)
	s.recover(row, before)
	for _, e := range s.s.Ledger()[events:] {
		if e.Kind == "refreshed" {
			row.refreshes++
		}
	}
	row.posts = s.s.CountRequests("refresh_token") - posts
	s.count(row, before)
	if p.after != nil {
		p.after(s, row)
	}
}

// recover sweeps each minute, as the bot does, until nothing is due any more.
func (s *stage) recover(row *tally, before map[store.Key]standing) {
	s.t.Helper()
	began := s.now()
	p := s.start(childConfig{})
	defer p.end()
	for range 60 {
		if _, died := p.does("sweep"); died {
			s.t.Fatal("a process died that nobody killed")
		}
		if s.settled() {
			row.recovery = s.now().Sub(began)
			return
		}
		s.pass(time.Minute)
	}
	s.t.Errorf("%s: not recovered after an hour", row.name)
}

// settled reports whether no refresh is due or under way.
func (s *stage) settled() bool {
	for _, a := range s.accounts() {
		if a.State == store.Active && (!a.RefreshStartedAt.IsZero() || !a.DueAt.After(s.now())) {
			return false
		}
	}
	return true
}

// count holds every account to Linear's ledger.
func (s *stage) count(row *tally, before map[store.Key]standing) {
	s.t.Helper()
	held := 0
	for key, now := range s.standings() {
		want, ended := row.want[key]
		switch {
		case ended && now.account.State != want, !ended && now.account.State != store.Active, !ended && now.account.Cause != "":
			row.wrong++
			s.t.Logf("%s: %s is %s (%s)", row.name, key, now.account.State, now.account.Cause)
		}
		if ended {
			continue
		}
		if held++; !now.current || now.account.State != store.Active {
			row.lost++
		}
		if was := before[key]; was.grant == now.grant {
			saves, minted := now.account.Version-was.account.Version, int64(now.pairs-was.pairs)
			row.duplicates += int(max(0, saves-minted))
			if saves < minted {
				s.t.Errorf("%s: %s saved %d pairs of %d", row.name, key, saves, minted)
			}
		}
	}
	if row.lost+row.duplicates+row.wrong > 0 {
		s.t.Errorf("%s: %d grants lost, %d pairs saved twice, %d wrong states, want none", row.name, row.lost, row.duplicates, row.wrong)
	}
	if n := s.alive(); n != held {
		s.t.Errorf("%s: %d grants live at Linear, want %d: one for each connected account", row.name, n, held)
	}
}

const (
	tortureHead = `# What refreshing survives

The real refresh code runs in processes of its own on one database file, against a local Linear that keeps a ledger of
every token. The processes are killed, stalled, starved and overtaken; afterwards each account is held to the ledger.
A grant is lost when its account holds anything but the newest refresh token of a living grant, or is not ACTIVE. Each
process has a clock that the test sets (Linear has another), so that hours pass in seconds; kills, sockets, commits and
locks are real. “In the commit” means that half of it is in the write-ahead log. Recovery is counted in minutes of that
clock, from the last trouble, with one sweep a minute. Made by ` + "`make torture`" + `,
which plays 10,000 accounts; ` + "`-torture N`" + ` plays fewer, and the second column says how many these were. A process
is killed only after more refreshes than it has in hand: one that never comes to its first save keeps nothing.

| scenario | accounts due | kills | grants lost | pairs saved twice | POSTs per refresh | wrong states | fenced writes | recovered after |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
`
	tortureTail = `
While Linear is down, and while answers are lost, the same refresh token is sent again: those are the POSTs above 1.00.
Fenced writes are late answers that were refused; each belonged to a pair that somebody else had saved already.

One sweep of %d due accounts, Linear answering after %v, %d requests at a time: **%.2f** times what the answers
alone would take, two commits on the disk for each account included.
`
)

func tortureReport(rows []*tally) string {
	var b strings.Builder
	b.WriteString(tortureHead)
	for _, r := range rows {
		perRefresh := "–"
		if r.refreshes > 0 {
			perRefresh = fmt.Sprintf("%.2f", float64(r.posts)/float64(r.refreshes))
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %s | %d | %d | %s |\n",
			r.name, r.accounts, r.kills, r.lost, r.duplicates, perRefresh, r.wrong, r.fenced, minutes(r.recovery))
	}
	return b.String()
}

func minutes(d time.Duration) string {
	if d == 0 {
		return "at once"
	}
	return fmt.Sprintf("%d min", int(d.Round(time.Minute)/time.Minute))
}
