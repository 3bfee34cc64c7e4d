package slackapp_test

import (
	"context"
	"strings"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
)

// await waits until the local Slack or the local Linear shows what cond asks for.
func (w *world) await(what string, cond func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	if err := w.slack.Await(ctx, cond); err != nil {
		w.t.Fatalf("waiting for %s: %v", what, err)
	}
}

// until waits for something that nobody sees in Slack.
func (w *world) until(what string, cond func() bool) {
	w.t.Helper()
	for end := time.Now().Add(patience); !cond(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("waiting for %s", what)
		}
	}
}

// types types a command and fails when Slack shows a failure of its own.
func (w *world) types(p *slacktest.Person, channel, line string) {
	w.t.Helper()
	if err := p.Command(w.t.Context(), channel, line); err != nil {
		w.t.Fatalf("%s types %s: %v", p.ID, line, err)
	}
}

// sees waits until a person sees words in a channel, thread replies included.
func (w *world) sees(p *slacktest.Person, channel, words string) slacktest.Message {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	m, err := p.AwaitWords(ctx, channel, words)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// unseen fails when a person sees words in a channel now.
func (w *world) unseen(p *slacktest.Person, channel, words string) {
	w.t.Helper()
	if m, ok := p.Find(channel, words); ok {
		w.t.Errorf("%s sees %q in %s:\n%s", p.ID, words, channel, slacktest.Text(m))
	}
}

// form waits until a person's topmost modal shows words.
func (w *world) form(p *slacktest.Person, words string) slacktest.View {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	err := w.slack.Await(ctx, func() bool { return strings.Contains(slacktest.Text(p.View()), words) })
	if err != nil {
		w.t.Fatalf("no form of %s shows %q; it shows:\n%s\nSlack says: %s", p.ID, words, slacktest.Text(p.View()), p.Failure())
	}
	return p.View()
}

// noForm waits until a person has no modal open.
func (w *world) noForm(p *slacktest.Person) {
	w.t.Helper()
	w.await("the form to close", func() bool { return len(p.Views()) == 0 })
}

// clicks uses an element of a message, modal or Home, and agrees to its dialog.
func (w *world) clicks(p *slacktest.Person, on slacktest.Surface, name string, choices ...string) {
	w.t.Helper()
	if err := p.Click(w.t.Context(), on, name, choices...); err != nil {
		w.t.Fatalf("%s clicks %q %v: %v; it shows:\n%s", p.ID, name, choices, err, slacktest.Text(on))
	}
	if _, asked := p.Dialog(); asked {
		if err := p.Confirm(w.t.Context()); err != nil {
			w.t.Fatalf("%s confirms %q: %v", p.ID, name, err)
		}
	}
}

// picks chooses from a menu that asks the app, by typing words.
func (w *world) picks(p *slacktest.Person, on slacktest.Surface, menu, words string) string {
	w.t.Helper()
	found, err := p.Suggest(w.t.Context(), on, menu, words)
	if err != nil || len(found) == 0 {
		w.t.Fatalf("%s types %q into %s: %d options, %v", p.ID, words, menu, len(found), err)
	}
	w.clicks(p, on, menu, found[0].Text)
	return found[0].Text
}

// fills puts values into the topmost modal; menus that ask the app are typed into.
func (w *world) fills(p *slacktest.Person, values map[string]any) {
	w.t.Helper()
	if err := p.Fill(w.t.Context(), p.View(), values); err != nil {
		w.t.Fatalf("%s fills in %v: %v; it shows:\n%s", p.ID, values, err, slacktest.Text(p.View()))
	}
}

// submits presses the submit button of the topmost modal.
func (w *world) submits(p *slacktest.Person, values map[string]any) {
	w.t.Helper()
	if err := p.Submit(w.t.Context(), p.View(), values); err != nil {
		w.t.Fatalf("%s submits: %v; it shows:\n%s", p.ID, err, slacktest.Text(p.View()))
	}
}

// requests is how many GraphQL requests do makes. do must wait for what it shows.
func (w *world) requests(do func()) int {
	before := w.linear.CountRequests("/graphql")
	do()
	return w.linear.CountRequests("/graphql") - before
}

// titled are the issues in Linear with a title, those in the trash left out.
func (w *world) titled(title string) []lineartest.Issue {
	var found []lineartest.Issue
	for _, i := range w.linear.Issues() {
		if i.Title == title && !i.Trashed {
			found = append(found, i)
		}
	}
	return found
}

// issue is one issue of the local Linear.
func (w *world) issue(ref string) lineartest.Issue {
	w.t.Helper()
	i, ok := w.linear.Issue(ref)
	if !ok {
		w.t.Fatalf("there is no %s", ref)
	}
	return i
}

// screen is a conversation as one person sees it.
