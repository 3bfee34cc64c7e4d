//go:build linux

package accounts_test

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/store"
)

// play is one scenario. act makes the trouble; after puts right what act was
// meant to change.
type play struct {
	name  string
	some  int // accounts that are due; 0: all, a day has gone by
	act   func(*stage, *tally)
	after func(*stage, *tally)
}

func plays() []play {
	all := []play{{name: "a quiet day", act: func(*stage, *tally) {}}}
	for _, p := range []point{writesIntent, beforeSend, afterSend, afterAnswer, writesSave, afterSave} {
		all = append(all, play{name: "killed " + string(p), act: killAt(p)})
	}
	return append(all,
		play{name: "killed at random, four processes", act: killAtRandom},
		play{name: "four processes, none killed", act: fourProcesses},
		play{name: "four processes use tokens that ran out, killed at random", act: useAndKill},
		play{name: "disk full at the save", act: diskFull},
		play{name: "every third answer lost", act: loseAnswers},
		play{name: "answers after the lease is over", act: lateAnswers},
		play{name: "stopped past its lease", act: stalled},
		play{name: "disconnected during a refresh", act: disconnects, after: comeBack},
		play{name: "reconnected during a refresh", act: reconnects},
		play{name: "Linear down for 6 h", some: 5, act: outage},
		play{name: "wrong client secret for 1 h", act: wrongSecret},
		play{name: "clock jumps, killed after the answer", act: clockJumps},
	)
}

// kills is how many processes a scenario kills.
func (s *stage) kills() int { return max(3, len(s.all)/20) }

// killAt is a process that is started each minute and dies at one point. It gets
// beyond what it has in hand at a time: a process that never comes to its first
// save keeps nothing, whatever it does.
func killAt(p point) func(*stage, *tally) {
	return func(s *stage, row *tally) {
		const atHand = 32
		most := max(2, int64(len(s.all)/s.kills()))
		for row.kills < s.kills() {
			child := s.start(childConfig{Die: p, Nth: atHand + 1 + rand.Int64N(most)})
			out, died := child.does("sweep")
			if died {
				row.kills++
			} else {
				child.end()
			}
			s.pass(time.Minute)
			if !died && out.Due == 0 && s.settled() {
				return
			}
		}
	}
}

// four are four processes that do the same at the same time.
type four struct {
	s    *stage
	row  *tally
	do   string
	keys []store.Key
}

// ended is a process that has an outcome, or died.
type ended struct {
	*process
	out  outcome
	died bool
}

// round starts four processes at the present minute. It kills so many of them, at
// a random moment after one of their refreshes has come, and starts another each
// time. Then it waits for the rest.
func (f four) round(kills int) {
	running, ends := map[string]*process{}, make(chan ended)
	work := func() {
		p := f.s.start(childConfig{})
		running[p.owner] = p
		go func() {
			out, died := p.does(f.do, f.keys...)
			ends <- ended{p, out, died}
		}()
	}
	for range 4 {
		work()
	}
	sprung := f.s.setTrap(1 + rand.Int64N(40))
	for len(running) > 0 {
		select {
		case owner := <-sprung:
			if kills--; kills < 0 || running[owner] == nil {
				continue
			}
			time.Sleep(rand.N(4 * time.Millisecond)) // a moment at random is what this is about
			running[owner].kill()
			work()
			sprung = f.s.setTrap(1 + rand.Int64N(40))
		case e := <-ends:
			delete(running, e.owner)
			f.row.fenced += e.out.Fenced
			if e.died {
				f.row.kills++
				continue
			}
			e.end()
		}
	}
	f.s.pass(time.Minute)
}

func killAtRandom(s *stage, row *tally) {
	f := four{s: s, row: row, do: "sweep"}
	for row.kills < s.kills() && !s.settled() {
		f.round(min(8, s.kills()))
	}
}

func fourProcesses(s *stage, row *tally) {
	four{s: s, row: row, do: "sweep"}.round(0)
}

func useAndKill(s *stage, row *tally) {
	s.pass(8 * time.Hour)
	f := four{s: s, row: row, do: "use", keys: s.some(500)}
	for range max(1, s.kills()/20) {
		f.round(min(8, s.kills()))
	}
}

func diskFull(s *stage, row *tally) {
	for range 3 {
		p := s.start(childConfig{Die: writesSave, Nth: int64(len(s.all) / 4), DiskFull: true})
		if _, died := p.does("sweep"); died {
			s.t.Error("a full disk ended the process")
		}
		p.kill()
		p.wait()
		row.kills++
		s.pass(time.Minute)
	}
}

func loseAnswers(s *stage, _ *tally) {
	s.through(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if rand.IntN(3) > 0 {
			next.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	})
	p := s.start(childConfig{})
	defer p.end()
	for range 10 {
		_, _ = p.does("sweep")
		s.pass(time.Minute)
	}
}

func (s *stage) through(g gate) { s.gate.Store(&g) }

// behind starts a process whose refreshes Linear executes and does not answer
// until the barrier is opened.
func (s *stage) behind(n int) (p *process, b *barrier, outcomes <-chan outcome) {
	p = s.start(childConfig{Parallel: n})
	b = newBarrier(p.owner, n)
	s.through(b.pass)
	out := make(chan outcome, 1)
	go func() {
		o, _ := p.does("sweep")
		out <- o
	}()
	<-b.full
	return p, b, out
}

// overtaken plays a process whose leases run out while its answers are on the
// way; another one takes over before they are in.
func (s *stage) overtaken(row *tally, stop bool) {
	n := min(len(s.all)/2, 500)
	p, b, outcomes := s.behind(n)
	if stop {
		p.stall()
		close(b.open)
	}
	s.pass(2 * time.Minute)
	second := s.start(childConfig{})
	_, _ = second.does("sweep")
	second.end()
	if stop {
		p.goOn()
	} else {
		close(b.open)
	}
	out := <-outcomes
	p.end()
	if row.fenced += out.Fenced; out.Fenced < n {
		s.t.Errorf("%s: %d late saves refused, want %d", row.name, out.Fenced, n)
	}
}

func lateAnswers(s *stage, row *tally) { s.overtaken(row, false) }
func stalled(s *stage, row *tally)     { s.overtaken(row, true) }

// meanwhile does something to accounts whose refresh is executed and not answered.
func (s *stage) meanwhile(row *tally, do string) []store.Key {
	n := min(len(s.all)/4, 100)
	grants := map[string]store.Key{}
	for key, st := range s.standings() {
		grants[st.grant] = key
	}
	p, b, outcomes := s.behind(n)
	chosen := map[store.Key]bool{} // some are held, some are not yet begun
	for _, k := range s.some(n) {
		chosen[k] = true
	}
	for _, token := range b.tokens {
		g, _ := s.s.GrantOf(token)
		chosen[grants[g.ID]] = true
	}
	keys := slices.Collect(maps.Keys(chosen))
	second := s.start(childConfig{})
	if out, died := second.does(do, keys...); died || out.Failed > 0 {
		s.t.Errorf("%s: %d failed: %s", do, out.Failed, out.Err)
	}
	second.end()
	close(b.open)
	out := <-outcomes
	p.end()
	if row.fenced += out.Fenced; out.Fenced < n {
		s.t.Errorf("%s: %d late saves refused, want %d", row.name, out.Fenced, n)
	}
	return keys
}

func disconnects(s *stage, row *tally) {
	for _, k := range s.meanwhile(row, "disconnect") {
		row.want[k] = store.Disconnected
	}
}

func comeBack(s *stage, row *tally) {
	var keys []store.Key
	for k := range row.want {
		keys = append(keys, k)
	}
	p := s.start(childConfig{})
	defer p.end()
	if out, died := p.does("reconnect", keys...); died || out.Failed > 0 {
		s.t.Fatalf("reconnect: %d failed: %s", out.Failed, out.Err)
	}
}

func reconnects(s *stage, row *tally) { s.meanwhile(row, "reconnect") }

// sweepMinutes sweeps each minute for a while, in one process.
func (s *stage) sweepMinutes(n int) {
	p := s.start(childConfig{})
	defer p.end()
	for range n {
		if _, died := p.does("sweep"); died {
			s.t.Fatal("a process died that nobody killed")
		}
		s.pass(time.Minute)
	}
}

func outage(s *stage, _ *tally) {
	for _, f := range []lineartest.Fault{{Reply: lineartest.Unavailable()}, {Cut: true}, {Reply: lineartest.HTML(200)}} {
		undo := s.s.Fault(refreshFault(f))
		s.sweepMinutes(120)
		undo()
	}
}

func wrongSecret(s *stage, row *tally) {
	s.s.UpdateApp(func(a *lineartest.OAuthApp) { a.ClientSecret = "rotated" })
	s.sweepMinutes(60)
	for key, a := range s.accounts() {
		if a.State != store.Active || a.Cause != "" {
			s.t.Errorf("%s: %s is %s (%s)", row.name, key, a.State, a.Cause)
		}
	}
	s.s.UpdateApp(func(a *lineartest.OAuthApp) { a.ClientSecret = lineartest.DefaultApp.ClientSecret })
}

// clockJumps is a machine whose clock is corrected by hours, each time after a
// process died with an answer in its hand.
func clockJumps(s *stage, row *tally) {
	for _, ahead := range []time.Duration{0, 2 * time.Hour, 0, -2 * time.Hour, 12 * time.Hour, 0} {
		p := s.start(childConfig{Die: afterAnswer, Nth: 1 + rand.Int64N(int64(max(2, len(s.all)/10)))})
		if _, died := p.doesAt(s.now().Add(ahead), "sweep"); died {
			row.kills++
		} else {
			p.end()
		}
		s.pass(time.Minute)
	}
}
