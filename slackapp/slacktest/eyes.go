package slacktest

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Sees returns the messages of a conversation as this person's screen lists them: no thread replies (unless also sent to
// the channel), own ephemeral messages included. The channel is named by id, "#name" or "@handle".
func (p *Person) Sees(channel string) []Message {
	return p.messages(channel, func(m *Message) bool {
		return m.ThreadTS == "" || m.ThreadTS == m.TS || m.Subtype == "thread_broadcast"
	})
}

// Thread returns one thread, root first, own ephemeral messages included.
func (p *Person) Thread(channel, rootTS string) []Message {
	return p.messages(channel, func(m *Message) bool { return m.root() == rootTS })
}

func (p *Person) messages(channel string, want func(*Message) bool) []Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	c, err := p.channel(channel)
	if err != nil {
		return nil
	}
	var out []Message
	for _, m := range p.s.messages[c.ID] {
		if (m.EphemeralTo == "" || m.EphemeralTo == p.ID) && want(m) {
			out = append(out, *m)
		}
	}
	return out
}

// Last returns the newest message of a conversation or of its threads that this person sees; the zero Message if none.
func (p *Person) Last(channel string) Message {
	all := p.messages(channel, func(*Message) bool { return true })
	if len(all) == 0 {
		return Message{}
	}
	return all[len(all)-1]
}

// Find returns the newest message of a conversation whose readable text contains words.
func (p *Person) Find(channel, words string) (Message, bool) {
	for _, m := range slices.Backward(p.messages(channel, func(*Message) bool { return true })) {
		if strings.Contains(Text(m), words) {
			return m, true
		}
	}
	return Message{}, false
}

// Screen is what this person sees of a conversation, threads left out, to be read by people.
func (p *Person) Screen(channel string) string {
	var b strings.Builder
	for _, m := range p.Sees(channel) {
		fmt.Fprintf(&b, "--- %s\n%s\n", m.User, Text(m))
	}
	return b.String()
}

// AwaitWords waits until Find finds words. The error shows the screen as it is then.
func (p *Person) AwaitWords(ctx context.Context, channel, words string) (m Message, err error) {
	err = p.s.Await(ctx, func() (found bool) {
		m, found = p.Find(channel, words)
		return found
	})
	if err != nil {
		return m, fmt.Errorf("%q did not appear to %s in %s; it shows:\n%s", words, p.ID, channel, p.Screen(channel))
	}
	return m, nil
}

// DM returns the id of this person's direct message with the app.
func (p *Person) DM() string {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.s.direct(p.ID, botUserID).ID
}

// View returns the topmost modal; the zero View when none is open.
func (p *Person) View() View {
	stack := p.Views()
	if len(stack) == 0 {
		return View{}
	}
	return stack[len(stack)-1]
}

// Views returns the stack of modals, bottom first.
func (p *Person) Views() []View {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	var out []View
	for _, v := range p.s.client(p.ID).modals {
		out = append(out, v.snapshot())
	}
	return out
}

// Home returns the person's App Home; the zero View before the app published one.
func (p *Person) Home() View {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if v := p.s.homes[p.ID]; v != nil {
		return v.snapshot()
	}
	return View{}
}

// Failure returns the last failure Slack itself showed this person, in Slack's words.
func (p *Person) Failure() string {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.s.client(p.ID).failure
}

// Link returns the address behind a link button of a surface.
func (p *Person) Link(on Surface, name string) (string, error) {
	e, _, err := p.at(on, name)
	if err != nil {
		return "", err
	}
	if str(e.el["url"]) == "" {
		return "", fmt.Errorf("%s is not a link", name)
	}
	return str(e.el["url"]), nil
}

// OpenHome opens the app's Home tab.
func (p *Person) OpenHome(ctx context.Context) error { return p.openTab(ctx, "home") }

// OpenMessagesTab opens the app's Messages tab.
func (p *Person) OpenMessagesTab(ctx context.Context) error { return p.openTab(ctx, "messages") }

func (p *Person) openTab(ctx context.Context, tab string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.manifest.Features.Home
	if tab == "home" && !f.HomeTab || tab == "messages" && !f.MessagesTab {
		return fmt.Errorf("the app has no %s tab: %w", tab, ErrNotVisible)
	}
	e := Object{"type": "app_home_opened", "user": p.ID, "channel": s.direct(p.ID, botUserID).ID, "tab": tab}
	if v := s.homes[p.ID]; tab == "home" && v != nil {
		e["view"] = s.viewJSON(v)
	}
	s.addContext(e, "context", p.ID)
	s.event(e)
	return nil
}

// Look brings a conversation on this person's screen; an agent is told (app_context_changed).
func (p *Person) Look(channel string) error {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := p.channel(channel)
	if err != nil {
		return err
	}
	cl := s.client(p.ID)
	cl.looking = c.ID
	s.event(Object{
		"type": "app_context_changed", "user": p.ID, "channel": s.direct(p.ID, botUserID).ID, "context": cl.context(),
	})
	return nil
}

// Users returns everybody the server knows, by id.
func (s *Server) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []User
	for _, id := range sortedKeys(s.users) {
		out = append(out, *s.users[id])
	}
	return out
}

// ChangeUser edits a user and raises user_change, as when an admin changes somebody's role.
func (s *Server) ChangeUser(id string, change func(*User)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := *s.users[id]
	change(&now)
	s.users[id] = &now
	s.event(Object{"type": "user_change", "user": s.userJSON(&now), "cache_ts": 1})
}

// Channels returns the conversations a person sees, by id; "" means all of them.
func (s *Server) Channels(userID string) []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Channel
	for _, id := range sortedKeys(s.channels) {
		if c := s.channels[id]; userID == "" || s.sees(userID, c) {
			out = append(out, *c)
		}
	}
	return out
}
