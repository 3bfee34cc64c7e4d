package slackapp

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"linearbot/assistant"
	"linearbot/linear"
)

// conversation names what one person and the bot talk about in one place: a
// thread. No memory crosses people or places.
func (r *request) conversation() string {
	if r.Thread != "" {
		return r.Channel + "/" + r.Thread
	}
	return r.Channel
}

// directSession names the whole DM; "" elsewhere. Each message of a DM begins a thread of
// its own there (Slack: agent messages tab), and takes up what the DM showed last.
func (r *request) directSession() string {
	if strings.HasPrefix(r.Channel, "D") {
		return r.Channel
	}
	return ""
}

// shared reports whether others read along in the conversation.
func (r *request) shared() bool { return r.Thread != "" && r.directSession() == "" }

// shows notes which issues the answer shows, in order: what "the second one" will
// mean.
func (r *request) shows(issues ...linear.Issue) {
	for _, i := range issues {
		if i.Identifier != "" {
			r.Shown = append(r.Shown, i.Identifier)
		}
	}
}

// recall is what the conversation left; unreadable memory is none.
func (a *App) recall(ctx context.Context, r *request) assistant.Memory {
	from := r.conversation()
	if all := r.directSession(); all != "" && r.Thread == r.Said {
		from = all
	}
	memory, err := a.Memories.Recall(ctx, r.Key, from)
	if err != nil {
		a.Log.WarnContext(ctx, "conversation not remembered", "user", r.Key.UserID, "err", err)
	}
	return memory
}

// remember keeps one turn of a conversation. Where others read along, what was for
// the person's eyes alone is not kept.
func (a *App) remember(ctx context.Context, r *request, asked string, answer Message) {
	r.kept = true
	turn := assistant.Turn{Asked: asked, Answered: r.Answered}
	switch {
	case r.shared() && !(r.Public && (r.Answered != "" || answer.Public)):
		turn.Answered = "(shown to the person alone)"
	case r.Answered == "":
		turn.Answered = answer.fitted().Text
	}
	places := []string{r.conversation()}
	if all := r.directSession(); all != "" && all != places[0] {
		places = append(places, all)
	}
	for _, place := range places {
		if err := a.Memories.Remember(ctx, r.Key, place, turn, r.Shown); err != nil {
			a.Log.WarnContext(ctx, "turn not remembered", "user", r.Key.UserID, "err", err)
		}
	}
}

// chose keeps the answer to a question.
func (a *App) chose(ctx context.Context, r *request, question, value string) error {
	err := a.Memories.Answer(ctx, r.Key, r.conversation(), question, value)
	if all := r.directSession(); all != "" && all != r.conversation() {
		err = errors.Join(err, a.Memories.Answer(ctx, r.Key, all, question, value))
	}
	return err
}

// forget wipes the conversation, and in a DM what it would hand on.
func (a *App) forget(ctx context.Context, r *request) error {
	err := a.Memories.Forget(ctx, r.Key, r.conversation())
	if all := r.directSession(); all != "" {
		err = errors.Join(err, a.Memories.Forget(ctx, r.Key, all))
	}
	return err
}

// stops holds what Stop ends: the work under way in each agent session. Two people
// may have work in one thread.
type stops struct {
	mu      sync.Mutex
	running map[string][]*stoppable // by channel/thread
	begun   int
}

type stoppable struct {
	user   string
	turn   int // the lower began earlier
	ended  bool
	cancel context.CancelFunc
}

// begin returns a context that stop ends. Call done when the work is over.
func (s *stops) begin(ctx context.Context, session, user string) (work context.Context, done func()) {
	ctx, cancel := context.WithCancel(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun++
	mine := &stoppable{user: user, turn: s.begun, cancel: cancel}
	if s.running == nil {
		s.running = map[string][]*stoppable{}
	}
	s.running[session] = append(s.running[session], mine)
	return ctx, func() {
		cancel()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.running[session] = slices.DeleteFunc(s.running[session], func(w *stoppable) bool { return w == mine })
		if len(s.running[session]) == 0 {
			delete(s.running, session)
		}
	}
}

// stop ends a person's work in a session; all of it when none is theirs.
func (s *stops) stop(session, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.running[session]
	theirs := slices.ContainsFunc(all, func(w *stoppable) bool { return w.user == user })
	for _, w := range all {
		if w.user == user || !theirs {
			w.cancel()
		}
	}
}

// working reports whether a person has work under way.
func (s *stops) working(user string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.first(user) != nil
}

// first is the work of a person that began earliest and was not stopped, in whatever
// session; nil for none.
func (s *stops) first(user string) (first *stoppable) {
	for _, all := range s.running {
		for _, w := range all {
			if w.user == user && !w.ended && (first == nil || w.turn < first.turn) {
				first = w
			}
		}
	}
	return first
}

// stopFirst ends the work that a person waits for; what waits behind it goes on. It
// reports whether there was any.
func (s *stops) stopFirst(user string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.first(user)
	if first == nil {
		return false
	}
	first.ended = true
	first.cancel()
	return true
}
