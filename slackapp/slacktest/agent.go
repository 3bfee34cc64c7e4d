package slacktest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Status is the line under a thread while the app works: Slack writes the app's name before Text ("is thinking…"), or
// shows Loading in its stead. A reply clears it, and so do two minutes.
type Status struct {
	Text    string
	Loading []string
	since   time.Time
}

const statusLife = 2 * time.Minute

// Session is one agent session: Status is active, processing, suspended or closed.
type Session struct{ Status, Title string }

func threadKey(channel, ts string) string { return channel + "/" + ts }

// agentThread checks the place an assistant or agent method names.
func (s *Server) agentThread(a args, threadRequired bool) (key string, err error) {
	if s.manifest.Features.Agent == nil {
		return "", fail("not_agent_app")
	}
	c := s.channels[a.str("channel_id")]
	if c == nil || !c.has(botUserID) {
		return "", fail("channel_not_found")
	}
	ts := a.str("thread_ts")
	if ts == "" {
		if threadRequired {
			return "", invalid("invalid_arguments", []string{"[ERROR] missing required field: thread_ts [json-pointer:/]"})
		}
		return c.ID, nil
	}
	if s.find(c.ID, ts, "") == nil {
		return "", fail("invalid_thread_ts")
	}
	return threadKey(c.ID, ts), nil
}

// setStatus is assistant.threads.setStatus; an empty status clears the line.
func (s *Server) setStatus(a args) (Object, error) {
	key, err := s.agentThread(a, true)
	if err != nil {
		return nil, err
	}
	var loading []string
	if v := a.str("loading_messages"); v != "" && a.json("loading_messages", &loading) != nil {
		loading = strings.Split(v, ",")
	}
	if len(loading) > 10 {
		return nil, invalid("invalid_arguments", []string{"[ERROR] no more than 10 items allowed [json-pointer:/loading_messages]"})
	}
	s.statuses[key] = Status{a.str("status"), loading, time.Now()}
	if a.str("status") == "" {
		delete(s.statuses, key)
	}
	s.touch(Change{Kind: "status", Channel: a.str("channel_id"), ID: a.str("thread_ts")})
	return Object{}, nil
}

// clearStatus ends a thread's status line once the app has answered there.
func (s *Server) clearStatus(m *Message) { delete(s.statuses, threadKey(m.Channel, m.root())) }

// setTitle is assistant.threads.setTitle.
func (s *Server) setTitle(a args) (Object, error) {
	key, err := s.agentThread(a, true)
	if err != nil {
		return nil, err
	}
	session := s.sessions[key]
	session.Title = a.str("title")
	s.sessions[key] = session
	s.touch(Change{Kind: "status", Channel: a.str("channel_id"), ID: a.str("thread_ts")})
	return Object{}, nil
}

// setPrompts is assistant.threads.setSuggestedPrompts; without thread_ts they stand at the top of the Messages tab.
func (s *Server) setPrompts(a args) (Object, error) {
	key, err := s.agentThread(a, false)
	if err != nil {
		return nil, err
	}
	var list []Prompt
	if a.json("prompts", &list) != nil || len(list) == 0 || len(list) > 4 {
		return nil, invalid("invalid_arguments", []string{"[ERROR] must have between 1 and 4 items [json-pointer:/prompts]"})
	}
	for i, p := range list {
		if p.Title == "" || p.Message == "" {
			return nil, invalid("invalid_arguments", []string{"[ERROR] missing required field [json-pointer:/prompts/" + itoa(i) + "]"})
		}
	}
	s.prompts[key] = list
	s.touch(Change{Kind: "status", Channel: a.str("channel_id"), ID: a.str("thread_ts")})
	return Object{}, nil
}

// setSession is agents.sessions.setStatus.
func (s *Server) setSession(a args) (Object, error) {
	key, err := s.agentThread(a, true)
	if err != nil {
		return nil, err
	}
	status := a.str("status")
	if !slices.Contains([]string{"active", "processing", "suspended", "closed"}, status) {
		return nil, invalid("invalid_arguments", []string{"[ERROR] invalid status [json-pointer:/status]"})
	}
	session := s.sessions[key]
	session.Status = status
	if t := a.str("title"); t != "" {
		session.Title = t
	}
	s.sessions[key] = session
	s.touch(Change{Kind: "status", Channel: a.str("channel_id"), ID: a.str("thread_ts")})
	answer := Object{"status": status, "agent_status": status, "title": session.Title}
	if !s.manifest.subscribed("agent_session_stopped") {
		answer["warning"] = "missing_agent_session_stopped_event_subscription"
	}
	return answer, nil
}

// renameSession is agents.sessions.rename.
func (s *Server) renameSession(a args) (Object, error) {
	key, err := s.agentThread(a, true)
	if err != nil {
		return nil, err
	}
	if n := utf8.RuneCountInString(a.str("title")); n < 1 || n > 200 {
		return nil, invalid("invalid_arguments", []string{"[ERROR] must have between 1 and 200 characters [json-pointer:/title]"})
	}
	session, ok := s.sessions[key]
	if !ok {
		return nil, fail("session_not_found")
	}
	session.Title = a.str("title")
	s.sessions[key] = session
	return Object{"title": session.Title}, nil
}

// presentDetails is entity.presentDetails. No flexpane is drawn: a known trigger is enough.
func (s *Server) presentDetails(a args) (Object, error) {
	if _, err := s.useTrigger(a.str("trigger_id")); err != nil {
		return nil, err
	}
	return Object{}, nil
}

// Status returns the status line of a thread; the zero Status when there is none.
func (p *Person) Status(channel, threadTS string) Status {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	status := p.s.statuses[threadKey(channel, threadTS)]
	if time.Since(status.since) > statusLife {
		return Status{}
	}
	return status
}

// Session returns the agent session of a thread.
func (p *Person) Session(channel, threadTS string) Session {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.s.sessions[threadKey(channel, threadTS)]
}

// Prompts returns the suggested prompts on screen: those set for the thread, the tab, or in the manifest.
func (p *Person) Prompts(channel, threadTS string) []Prompt {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	for _, key := range []string{threadKey(channel, threadTS), channel} {
		if list := p.s.prompts[key]; list != nil {
			return slices.Clone(list)
		}
	}
	if agent := p.s.manifest.Features.Agent; agent != nil {
		return slices.Clone(agent.Prompts)
	}
	return nil
}

// Stop presses the Stop button of a thread whose session is processing. Slack halts the streams there by itself.
func (p *Person) Stop(ctx context.Context, channel, threadTS string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions[threadKey(channel, threadTS)].Status != "processing" || !s.manifest.subscribed("agent_session_stopped") {
		return fmt.Errorf("no Stop button in %s: %w", threadTS, ErrNotVisible)
	}
	halted := []string{}
	for _, m := range s.thread(channel, threadTS) {
		if m.Streaming {
			now := *m
			now.Streaming, now.Halted = false, true
			s.replace(m, &now)
			halted = append(halted, m.TS)
		}
	}
	s.event(Object{
		"type": "agent_session_stopped", "channel": channel, "thread_ts": threadTS, "user": p.ID,
		"streaming_message_ts": halted,
	})
	return nil
}
