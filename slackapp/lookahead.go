package slackapp

import (
	"context"
	"maps"
	"slices"
	"strings"
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
	words  []string
	pause  *time.Timer
	done   chan struct{} // closed when found is there
	found  linear.IssuePage
	err    error
	at     time.Time
	over   bool    // the form was submitted: nothing more is looked up for it
	before *lookup // the one that had begun when this was asked for; nil for none
}

// want searches for words after a pause in the typing, unless that was done. What
// no search of the form can tell of is looked up at once.
func (l *lookups) want(view string, words []string, pause time.Duration, search func() (linear.IssuePage, error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.known[view]
	if l.closed || old != nil && (old.over || slices.Equal(old.words, words)) {
		return
	}
	if old != nil && old.pause.Stop() {
		l.running.Done()
		old = old.before
	}
	if l.known == nil || len(l.known) >= lookedMax {
		l.known = map[string]*lookup{}
	}
	if old == nil || !old.covers(words) {
		pause = 0
	}
	now := &lookup{words: words, done: make(chan struct{}), at: time.Now(), before: old}
	l.running.Add(1)
	now.pause = time.AfterFunc(pause, func() {
		defer l.running.Done()
		now.found, now.err = search()
		l.mu.Lock()
		now.before = nil
		l.mu.Unlock()
		close(now.done)
	})
	l.known[view] = now
}

// covers reports whether every likely duplicate of a title with these words was
// asked for: as many words as make one (see similarTo) can't all be missing in the
// search. The search is for words within words, and for the first of them.
func (k *lookup) covers(words []string) bool {
	missing := 0
	for _, w := range words {
		if !slices.ContainsFunc(k.words[:min(len(k.words), assistant.SearchedWords)], func(asked string) bool { return strings.Contains(w, asked) }) {
			missing++
		}
	}
	return missing < sharedNeeded(words)
}

// get is what a search for these words found, or one that covers them and left
// nothing out, once it has ended. ok is false when there is none: the search is then
// the caller's.
func (l *lookups) get(ctx context.Context, view string, words []string) (found []linear.Issue, ok bool) {
	l.mu.Lock()
	now := l.known[view]
	if now != nil && now.pause.Stop() { // not begun: no use in waiting for it
		l.running.Done()
		if now = now.before; now == nil {
			delete(l.known, view)
		} else {
			l.known[view] = now
		}
	}
	l.mu.Unlock()
	if now == nil || time.Since(now.at) >= lookedLife || !now.covers(words) {
		return nil, false
	}
	select {
	case <-now.done:
		same := slices.Equal(now.words, words)
		return now.found.Issues, now.err == nil && (same || !now.found.HasMore)
	case <-ctx.Done():
		return nil, false
	}
}

// now searches for words and keeps the answer, so that what the form still tells of
// its title is not looked up once more.
func (l *lookups) now(view string, words []string, search func() (linear.IssuePage, error)) []linear.Issue {
	begun := time.NewTimer(time.Hour)
	begun.Stop()
	k := &lookup{words: words, pause: begun, done: make(chan struct{}), at: time.Now()}
	l.mu.Lock()
	if l.known == nil {
		l.known = map[string]*lookup{}
	}
	l.known[view] = k
	l.mu.Unlock()
	k.found, k.err = search()
	close(k.done)
	return k.found.Issues
}

// over ends the searches of a form that was submitted: what it told of its title may
// arrive after that.
func (l *lookups) over(view string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k := l.known[view]; k != nil {
		k.over = true
		if k.pause.Stop() {
			l.running.Done()
		}
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
	a.looks.want(view, words, pause, func() (linear.IssuePage, error) {
		ctx, cancel := context.WithTimeout(a.queue.base, similarCap)
		defer cancel()
		return a.lookFor(ctx, r, s, words)
	})
}

// lookFor asks Linear for open issues with any of the words.
func (a *App) lookFor(ctx context.Context, r *request, s *linear.Session, words []string) (linear.IssuePage, error) {
	filter := linear.OpenOnly()
	maps.Copy(filter, assistant.TitledLike(words))
	page, err := s.Issues(ctx, linear.IssueQuery{Filter: filter, Sort: linear.SortUpdated, First: 50})
	if err != nil {
		a.Log.InfoContext(ctx, "similar issues not looked up", "ref", r.Ref, "err", err)
	}
	return page, err
}

// onTyping makes a text input tell of what is written in it.
func onTyping(t *slack.PlainTextInputBlockElement) *slack.PlainTextInputBlockElement {
	t.DispatchActionConfig = &slack.DispatchActionConfig{TriggerActionsOn: []string{"on_character_entered"}}
	return t
}
