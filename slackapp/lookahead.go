package slackapp

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
)

const (
	typingPause = 500 * time.Millisecond // after it a title is looked up
	lookedLife  = 5 * time.Minute
	lookedMax   = 1000
)

// lookups are the searches for likely duplicates that run while people write, by
// form: a submitted form finds the answer there and asks Linear for nothing but
// the new issue.
type lookups struct {
	mu      sync.Mutex
	known   map[string]*lookup
	running sync.WaitGroup
	closed  bool
}

// lookup is the latest search of one form.
type lookup struct {
	words []string
	pause *time.Timer
	done  chan struct{} // closed when found is there
	found []linear.Issue
	ok    bool
	at    time.Time
}

// want searches for words after a pause in the typing, unless that was done.
func (l *lookups) want(view string, words []string, pause time.Duration, search func() ([]linear.Issue, bool)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.known[view]
	if l.closed || old != nil && slices.Equal(old.words, words) {
		return
	}
	if old != nil && old.pause.Stop() {
		l.running.Done()
	}
	if l.known == nil || len(l.known) >= lookedMax {
		l.known = map[string]*lookup{}
	}
	now := &lookup{words: words, done: make(chan struct{}), at: time.Now()}
	l.running.Add(1)
	now.pause = time.AfterFunc(pause, func() {
		defer l.running.Done()
		now.found, now.ok = search()
		close(now.done)
	})
	l.known[view] = now
}

// get is what a search for these words found, once it has ended. ok is false when
// none runs or none can be had: the search is then the caller's.
func (l *lookups) get(ctx context.Context, view string, words []string) (found []linear.Issue, ok bool) {
	l.mu.Lock()
	now := l.known[view]
	fresh := now != nil && slices.Equal(now.words, words) && time.Since(now.at) < lookedLife
	if fresh && now.pause.Stop() { // not begun: no use in waiting for it
		l.running.Done()
		delete(l.known, view)
		fresh = false
	}
	l.mu.Unlock()
	if !fresh {
		return nil, false
	}
	select {
	case <-now.done:
		return now.found, now.ok
	case <-ctx.Done():
		return nil, false
	}
}

// end stops what has not begun and waits for what runs.
func (l *lookups) end() {
	l.mu.Lock()
	l.closed = true
	for _, k := range l.known {
		if k.pause.Stop() {
			l.running.Done()
		}
	}
	l.mu.Unlock()
	l.running.Wait()
}

// typesTitle looks for likely duplicates of a title while it is written.
func (a *App) typesTitle(ctx context.Context, r *request) error {
	v := r.Interaction.View
	meta := readMeta(v.PrivateMetadata)
	if meta.Seen {
		return nil
	}
	a.lookAhead(ctx, r, v.ID, readDraft(meta.draft(), v.State).Title, typingPause)
	return nil
}

// lookAhead searches for what looks like a title, in the background.
func (a *App) lookAhead(ctx context.Context, r *request, view, title string, pause time.Duration) {
	words := assistant.TellingWords(title)
	s, err := a.Accounts.Session(ctx, r.Key)
	if len(words) < 2 || view == "" || err != nil {
		return
	}
	a.looks.want(view, words, pause, func() (found []linear.Issue, ok bool) {
		ctx, cancel := context.WithTimeout(a.queue.base, similarCap)
		defer cancel()
		found, ok = a.lookFor(ctx, r, s, words)
		return found, ok
	})
}

// lookFor asks Linear for open issues with any of the words.
func (a *App) lookFor(ctx context.Context, r *request, s *linear.Session, words []string) ([]linear.Issue, bool) {
	filter := linear.OpenOnly()
	maps.Copy(filter, assistant.TitledLike(words))
	page, err := s.Issues(ctx, linear.IssueQuery{Filter: filter, Sort: linear.SortUpdated, First: 50})
	if err != nil {
		a.Log.InfoContext(ctx, "similar issues not looked up", "ref", r.Ref, "err", err)
		return nil, false
	}
	return page.Issues, true
}

// onTyping makes a text input tell of what is written in it.
func onTyping(t *slack.PlainTextInputBlockElement) *slack.PlainTextInputBlockElement {
	t.DispatchActionConfig = &slack.DispatchActionConfig{TriggerActionsOn: []string{"on_character_entered"}}
	return t
}
