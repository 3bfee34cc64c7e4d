package slacktest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Person is somebody at their Slack: what they do (hands) and what they see (eyes).
type Person struct {
	s  *Server
	ID string
}

// client is what one person's Slack holds: open modals, a dialog, loaded options. The server's lock guards it.
type client struct {
	modals      []*View // bottom first
	dialog      *dialog
	failure     string
	suggestions map[string][]Object                     // by surface/block/action
	typed       map[string]map[string]map[string]Object // by surface
	looking     string                                  // the channel on screen
}

func (w *workspace) client(user string) *client {
	if w.clients[user] == nil {
		w.clients[user] = &client{
			suggestions: map[string][]Object{}, typed: map[string]map[string]map[string]Object{},
		}
	}
	return w.clients[user]
}

// context is what the person has on screen, as app_context_changed tells it.
func (c *client) context() Object {
	if c.looking == "" {
		return Object{}
	}
	return Object{"entities": []Object{{"type": "slack#/types/channel_id", "value": c.looking, "team_id": teamID}}}
}

// FailedError is a failure that Slack itself shows to the person, in Slack's words.
type FailedError struct{ Text string }

func (e *FailedError) Error() string { return e.Text }

var errClosed = errors.New("slacktest: server closed")

// Person returns the hands and eyes of a user, by id or handle. It panics when there is no such user.
func (s *Server) Person(name string) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, u := range s.users {
		if id == name || u.Name == strings.TrimPrefix(name, "@") {
			return &Person{s, id}
		}
	}
	panic(fmt.Sprintf("slacktest: there is no user %q", name))
}

// ErrNotVisible is returned when a person reaches for something they cannot see.
var ErrNotVisible = errors.New("slacktest: not visible to this person")

// channel resolves an id, "#name" or "@handle" to a conversation this person sees. The lock is held.
func (p *Person) channel(name string) (*Channel, error) {
	s := p.s
	if handle, ok := strings.CutPrefix(name, "@"); ok {
		for id, u := range s.users {
			if u.Name == handle {
				return s.direct(p.ID, id), nil
			}
		}
	}
	c := s.channels[name]
	for _, e := range s.channels {
		if c == nil && e.Name != "" && e.Name == strings.TrimPrefix(name, "#") {
			c = e
		}
	}
	if c == nil || !s.sees(p.ID, c) {
		return nil, fmt.Errorf("channel %s: %w", name, ErrNotVisible)
	}
	return c, nil
}

// fails records what Slack shows the person and returns it as an error.
func (p *Person) fails(text string) error {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.client(p.ID).failure = text
	p.s.touch(Change{Kind: "failure", User: p.ID})
	return &FailedError{text}
}

// noAnswer is Slack's word for an app that did not acknowledge, or that has no connection at all.
func (p *Person) noAnswer(what string, hadSocket bool) error {
	if !hadSocket {
		return p.fails(what + ` failed with the error "dispatch_failed"`)
	}
	return p.fails(what + " failed because the app did not respond")
}

// Command types a slash command into a channel, as in "/linear create Fix login", and waits for the acknowledgement.
// A command that is not in the manifest, or that the app does not acknowledge in time, is a *FailedError.
func (p *Person) Command(ctx context.Context, channel, line string) error {
	s := p.s
	name, text, _ := strings.Cut(line, " ")
	if first, rest, ok := strings.Cut(name, "\n"); ok {
		name, text = first, rest+" "+text
	}
	s.mu.Lock()
	c, err := p.channel(channel)
	if err == nil && !c.has(p.ID) {
		err = fmt.Errorf("command in %s: %w", channel, ErrNotVisible)
	}
	if err != nil {
		s.mu.Unlock()
		return err
	}
	cmd, known := s.manifest.command(name)
	if !known {
		s.mu.Unlock()
		return p.fails(name + " is not a valid command")
	}
	if cmd.ShouldEscape {
		text = s.rewrite(p.ID, text, true)
	}
	h := hook{user: p.ID, channel: c.ID}
	u := s.users[p.ID]
	payload := Object{
		"token": "local-verification", "team_id": u.TeamID, "team_domain": str(s.teams[u.TeamID]["domain"]),
		"channel_id": c.ID, "channel_name": channelName(c), "user_id": p.ID, "user_name": u.Name,
		"command": name, "text": strings.TrimSpace(text), "api_app_id": appID, "is_enterprise_install": "false",
		"trigger_id": s.newTrigger(p.ID, ""),
	}
	if s.enterpriseID != "" {
		payload["enterprise_id"], payload["enterprise_name"] = s.enterpriseID, "Acme Group"
	}
	hookURL := s.newHook(h)
	payload["response_url"] = hookURL
	live := len(s.sockets) > 0
	s.mu.Unlock()

	ack, ok, err := s.request(ctx, "slash_commands", name, payload, true)
	if err != nil {
		return err
	}
	if !ok {
		return p.noAnswer(name, live)
	}
	return p.answered(name, hookURL, ack)
}

// channelName is what slash commands call a conversation.
func channelName(c *Channel) string {
	switch c.Kind {
	case Direct:
		return "directmessage"
	case Private:
		return "privategroup"
	}
	return c.Name
}

// answered shows the message an acknowledgement carries, if any.
func (p *Person) answered(name, hookURL string, ack []byte) error {
	a, ok := decodeArgs(ack)
	if !ok || len(a) == 0 {
		return nil
	}
	s := p.s
	s.mu.Lock()
	err := s.respond(s.hooks[hookURL[strings.LastIndex(hookURL, "/")+1:]], a)
	s.mu.Unlock()
	if err != nil {
		return p.fails(fmt.Sprintf("%s failed with the error %q", name, "invalid_command_response"))
	}
	return nil
}

// Say posts a message as this person. Handles, channel names and links are marked up as Slack's composer does.
func (p *Person) Say(ctx context.Context, channel, text string) (Message, error) {
	return p.post(ctx, channel, "", text)
}

// ReplyInThread posts into the thread of a message.
func (p *Person) ReplyInThread(ctx context.Context, m Message, text string) (Message, error) {
	return p.post(ctx, m.Channel, m.root(), text)
}

func (p *Person) post(ctx context.Context, channel, thread, text string) (Message, error) {
	if ctx.Err() != nil {
		return Message{}, context.Cause(ctx)
	}
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := p.channel(channel)
	if err != nil {
		return Message{}, err
	}
	if !c.has(p.ID) {
		return Message{}, fmt.Errorf("post to %s: %w", channel, ErrNotVisible)
	}
	home := s.manifest.Features.Home
	if c.Kind == Direct && c.has(botUserID) && (!home.MessagesTab || home.MessagesReadOnly) {
		return Message{}, &FailedError{"Sending messages to this app has been turned off."}
	}
	m := &Message{Channel: c.ID, TS: s.nextTS(), ThreadTS: thread, User: p.ID, Text: s.rewrite(p.ID, text, false)}
	m.Blocks = []Object{with(richTextOf(text), "block_id", newID("r")[:6])}
	s.client(p.ID).looking = c.ID
	s.add(m)
	s.posted(m)
	return *m, nil
}

// richTextOf is what Slack's composer makes of plain words.
func richTextOf(text string) Object {
	return Object{"type": "rich_text", "elements": []Object{
		{"type": "rich_text_section", "elements": []Object{{"type": "text", "text": text}}},
	}}
}

// Edit changes the text of one of the person's own messages.
func (p *Person) Edit(m Message, text string) error {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.find(m.Channel, m.TS, "")
	if old == nil || old.User != p.ID {
		return fmt.Errorf("edit %s: %w", m.TS, ErrNotVisible)
	}
	now := *old
	now.Text, now.Edited = s.rewrite(p.ID, text, false), s.nextTS()
	now.Blocks = nil
	s.replace(old, &now)
	s.edited(old, &now)
	return nil
}

// Delete takes back one of the person's own messages.
func (p *Person) Delete(m Message) error {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.find(m.Channel, m.TS, "")
	if old == nil || old.User != p.ID {
		return fmt.Errorf("delete %s: %w", m.TS, ErrNotVisible)
	}
	s.remove(old)
	s.deleted(old)
	return nil
}

// React puts an emoji under a message, or takes it back where the person had put it before.
func (p *Person) React(m Message, name string) error {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.find(m.Channel, m.TS, "")
	if c := s.channels[m.Channel]; old == nil || !s.sees(p.ID, c) || !knownEmoji(name) {
		return fmt.Errorf("react to %s: %w", m.TS, ErrNotVisible)
	}
	if !s.react(old, name, p.ID) {
		s.unreact(old, name, p.ID)
	}
	return nil
}

// Invite brings the app, or another user, into a channel this person is in ("/invite @linear").
func (p *Person) Invite(channel, user string) error {
	s := p.s
	guest := s.Person(user).ID
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := p.channel(channel)
	if err != nil {
		return err
	}
	if !c.has(p.ID) || c.Kind == Direct || c.Kind == Group {
		return fmt.Errorf("invite to %s: %w", channel, ErrNotVisible)
	}
	if !c.has(guest) {
		c.Members = append(slices.Clone(c.Members), guest)
		s.touch(Change{Kind: "message", Channel: c.ID})
	}
	return nil
}
