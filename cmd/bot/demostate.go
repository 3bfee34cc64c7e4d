package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
)

// keeper keeps a stage's stand-ins in a directory, beside the bot's own database
// and keyset. Each file is replaced as a whole, so that a killed demo leaves the
// old one or the new one.
//
//	DIR/linearbot.db, …keyset.json   the bot's own
//	DIR/linear.json, slack.json      the stand-ins, written shortly after a change
//	DIR/demo.json                    version and addresses
//
// Tokens are written before Linear's answer that holds them is sent: the bot
// never has one that the next run would not know.
type keeper struct {
	dir    string
	linear *lineartest.Server
	slack  *slacktest.Server

	mu      sync.Mutex
	written map[string][]byte // by file name
	err     error             // the last write that failed
	unlock  func() error
	stop    context.CancelFunc
	ended   sync.WaitGroup
}

// demoFile is demo.json: where things were last. Addresses are used again when
// they are free, because links in old messages and descriptions lead there.
type demoFile struct {
	Version        int
	Public, Linear string // host:port of the bot's own pages and of Linear
}

const (
	demoVersion = 1
	keepAfter   = 300 * time.Millisecond // changes come in bursts
)

// openState locks a state directory, making it when it is new, and reads where
// things were; the zero demoFile when nothing was kept yet.
func openState(dir string) (k *keeper, f demoFile, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, f, fmt.Errorf("--state: %w", err)
	}
	unlock, err := lockFile(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, f, fmt.Errorf("--state: another demo uses %s: %w", dir, err)
	}
	k = &keeper{dir: dir, unlock: unlock, written: map[string][]byte{}}
	raw, err := os.ReadFile(filepath.Join(dir, "demo.json"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return k, f, nil
	case err == nil:
		err = json.Unmarshal(raw, &f)
	}
	if err != nil {
		return nil, f, errors.Join(fmt.Errorf("--state: %s is damaged: %w", dir, err), unlock())
	}
	if f.Version != demoVersion {
		return nil, f, errors.Join(k.unknown(f.Version, demoVersion), unlock())
	}
	return k, f, nil
}

func (k *keeper) unknown(found, known int) error {
	return fmt.Errorf("--state: what %s holds was written by another version of the demo (%d; this one reads %d). Name another directory, or remove this one to begin anew", k.dir, found, known)
}

// restore gives the stand-ins what was kept.
func (k *keeper) restore() error {
	for name, restore := range map[string]func([]byte) error{"linear.json": k.linear.Restore, "slack.json": k.slack.Restore} {
		raw, err := os.ReadFile(filepath.Join(k.dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = restore(raw)
		}
		if unknown, ok := errors.AsType[*lineartest.UnknownVersionError](err); ok {
			return k.unknown(unknown.Found, unknown.Known)
		}
		if unknown, ok := errors.AsType[*slacktest.UnknownVersionError](err); ok {
			return k.unknown(unknown.Found, unknown.Known)
		}
		if err != nil {
			return fmt.Errorf("--state: %s: %w", filepath.Join(k.dir, name), err)
		}
	}
	return nil
}

// start writes everything once, and from then on whatever changes.
func (k *keeper) start(public string) error {
	raw, err := json.Marshal(demoFile{demoVersion, public, strings.TrimPrefix(k.linear.URL, "http://")})
	if err == nil {
		err = k.write("demo.json", raw)
	}
	if err = errors.Join(err, k.save()); err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	k.stop = stop
	changed := make(chan struct{}, 1)
	k.ended.Go(func() { k.watch(ctx, changed) })
	k.ended.Go(func() {
		for ctx.Err() == nil {
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
			select {
			case <-time.After(keepAfter):
			case <-ctx.Done():
			}
			k.keep()
		}
	})
	return nil
}

// watch signals every change of either stand-in until ctx ends.
func (k *keeper) watch(ctx context.Context, changed chan<- struct{}) {
	signal := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	linear, cancelLinear := k.linear.Subscribe()
	defer func() { cancelLinear() }()
	slack, cancelSlack := k.slack.Subscribe()
	defer func() { cancelSlack() }()
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-linear:
			if !open {
				return
			}
		case _, open := <-slack:
			if !open { // it fell behind
				slack, cancelSlack = k.slack.Subscribe()
			}
		}
		signal()
	}
}

// keep saves, and remembers what went wrong for close to tell.
func (k *keeper) keep() {
	if err := k.save(); err != nil {
		k.mu.Lock()
		k.err = err
		k.mu.Unlock()
	}
}

func (k *keeper) save() error {
	return errors.Join(k.saveOne("linear.json", k.linear.Save), k.saveOne("slack.json", k.slack.Save))
}

func (k *keeper) saveOne(name string, save func() ([]byte, error)) error {
	k.mu.Lock()
	defer k.mu.Unlock() // an older state never replaces a newer one
	raw, err := save()
	if err != nil || bytes.Equal(raw, k.written[name]) {
		return err
	}
	if err := k.write(name, raw); err != nil {
		return err
	}
	k.written[name] = raw
	return nil
}

// keepTokens is called before Linear hands out a token.
func (k *keeper) keepTokens() {
	if err := k.saveOne("linear.json", k.linear.Save); err != nil {
		k.mu.Lock()
		k.err = err
		k.mu.Unlock()
	}
}

func (k *keeper) write(name string, raw []byte) error {
	return replaceFile(filepath.Join(k.dir, name), raw)
}

// close saves once more and lets the directory go. It returns the last write that failed.
func (k *keeper) close() error {
	if k.stop != nil {
		k.stop()
		k.ended.Wait()
		k.keep()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return errors.Join(k.err, k.unlock())
}
