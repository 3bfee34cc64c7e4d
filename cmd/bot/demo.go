package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"linearbot/linear/lineartest"
	linearpage "linearbot/linear/lineartest/page"
)

// demoCmd runs everything on one machine, against local stand-ins of Slack and Linear.
type demoCmd struct {
	Tour       bool   `help:"Play the golden path as people would, print what they see, verify it, and end."`
	LinearOnly bool   `help:"Run the local Linear alone, for any client."`
	Addr       string `default:"127.0.0.1:8300" help:"Loopback address of the demo page; with --linear-only, of Linear."`
}

// Run plays, or keeps the stage up until ctx ends.
func (d *demoCmd) Run(ctx context.Context, to *console) error {
	switch {
	case d.Tour && d.LinearOnly:
		return errors.New("--tour and --linear-only exclude each other")
	case d.LinearOnly:
		return d.linearOnly(ctx, to.out)
	case d.Tour:
		return d.tour(ctx, to.out, to.err)
	}
	return d.keepUp(ctx, to.out, to.err)
}

// linearOnly is a Linear that any client can use.
func (d *demoCmd) linearOnly(ctx context.Context, stdout io.Writer) error {
	app := lineartest.DefaultApp
	app.AnyLoopback = true
	s := lineartest.New(lineartest.Options{Seed: true, App: app, Pages: linearpage.New})
	defer s.Close()
	if err := s.Start(d.Addr); err != nil {
		return fmt.Errorf("--addr: %w", err)
	}
	key, err := s.APIKey("alice@acme.test")
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, `A local Linear with invented people and issues is at %s

  authorize      %[1]s/oauth/authorize   (LINEAR_AUTH_URL=%[1]s)
  token, revoke  %[1]s/oauth/token, %[1]s/oauth/revoke   (LINEAR_API_URL=%[1]s)
  GraphQL        %[1]s/graphql
  client id      %s
  client secret  %s
  redirect URI   any http address on a loopback host
  API key        %s   (alice@acme.test; sent as the bare Authorization header)

Ctrl-C ends it; nothing is kept.
`, s.URL, app.ClientID, app.ClientSecret, key)
	<-ctx.Done()
	return nil
}

// tour plays the golden path on a stage of its own.
func (d *demoCmd) tour(ctx context.Context, stdout, stderr io.Writer) error {
	dir, remove, err := stageDir()
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(dir, "bot.log"))
	if err != nil {
		return errors.Join(err, remove())
	}
	s, err := newStage(ctx, stageOptions{Dir: dir, Log: stageLog(log, slog.LevelDebug)})
	if err != nil {
		return errors.Join(err, log.Close(), remove())
	}
	t := &tour{stage: s, out: stdout}
	playErr := t.play(ctx)
	closeErr := errors.Join(s.close(), log.Close())
	if playErr != nil {
		fmt.Fprintf(stderr, "bot: the bot's own log is in %s\n", log.Name())
		return errors.Join(playErr, closeErr)
	}
	return errors.Join(closeErr, remove())
}

// keepUp runs the stage behind a page until ctx ends, for people to play with.
func (d *demoCmd) keepUp(ctx context.Context, stdout, stderr io.Writer) error {
	dir, remove, err := stageDir()
	if err != nil {
		return err
	}
	s, err := newStage(ctx, stageOptions{Dir: dir, Log: stageLog(stderr, slog.LevelError)})
	if err != nil {
		return errors.Join(err, remove())
	}
	page, err := s.servePage(ctx, d.Addr)
	if err != nil {
		return errors.Join(err, s.close(), remove())
	}
	fmt.Fprintf(stdout, `The demo is at %s

  Slack    %[1]s   (switch between Alice, Bob, Carol the admin, and a guest)
  Linear   %s   (board, issues, connected apps, levers)

Start as Alice: type /linear create Fix login, connect, then ask for anything. Ctrl-C ends the demo.
`, page.url, s.linear.URL)
	<-ctx.Done()
	return errors.Join(page.close(), s.close(), remove())
}
