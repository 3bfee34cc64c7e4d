package slackapp

import (
	"context"
	"sync"

	"linearbot/assistant"
	"linearbot/linear"
)

// conversation names what one person and the bot talk about in one place: a
// thread, or the DM as a whole. No memory crosses people or places.
func (r *request) conversation() string {
	if r.Thread != "" {
		return r.Channel + "/" + r.Thread
	}
	return r.Channel
}

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
	memory, err := a.Memories.Recall(ctx, r.Key, r.conversation())
	if err != nil {
		a.Log.WarnContext(ctx, "conversation not remembered", "user", r.Key.UserID, "err", err)
	}
	return memory
}

// remember keeps one turn of a conversation.
func (a *App) remember(ctx context.Context, r *request, asked string, answer Message) {
	turn := assistant.Turn{Asked: asked, Answered: answer.fitted().Text}
	if err := a.Memories.Remember(ctx, r.Key, r.conversation(), turn, r.Shown); err != nil {
		a.Log.WarnContext(ctx, "turn not remembered", "user", r.Key.UserID, "err", err)
	}
}

// stops holds what Stop ends: the work under way in each agent session.
type stops struct {
	mu      sync.Mutex
	running map[string]context.CancelFunc // by channel/thread
}

// begin returns a context that stop ends. Call done when the work is over.
func (s *stops) begin(ctx context.Context, session string) (stoppable context.Context, done func()) {
	ctx, cancel := context.WithCancel(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil {
		s.running = map[string]context.CancelFunc{}
	}
	s.running[session] = cancel
	return ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.running, session)
		cancel()
	}
}

// stop ends the work of a session, if there is any.
func (s *stops) stop(session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel, ok := s.running[session]; ok {
		cancel()
	}
}
