package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// Two backups are made beside the running bot. The one that is young enough brings
// everybody back, though a grant was renewed after it; the one that is too old is
// named as the cause, and its people can reconnect.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	s, err := newStage(ctx, stageOptions{Dir: dir, Log: stageLog(t.Output(), slog.LevelError)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.linear.Close(); s.slack.Close() })
	tr := &tour{stage: s, out: io.Discard, alice: s.slack.Person("alice"), bob: s.slack.Person("bob"), browsers: map[string]*browser{}, shown: map[string]bool{}}
	o := &operated{t: t, s: s, db: filepath.Join(dir, "linearbot.db")}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	renew := func(p *slacktest.Person) {
		t.Helper()
		_, err := s.bot.db.UpdateAccount(ctx, tr.key(p), func(_ *store.Tx, a store.Account) (store.Account, error) {
			a.DueAt = a.CreatedAt
			return a, nil
		})
		must(err)
		_, err = s.bot.accounts.RefreshDue(ctx)
		must(err)
	}
	restore := func(from string) string {
		t.Helper()
		must(s.stopBot())
		for _, end := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(o.db + end); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
		}
		return o.wants("2 grants will be proven", "restore", from)
	}
	works := func(p *slacktest.Person) {
		t.Helper()
		must(p.Command(ctx, general, "/linear show ENG-98"))
		_, err := tr.sees(ctx, p, general, "Payment retries loop")
		must(err)
	}
	must(tr.connecting(ctx))
	must(tr.bob.Command(ctx, general, "/linear connect"))
	m, err := tr.sees(ctx, tr.bob, general, "Link works once")
	must(err)
	must(tr.approve(ctx, tr.bob, m, "Connect Linear", bobMail))

	old, young := filepath.Join(dir, "old"), filepath.Join(dir, "young")
	o.wants(old, "backup", old)
	for range 2 { // Linear gives the first token no successor any more
		renew(tr.alice)
		renew(tr.bob)
	}
	o.wants(young, "backup", young)
	renew(tr.alice) // once: within 30 minutes Linear gives the successor again

	if out := restore(young); !strings.Contains(out, "One grant was tried, that of T0ACME/U0") || !strings.Contains(out, "and works") {
		t.Errorf("restoring a young backup says:\n%s", out)
	}
	suspects := func() (n int) {
		db, err := store.Open(ctx, "sqlite:"+o.db)
		must(err)
		defer db.Close()
		page, _, err := db.Accounts(ctx, store.AccountFilter{State: store.Active})
		must(err)
		for _, a := range page {
			if a.Suspect {
				n++
			}
		}
		return n
	}
	if n := suspects(); n != 1 {
		t.Errorf("%d suspects after the canary, want the other one", n)
	}
	must(s.startBot(ctx))
	works(tr.alice)
	works(tr.bob)
	if n := suspects(); n != 0 {
		t.Errorf("%d suspects after both were used", n)
	}

	if out := restore(old); !strings.Contains(out, "the backup is too old for it") {
		t.Errorf("restoring an old backup says:\n%s", out)
	}
	must(s.startBot(ctx))
	defer func() { must(s.stopBot()) }()
	for _, p := range []*slacktest.Person{tr.alice, tr.bob} {
		must(p.Command(ctx, general, "/linear show ENG-98"))
		_, err := tr.sees(ctx, p, general, "Reconnect")
		must(err)
		s.bot.app.SendNotices(ctx)
		_, err = tr.sees(ctx, p, p.DM(), "restored from a backup that is too old")
		must(err)
		a, err := s.bot.accounts.Status(ctx, tr.key(p))
		if err != nil || a.State != store.Expired || a.Cause != "backup" {
			t.Errorf("%s is %s (%s), %v, want EXPIRED (backup)", p.ID, a.State, a.Cause, err)
		}
	}
	must(tr.alice.Command(ctx, general, "/linear connect"))
	m, err = tr.sees(ctx, tr.alice, general, "Link works once")
	must(err)
	label := "Connect Linear"
	if _, err := tr.alice.Link(m, label); err != nil {
		label = "Reconnect"
	}
	must(tr.approve(ctx, tr.alice, m, label, aliceMail))
	works(tr.alice)
}

// A restore that is stopped before every grant is marked as to be proven, or that
// cannot read the backup, puts nothing in place and leaves nothing; run again it works.
func TestRestoreIsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	o := operate(t)
	copied := filepath.Join(t.TempDir(), "backup.db")
	o.wants(copied, "backup", copied)
	keyset, err := os.ReadFile(o.db + ".keyset.json")
	if err != nil {
		t.Fatal(err)
	}
	place := filepath.Join(t.TempDir(), "bot.db")
	if err := os.WriteFile(place+".keyset.json", keyset, 0o600); err != nil {
		t.Fatal(err)
	}
	files := func() []string {
		entries, err := os.ReadDir(filepath.Dir(place))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if status, out := o.doesIn(stopped, place, "restore", copied); status != exitStopped || len(files()) != 1 {
		t.Errorf("stopped: restore = %d, files %v:\n%s", status, files(), out)
	}
	damaged := filepath.Join(t.TempDir(), "damaged.db")
	if err := os.WriteFile(damaged, []byte(strings.Repeat("no database\n", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out := o.does(place, "restore", damaged); status != exitFailed || !strings.Contains(out, "nothing was put in place") || len(files()) != 1 {
		t.Errorf("a damaged backup: restore = %d, files %v:\n%s", status, files(), out)
	}
	if status, out := o.does(place, "restore", copied); status != 0 || len(files()) != 2 {
		t.Errorf("restore = %d, files %v:\n%s", status, files(), out)
	}
}
