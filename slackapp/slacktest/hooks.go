package slacktest

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// maxHookUses is how often one response URL answers.
const maxHookUses = 5

// hook is one response URL: where its posts go, and which message it may replace.
type hook struct {
	user, channel string
	threadTS      string
	original      *messageKey // the message clicked on, or the hook's own latest
	fixed         bool        // original came from a click and stays
	uses          int
	expires       time.Time
}

// messageKey names a message also when it is ephemeral.
type messageKey struct{ channel, ts, ephemeralTo string }

func keyOf(m *Message) *messageKey { return &messageKey{m.Channel, m.TS, m.EphemeralTo} }

// newHook mints a response URL. The lock is held.
func (s *Server) newHook(h hook) string {
	id := newID("") + newID("")
	h.expires = time.Now().Add(s.opt.HookTTL)
	s.hooks[id] = &h
	return s.URL + "/hooks/" + id
}

// serveHook answers a post to a response URL: text/plain "ok", or a JSON refusal.
func (s *Server) serveHook(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	var a args
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err == nil {
		err = json.Unmarshal(body, &a)
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, Object{"ok": false, "error": "invalid_payload"})
		return
	}
	f := s.takeFault("response_url")
	if !f.wait(r.Context()) {
		return
	}
	if f.applies() {
		s.mu.Lock()
		err = s.useHook(r.PathValue("id"), a)
		s.mu.Unlock()
	}
	c := Call{Method: "response_url", At: start, Status: http.StatusOK, Args: Object(a)}
	switch {
	case f.fails():
		c.Status, c.Error = f.answer(w), f.label()
	case err != nil:
		answer, _ := refusal(w, nil, err)
		c.Error = err.Error()
		if c.Error == "expired_url" || c.Error == "used_url" {
			c.Status = http.StatusNotFound
		}
		writeJSON(w, c.Status, answer)
	default:
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, "ok") // the client may be gone
	}
	c.Took = time.Since(start)
	s.record(c)
}

// useHook spends one use of a response URL. The lock is held.
func (s *Server) useHook(id string, a args) error {
	h := s.hooks[id]
	switch {
	case h == nil || s.uninstalled:
		return fail("expired_url")
	case h.uses >= maxHookUses:
		return fail("used_url")
	case time.Now().After(h.expires):
		return fail("expired_url")
	}
	h.uses++
	return s.respond(h, a)
}

// respond posts, replaces or deletes for a hook or for an acknowledgement that carries a message. The lock is held.
func (s *Server) respond(h *hook, a args) error {
	var old *Message
	if h.original != nil {
		old = s.find(h.original.channel, h.original.ts, h.original.ephemeralTo)
	}
	if a.flag("delete_original") {
		if old != nil {
			s.remove(old)
			s.deleted(old)
		}
		return nil
	}
	body, err := readContent(a)
	if err != nil {
		return err
	}
	if body.empty() {
		return fail("no_text")
	}
	if a.flag("replace_original") && old != nil && old.BotID == botID {
		now := *old
		now.apply(content{body.text, body.blocks, body.attachments, body.metadata, true, true})
		now.Edited = s.nextTS()
		s.replace(old, &now)
		s.edited(old, &now)
		return nil
	}
	thread := a.str("thread_ts")
	if thread == "" && h.fixed {
		thread = h.threadTS
	}
	m, err := s.compose(s.channels[h.channel], body, thread)
	if err != nil {
		return err
	}
	if a.str("response_type") != "in_channel" {
		m.EphemeralTo = h.user
	}
	s.add(m)
	if !h.fixed {
		h.original = keyOf(m)
	}
	s.posted(m)
	return nil
}
