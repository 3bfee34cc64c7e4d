package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"linearbot/accounts"
	"linearbot/store"
)

const checkCap = 10 * time.Second

// checkCmd tries the configuration.
type checkCmd struct{}

// Run checks every setting.
func (*checkCmd) Run(ctx context.Context, c *config, to *console) error {
	if err := c.finish(c.readSecretFiles()...); err != nil {
		return err
	}
	return c.check(ctx, to.out)
}

// unsureError is what a check could not find out from here.
type unsureError struct{ text string }

func (e *unsureError) Error() string { return e.text }

// check tries every setting against the service it is for, says what it found
// line by line, and fails when anything would not work.
func (c *config) check(ctx context.Context, w io.Writer) error {
	var failed error
	for _, item := range []struct {
		name string
		try  func(context.Context) (string, error)
	}{
		{"database", c.checkDatabase},
		{"Slack bot token", c.checkBotToken},
		{"Slack app token", c.checkAppToken},
		{"admins", c.checkAdmins},
		{"clock", c.checkClock},
		{"acting mode", c.checkActor},
		{"Linear API", c.checkLinearAPI},
		{"Linear sign-in page", c.checkLinearPage},
		{"Linear OAuth app", c.checkLinearApp},
		{"language model", c.checkModel},
		{"public address", c.checkPublicURL},
	} {
		ctx, cancel := context.WithTimeout(ctx, checkCap)
		found, err := item.try(ctx)
		cancel()
		if unsure, ok := errors.AsType[*unsureError](err); ok {
			fmt.Fprintf(w, "? %s: %v\n", item.name, unsure)
			continue
		}
		if err != nil {
			fmt.Fprintf(w, "✗ %s: %v\n", item.name, err)
			failed = errors.New("some checks failed")
			continue
		}
		fmt.Fprintf(w, "✓ %s: %s\n", item.name, found)
	}
	return failed
}

// checkDatabase opens what is there with the keyset that belongs to it. Where nothing
// is yet, nothing is made: the files belong to the user the bot will run as.
func (c *config) checkDatabase(ctx context.Context) (string, error) {
	if !c.started() {
		return c.checkRoom()
	}
	keyring, err := c.keyring()
	if err != nil {
		return "", err
	}
	db, err := store.Open(ctx, c.DatabaseURL)
	if err != nil {
		return "", fmt.Errorf("DATABASE_URL: %w", err)
	}
	_, err = c.manage(db, keyring, &console{io.Discard, io.Discard})
	return c.sqlitePath() + " opens, and the keyset fits", errors.Join(err, db.Close())
}

// started reports whether the bot ran here before: its database is there.
func (c *config) started() bool {
	_, err := os.Stat(c.sqlitePath())
	return !errors.Is(err, fs.ErrNotExist)
}

// checkRoom tries whether the first start can make the database and its keyset.
func (c *config) checkRoom() (string, error) {
	if _, err := os.Stat(c.keysetFile()); err == nil || c.EncryptionKeyset != "" {
		if _, err := c.keyring(); err != nil {
			return "", err
		}
	} else if err := mayMake(c.keysetFile()); err != nil {
		return "", fmt.Errorf("%s: %w", c.keysetSetting(), err)
	}
	if err := mayMake(c.sqlitePath()); err != nil {
		return "", fmt.Errorf("DATABASE_URL: %w", err)
	}
	return c.sqlitePath() + " will be made at the first start", nil
}

// mayMake tries to make a file beside path, and takes it away again.
func mayMake(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".check-*")
	if err != nil {
		return fmt.Errorf("nothing can be made beside %s: %w", path, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// checkActor says which acting mode counts: the admins' choice comes before LINEAR_ACTOR.
func (c *config) checkActor(ctx context.Context) (string, error) {
	if !c.started() {
		return c.LinearActor + ", from LINEAR_ACTOR", nil
	}
	me, err := c.askSlack(ctx)
	if err != nil {
		return "", fmt.Errorf("not known without Slack: LINEAR_ACTOR=%s, unless the admins chose: %w", c.LinearActor, err)
	}
	db, err := store.Open(ctx, c.DatabaseURL)
	if err != nil {
		return "", fmt.Errorf("not known without the database: LINEAR_ACTOR=%s, unless the admins chose", c.LinearActor)
	}
	chosen, err := accounts.ChosenActor(ctx, db, cmp.Or(me.EnterpriseID, me.TeamID))
	if err := errors.Join(err, db.Close()); err != nil {
		return "", err
	}
	switch chosen {
	case "":
		return c.LinearActor + ", from LINEAR_ACTOR", nil
	case c.LinearActor:
		return chosen + ", chosen in the admin view as in LINEAR_ACTOR", nil
	}
	return chosen + ", chosen in the admin view: LINEAR_ACTOR=" + c.LinearActor + " does not count", nil
}

// tryOnce makes one request. No redirect is followed: it would carry a secret to
// wherever it points. The answer is cut at 64 KiB.
func tryOnce(ctx context.Context, method, address, kind, body string) (status int, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", kind)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close() // only read
	answer, err = io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	return resp.StatusCode, answer, err
}
