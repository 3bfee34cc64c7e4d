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
	State      string `placeholder:"DIR" help:"Keep everything in this directory, and take it up again the next time."`
	Model      string `default:"scripted" enum:"scripted,live,none" help:"What answers words the built-in parser cannot read: a script on this machine, the real model (live: ANTHROPIC_API_KEY is used and what you write goes there), or none."`
}

// Run plays, or keeps the stage up until ctx ends.
func (d *demoCmd) Run(ctx context.Context, c *config, to *console) error {
	model, err := d.model(c)
	switch {
	case err != nil:
		return err
	case d.Tour && d.LinearOnly:
		return errors.New("--tour and --linear-only exclude each other")
	case d.State != "" && (d.Tour || d.LinearOnly):
		return errors.New("--state is for the demo page: neither --tour nor --linear-only keeps anything")
	case d.LinearOnly:
		return d.linearOnly(ctx, to.out)
	case d.Tour:
		return d.tour(ctx, to.out, to.err)
	}
	return d.keepUp(ctx, model, to.out, to.err)
}

// model is what --model asks for. A key in the environment alone changes nothing:
// a demo that says it stays on this machine must stay there.
func (d *demoCmd) model(c *config) (stageModel, error) {
	switch d.Model {
	case modelScripted:
		return stageModel{Kind: modelScripted}, nil
	case modelLive:
		problems := c.readSecretFiles()
		if c.AnthropicAPIKey == "" {
			problems = append(problems, errors.New("ANTHROPIC_API_KEY is not set: --model live needs it"))
		}
		return stageModel{Kind: modelLive, Key: c.AnthropicAPIKey, BaseURL: c.AnthropicBaseURL, Version: c.AssistantModel}, problemsOf(problems)
	}
	return stageModel{}, nil
}

// note says on the page and on the console what answers there.
func (m stageModel) note() string {
	switch m.Kind {
	case modelScripted:
		return "The language model here is a script that reads real results."
	case modelLive:
		return "The language model here is a real one: what you write and the issues it reads leave this machine."
	}
	return "There is no language model here: the built-in parser reads what you write."
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
	s, err := newStage(ctx, stageOptions{Dir: dir, Log: stageLog(log, slog.LevelDebug), Model: stageModel{Kind: modelScripted}})
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
func (d *demoCmd) keepUp(ctx context.Context, model stageModel, stdout, stderr io.Writer) error {
	dir, remove, kept := d.State, func() error { return nil }, "everything is kept in "+d.State
	if d.State == "" {
		var err error
		if dir, remove, err = stageDir(); err != nil {
			return err
		}
		kept = "nothing is kept"
	}
	s, err := newStage(ctx, stageOptions{Dir: dir, Keep: d.State != "", Log: stageLog(stderr, slog.LevelError), Model: model})
	if err != nil {
		return errors.Join(err, remove())
	}
	page, err := s.servePage(ctx, d.Addr, model.note())
	if err != nil {
		return errors.Join(err, s.close(), remove())
	}
	fmt.Fprintf(stdout, `The demo is at %s

  Slack    %[1]s   (switch between Alice, Bob, Carol the admin, and a guest)
  Linear   %s   (board, issues, connected apps, levers)

Start as Alice: type /linear create Fix login, connect, then ask for anything.
%s
Ctrl-C ends the demo; %s.
`, page.url, s.linear.URL, model.note(), kept)
	<-ctx.Done()
	return errors.Join(page.close(), s.close(), remove())
}
