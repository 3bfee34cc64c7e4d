package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"linearbot/accounts"
	"linearbot/store"
)

// The keys are rotated, everything is resealed and the old key is dropped beside a
// running bot that is never restarted: nobody notices.
func TestKeysRotateBesideTheRunningBot(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	s, err := newStage(ctx, stageOptions{Dir: dir, Log: stageLog(t.Output(), slog.LevelWarn)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	tr := &tour{stage: s, out: io.Discard, alice: s.slack.Person("alice"), bob: s.slack.Person("bob"), browsers: map[string]*browser{}, shown: map[string]bool{}}
	if err := tr.connecting(ctx); err != nil {
		t.Fatal(err)
	}
	o := &operated{t: t, s: s, db: filepath.Join(dir, "linearbot.db")}
	first := s.bot.keyring.Primary()
	o.wants("seals from now on", "keys", "rotate")
	o.wants("1 of 1 grants", "keys", "reseal")
	if s.bot.keyring.Primary() != first {
		t.Log("the bot has taken the keyset up already")
	}
	renewed := func(want string) { // the running bot opens what the verb sealed
		t.Helper()
		key := tr.key(tr.alice)
		_, err := s.bot.db.UpdateAccount(ctx, key, func(_ *store.Tx, a store.Account) (store.Account, error) {
			a.DueAt = a.CreatedAt
			return a, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		before, err := s.bot.accounts.Status(ctx, key)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.bot.accounts.RefreshDue(ctx)
		after, readErr := s.bot.accounts.Status(ctx, key)
		if err != nil || readErr != nil || after.Version != before.Version+1 {
			t.Fatalf("%s: refreshing gives %+v, %v, %v, version %d after %d", want, r, err, readErr, after.Version, before.Version)
		}
		if id, _ := accounts.SealedBy(after.Sealed); id != s.bot.keyring.Primary() || id == first {
			t.Errorf("%s: the new pair is sealed by key %d; the first is %d", want, id, first)
		}
	}
	renewed("after reseal")

	old := strconv.FormatUint(uint64(first), 10)
	if status, out := o.does(o.db, "keys", "drop", old); status == 0 || !strings.Contains(out, "they go by themselves") {
		t.Errorf("dropping a key that seals what was shown and prompted = %d:\n%s", status, out)
	}
	if err := s.bot.accounts.DB.DropTickets(ctx, store.LinkTicket, tr.key(tr.alice)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.bot.db.Purge(ctx, time.Now().Add(48*time.Hour)); err != nil { // two days later
		t.Fatal(err)
	}
	if status, out := o.does(o.db, "keys", "drop", old); status == 0 || !strings.Contains(out, "a moment ago") {
		t.Errorf("dropping a key right after a rotation = %d:\n%s", status, out)
	}
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(s.cfg.keysetFile(), past, past); err != nil {
		t.Fatal(err)
	}
	o.wants("was removed", "keys", "drop", old)
	o.wants("seals", "keys", "rotate")
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if err := tr.eventually(ctx, func() bool { return len(s.bot.keyring.Keys()) == 2 && s.bot.keyring.Primary() != first }); err != nil {
		t.Errorf("after SIGHUP the bot has the keys %v", s.bot.keyring.Keys())
	}
	renewed("after drop and another rotation")
}

// What waits for its code is sealed too: its key stays.
func TestDropSparesAWaitingGrant(t *testing.T) {
	t.Parallel()
	o := operate(t)
	o.s.cfg.Verify = "code"
	if err := o.s.startBot(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := o.s.stopBot(); err != nil {
			t.Error(err)
		}
	}()
	bob := o.s.slack.Person("bob")
	key := store.Key{TeamID: "T0ACME", UserID: bob.ID}
	link, err := o.s.bot.accounts.AuthorizationLink(t.Context(), accounts.Person{Key: key, HomeTeamID: "T0ACME", Handle: "bob", Email: bobMail, Workspace: "Acme"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBrowser(o.s.linear)
	if err != nil {
		t.Fatal(err)
	}
	_, page, err := b.connect(t.Context(), link.URL, bobMail)
	if err != nil || !strings.Contains(page, "One step left") {
		t.Fatalf("Bob's browser shows %q, %v", page, err)
	}
	old := strconv.FormatUint(uint64(o.s.bot.keyring.Primary()), 10)
	o.wants("", "keys", "rotate")
	status, out := o.does(o.db, "keys", "drop", old)
	if status == 0 || !strings.Contains(out, "still seals 2 grants") {
		t.Errorf("drop = %d:\n%s\nwant Alice's grant and Bob's waiting one counted", status, out)
	}
	o.wants("2 of 2 grants", "keys", "reseal")
}
