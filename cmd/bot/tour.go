package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// tour plays the golden path on a stage, as people would: it types, clicks and
// approves, prints what each person then sees, and holds every step against what
// the local Slack and the local Linear know.
type tour struct {
	*stage
	out      io.Writer
	alice    *slacktest.Person
	bob      *slacktest.Person
	carol    *slacktest.Person
	browsers map[string]*browser
	shown    map[string]bool // what the transcript holds already, by person
	held     int             // claims that were checked
}

// errTour is the end of a tour whose scenes did not all hold.
var errTour = errors.New("the tour failed")

// scene is one thing a person wants.
type scene struct {
	title string
	play  func(*tour, context.Context) error
}

// play runs every scene in order; the first that does not hold ends the tour.
func (t *tour) play(ctx context.Context) error {
	t.alice, t.bob, t.carol = t.slack.Person("alice"), t.slack.Person("bob"), t.slack.Person("carol")
	t.browsers, t.shown = map[string]*browser{}, map[string]bool{}
	began := time.Now()
	for i, s := range scenes() {
		fmt.Fprintf(t.out, "\n%2d. %s\n", i+1, s.title)
		if err := s.play(t, ctx); err != nil {
			fmt.Fprintf(t.out, "    ✗ %v\n", err)
			return fmt.Errorf("%w at %q: %w", errTour, s.title, err)
		}
		for _, p := range []*slacktest.Person{t.alice, t.bob, t.carol} {
			if f := p.Failure(); f != "" {
				return fmt.Errorf("%w at %q: Slack itself showed %q", errTour, s.title, f)
			}
		}
	}
	fmt.Fprintf(t.out, "\nAll %d scenes held, %d claims checked, in %s.\n", len(scenes()), t.held, time.Since(began).Round(10*time.Millisecond))
	return nil
}

// types enters a slash command.
func (t *tour) types(ctx context.Context, p *slacktest.Person, channel, line string) error {
	fmt.Fprintf(t.out, "  %s types: %s\n", name(p), line)
	return p.Command(ctx, channel, line)
}

// says posts a message.
func (t *tour) says(ctx context.Context, p *slacktest.Person, channel, text string) error {
	fmt.Fprintf(t.out, "  %s says: %s\n", name(p), text)
	_, err := p.Say(ctx, channel, text)
	return err
}

// does tells what a person does with the mouse.
func (t *tour) does(p *slacktest.Person, format string, args ...any) {
	fmt.Fprintf(t.out, "  %s %s\n", name(p), fmt.Sprintf(format, args...))
}

// sees waits until a person sees words in a channel or one of its threads that
// were not there before, and prints the message that holds them.
func (t *tour) sees(ctx context.Context, p *slacktest.Person, channel, words string) (slacktest.Message, error) {
	var m slacktest.Message
	err := t.eventually(ctx, func() bool {
		var ok bool
		m, ok = p.Find(channel, words)
		return ok && !t.shown[p.ID+m.TS+slacktest.Text(m)]
	})
	if err != nil {
		return m, fmt.Errorf("%s does not see %q in %s; the last message there is:\n%s", name(p), words, channel, indented(slacktest.Text(p.Last(channel))))
	}
	t.held++
	t.shown[p.ID+m.TS+slacktest.Text(m)] = true
	who := ""
	if m.EphemeralTo != "" {
		who = " (only visible to them)"
	}
	fmt.Fprintf(t.out, "  %s sees%s:\n%s\n", name(p), who, indented(slacktest.Text(m)))
	return m, nil
}

// form waits until a person's topmost modal shows words, and prints it.
func (t *tour) form(ctx context.Context, p *slacktest.Person, words string) (slacktest.View, error) {
	var v slacktest.View
	err := t.eventually(ctx, func() bool {
		v = p.View()
		return strings.Contains(slacktest.Text(v), words)
	})
	if err != nil {
		return v, fmt.Errorf("%s's form does not show %q, but:\n%s", name(p), words, indented(slacktest.Text(v)))
	}
	t.held++
	fmt.Fprintf(t.out, "  %s's screen shows a form:\n%s\n", name(p), indented(slacktest.Text(v)))
	return v, nil
}

// holds checks a claim about the stand-ins' state, waiting for what is on its way.
func (t *tour) holds(ctx context.Context, claim string, cond func() bool) error {
	if err := t.eventually(ctx, cond); err != nil {
		return fmt.Errorf("not so: %s", claim)
	}
	t.held++
	fmt.Fprintf(t.out, "    ✓ %s\n", claim)
	return nil
}

// eventually waits for a change in either stand-in that makes cond true.
func (t *tour) eventually(ctx context.Context, cond func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, stagePatience)
	defer cancel()
	var one sync.Mutex // both servers ask the same question
	asked := func() bool {
		one.Lock()
		defer one.Unlock()
		return cond()
	}
	done := make(chan error, 2)
	go func() { done <- t.slack.Await(ctx, asked) }()
	go func() { done <- t.linear.Await(ctx, asked) }()
	err := <-done
	cancel()
	if other := <-done; err != nil && other == nil {
		return nil
	}
	return err
}

// browser is the person's own browser.
func (t *tour) browser(p *slacktest.Person) (*browser, error) {
	if b, ok := t.browsers[p.ID]; ok {
		return b, nil
	}
	b, err := newBrowser(t.linear)
	if err != nil {
		return nil, err
	}
	t.browsers[p.ID] = b
	return b, nil
}

// approve follows the link button of a surface to Linear and approves there.
func (t *tour) approve(ctx context.Context, p *slacktest.Person, on slacktest.Surface, label, email string) error {
	link, err := p.Link(on, label)
	if err != nil {
		return err
	}
	t.does(p, "presses [%s] and approves in Linear as %s", label, email)
	b, err := t.browser(p)
	if err != nil {
		return err
	}
	before, after, err := b.connect(ctx, link, email)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "  The browser shows, before Linear:\n%s\n  and after it:\n%s\n", indented(before), indented(after))
	if !strings.Contains(after, "You're connected.") {
		return errors.New("the last page does not say that it worked")
	}
	return nil
}

// account is the person's account as the bot keeps it.
func (t *tour) account(ctx context.Context, p *slacktest.Person) (store.Account, error) {
	return t.bot.accounts.Status(ctx, t.key(p))
}

// key is whom the bot takes this person for.
func (t *tour) key(p *slacktest.Person) store.Key {
	for _, u := range t.slack.Users() {
		if u.ID == p.ID {
			return store.Key{TeamID: u.TeamID, UserID: u.ID}
		}
	}
	return store.Key{UserID: p.ID}
}

// titled is the issue of this title that is not in the trash.
func (t *tour) titled(title string) (lineartest.Issue, bool) {
	for _, i := range t.linear.Issues() {
		if i.Title == title && !i.Trashed {
			return i, true
		}
	}
	return lineartest.Issue{}, false
}

// breath is how long nothing has to happen at Linear before an action is counted.
const breath = 200 * time.Millisecond

// rest waits until what the bot does by itself, such as refreshing Home, is over.
func (t *tour) rest(ctx context.Context) {
	for {
		before := len(t.linear.Requests())
		quiet, cancel := context.WithTimeout(ctx, breath)
		err := t.linear.Await(quiet, func() bool { return len(t.linear.Requests()) > before })
		cancel()
		if err != nil {
			return
		}
	}
}

// requests counts what an action costs at Linear.
func (t *tour) requests(ctx context.Context, act func() error) (int, error) {
	t.rest(ctx)
	before := len(t.linear.Requests())
	err := act()
	all := t.linear.Requests()[before:]
	for _, r := range all {
		fmt.Fprintf(t.out, "    → Linear: %s %s, %d, %s\n", r.Method, cmp.Or(r.Op, r.Path), r.Status, r.Took.Round(10*time.Microsecond))
	}
	return len(all), err
}

// name is what the transcript calls a person.
func name(p *slacktest.Person) string {
	word := strings.ToLower(strings.TrimPrefix(p.ID, "U0"))
	return strings.ToUpper(word[:1]) + word[1:]
}
