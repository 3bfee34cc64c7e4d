package slackapp

import (
	"context"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"linearbot/linear"
)

// redrawnFor is how long the newest press of a form is remembered.
const redrawnFor = time.Hour

// redraw answers a press inside a form by drawing it anew, and returns the hash of
// what it drew. Presses are worked on side by side, and a form may be filled in the
// background: what was drawn meanwhile gives way, unless a later press drew it. ok
// is false then: nothing more is to be drawn for this press.
func (a *App) redraw(ctx context.Context, r *request, view slack.ModalViewRequest) (hash string, ok bool, err error) {
	v := r.Interaction.View
	drawn, err := a.API.UpdateViewContext(ctx, view, "", v.Hash, v.ID)
	if code, _ := slackCode(err); code == "hash_conflict" {
		if a.pressedSince(ctx, r) {
			return "", false, nil
		}
		drawn, err = a.API.UpdateViewContext(ctx, view, "", "", v.ID)
	}
	if err != nil {
		return "", false, wrapSlack("views.update", err)
	}
	return drawn.Hash, true, nil
}

// notePress notes that a form was pressed, before its names are read.
func (a *App) notePress(ctx context.Context, r *request) {
	now := time.Now()
	err := a.DB.ChangeMemory(ctx, r.Key, pressName(r), now, now.Add(redrawnFor), func(before []byte) ([]byte, error) {
		return []byte(max(string(before), pressTime(r))), nil
	})
	if err != nil {
		a.Log.WarnContext(ctx, "press not noted", "ref", r.Ref, "err", err)
	}
}

// pressedSince reports whether the form was pressed again after this press, by
// Slack's own clock and in any process.
func (a *App) pressedSince(ctx context.Context, r *request) bool {
	m, err := a.DB.Memory(ctx, r.Key, pressName(r), time.Now())
	return err == nil && string(m.Body) > pressTime(r) // "1764295200.000100": of one length
}

func pressName(r *request) string { return "form/" + r.Interaction.View.ID }

func pressTime(r *request) string { return r.Interaction.ActionCallback.BlockActions[0].ActionTs }

// redrawForm answers a change inside the form that moves other fields: the team,
// or more fields.
func (a *App) redrawForm(ctx context.Context, r *request, change func(*formMeta, *draft)) error {
	v := r.Interaction.View
	meta := readMeta(v.PrivateMetadata)
	d := readDraft(meta.draft(), v.State)
	a.notePress(ctx, r)
	s, dir, err := a.names(ctx, r.Key)
	if err != nil {
		return err
	}
	meta.Revision++
	change(&meta, &d)
	n := a.formChanged(ctx, dir, d, meta)
	if known, ok := a.sources.get(v.ID); ok && meta.Source != nil {
		n.Source = known
	}
	hash, ok, err := a.redraw(ctx, r, n.view())
	if err != nil || !ok || n.Source == nil || !n.Source.Reading {
		return err
	}
	return a.fillSource(ctx, r, s, n, meta.Source, v.ID, hash)
}

// fillSource reads the thread behind a form that says it is being read. Who drew
// the form meanwhile does the same.
func (a *App) fillSource(ctx context.Context, r *request, s *linear.Session, n newIssue, from *formFrom, viewID, hash string) error {
	n.Source = a.sourceOf(ctx, r, s, from)
	n.Source.Linked = a.sources.linked(ctx, viewID)
	a.sources.put(viewID, n.Source)
	_, err := a.API.UpdateViewContext(ctx, n.view(), "", hash, viewID)
	if code, _ := slackCode(err); code == "hash_conflict" {
		return nil
	}
	return wrapSlack("views.update", err)
}

// readAgain reads a thread once more that could not be read.
func (a *App) readAgain(ctx context.Context, r *request) error {
	return a.redrawForm(ctx, r, func(*formMeta, *draft) {})
}

// sources remembers what forms say of their threads, so that a form that is drawn
// anew need not read again. A thread that could not be read is not kept.
type sources struct {
	mu    sync.Mutex
	known map[string]*source     // by view
	links map[string]*linkedLook // by view
}

// linkedLook is whether the thread of a form has an issue: known once done is closed.
type linkedLook struct {
	done  chan struct{}
	issue *linear.Issue
}

// looks notes that the issue of a form's thread is being looked for; told ends that.
func (s *sources) looks(view string) (told func(*linear.Issue)) {
	look := &linkedLook{done: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.links == nil || len(s.links) >= 500 {
		s.links = map[string]*linkedLook{}
	}
	s.links[view] = look
	return func(i *linear.Issue) {
		look.issue = i
		close(look.done)
	}
}

// linked is the issue that a form's thread has, nil for none.
func (s *sources) linked(ctx context.Context, view string) *linear.Issue {
	s.mu.Lock()
	look, ok := s.links[view]
	s.mu.Unlock()
	if !ok {
		return nil
	}
	select {
	case <-look.done:
		return look.issue
	case <-ctx.Done():
		return nil
	}
}

func (s *sources) get(view string) (*source, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.known[view]
	return found, ok
}

func (s *sources) put(view string, now *source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || len(s.known) >= 500 {
		s.known = map[string]*source{}
	}
	if now.Gap == gapNone {
		s.known[view] = now
	}
}
