package slackapp

import (
	"context"
	"errors"
	"slices"
	"time"

	"linearbot/assistant"
	"linearbot/store"
)

// Of previews: Slack drops ephemeral messages at a reload, so Home leads back to
// those that still wait.
const (
	previewsAs  = "previews" // under which name they are kept
	previewsMax = 5
	previewsFor = 15 * time.Minute // a preview's own life
)

// waitingPreview is a preview that was shown and neither applied nor canceled.
type waitingPreview struct {
	ID    string    `json:"i"`
	What  string    `json:"w"` // plain text: "Move ENG-98"
	Title string    `json:"t,omitempty"`
	Until time.Time `json:"u"`
}

// noteWaiting keeps that a preview was shown.
func (a *App) noteWaiting(ctx context.Context, r *request, prop assistant.Proposal) {
	if prop.ID == "" || len(prop.Changes) == 0 {
		return
	}
	now := waitingPreview{ID: prop.ID, What: plural(len(prop.Changes), "change", "changes"), Until: prop.ExpiresAt}
	if item := itemOf(prop.Changes[0]); len(prop.Changes) == 1 {
		now.What, now.Title = item.Action, cut(oneLine(item.Title), 100)
		if item.Identifier != "" {
			now.What += " " + item.Identifier
		}
	}
	err := changeKept(ctx, a, r.Key, previewsAs, previewsFor, func(before []waitingPreview) []waitingPreview {
		all := []waitingPreview{now}
		for _, old := range before {
			if old.ID != now.ID {
				all = append(all, old)
			}
		}
		return all[:min(len(all), previewsMax)]
	})
	if err != nil {
		a.Log.WarnContext(ctx, "waiting preview not kept", "ref", r.Ref, "err", err)
	}
}

func (a *App) previewsOf(ctx context.Context, key store.Key) []waitingPreview {
	var all []waitingPreview
	if err := a.kept(ctx, key, previewsAs, &all); err != nil && !errors.Is(err, store.ErrNotFound) {
		a.Log.WarnContext(ctx, "waiting previews not read", "user", key.UserID, "err", err)
		return nil
	}
	return all
}

// waitingPreviews are those that can still be applied, newest first.
func (a *App) waitingPreviews(ctx context.Context, key store.Key) []waitingPreview {
	return slices.DeleteFunc(a.previewsOf(ctx, key), func(w waitingPreview) bool {
		p, err := a.DB.Proposal(ctx, w.ID)
		return err != nil || p.Key != key || p.Status != store.Proposed || !time.Now().Before(p.ExpiresAt)
	})
}
