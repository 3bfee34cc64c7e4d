package slackapp

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"linearbot/linear"
	"linearbot/store"
)

// What is kept for 30 minutes, so that nothing typed is lost: a request that can
// be made again, or a form that could not be submitted. The name of what is kept
// travels in buttons; only its person can open it.
const (
	keptRequest = "again"
	keptDraft   = "draft"
	keptMessage = "message"
	keptTriage  = "triage"
	keptLater   = "later" // what goes on by itself; after it comes the envelope's id
)

// keep seals v away for a person and returns its name; "" when that failed.
func (a *App) keep(ctx context.Context, r *request, kind string, v any) string {
	return a.keepAs(ctx, r, kind+"/"+rand.Text()[:16], v)
}

// keepAs is keep under a name that is known already.
func (a *App) keepAs(ctx context.Context, r *request, name string, v any) string {
	return a.keepFor(ctx, r, name, v, heldFor)
}

func (a *App) keepFor(ctx context.Context, r *request, name string, v any, life time.Duration) string {
	body, err := json.Marshal(v)
	var sealed []byte
	if err == nil {
		sealed, err = a.Sealer.Seal(body, keptAD(r.Key, name))
	}
	if err == nil {
		err = a.DB.PutMemory(ctx, store.Memory{Key: r.Key, Thread: name, Body: sealed, ExpiresAt: time.Now().Add(life)})
	}
	if err != nil {
		a.Log.ErrorContext(ctx, "not kept for a retry", "ref", r.Ref, "err", err)
		return ""
	}
	return name
}

// kept reads what keep put away into v, or store.ErrNotFound.
func (a *App) kept(ctx context.Context, key store.Key, name string, v any) error {
	m, err := a.DB.Memory(ctx, key, name, time.Now())
	if err != nil {
		return err
	}
	body, err := a.Sealer.Open(m.Body, keptAD(key, name))
	if err != nil {
		return err
	}
	return json.Unmarshal(body, v)
}

// changeKept changes what is kept for a person under a name, in one transaction: what is
// kept at the same time, also by another process, is not lost. Of what cannot be read
// it begins anew.
func changeKept[T any](ctx context.Context, a *App, key store.Key, name string, life time.Duration, change func(T) T) error {
	now := time.Now()
	return a.DB.ChangeMemory(ctx, key, name, now, now.Add(life), func(old []byte) ([]byte, error) {
		var kept T
		if old != nil {
			body, err := a.Sealer.Open(old, keptAD(key, name))
			if err != nil || json.Unmarshal(body, &kept) != nil {
				kept = *new(T)
			}
		}
		body, err := json.Marshal(change(kept))
		if err != nil {
			return nil, err
		}
		return a.Sealer.Seal(body, keptAD(key, name))
	})
}

func keptAD(key store.Key, name string) []byte { return []byte("memory/" + key.String() + "/" + name) }

// isKept reports whether a button's value names something kept.
func isKept(value string) bool {
	kind, _, ok := strings.Cut(value, "/")
	return ok && slices.Contains([]string{keptRequest, keptDraft}, kind)
}

// againRequest is a request that failed and can be made again: the envelope as it
// came, and for a name that was not clear what the choices stand for.
type againRequest struct {
	heldAction
	Name  string            `json:"name,omitempty"`  // as it was typed
	Picks map[string]string `json:"picks,omitempty"` // id → how to type it
}

// again is what to keep of a failed request.
func again(r *request, err error) againRequest {
	k := againRequest{heldAction: heldAction{ID: r.ID, Type: r.raw.Type, Payload: r.raw.Payload, What: r.What}}
	if e, ok := errors.AsType[*linear.NameError](err); ok {
		k.Name, k.Picks = e.Name, map[string]string{}
		for _, c := range e.Candidates {
			k.Picks[c.ID] = typedName(c)
		}
	}
	return k
}

// typedName is how a person would type a candidate so that it means only that one.
func typedName(c linear.Candidate) string {
	if strings.Contains(c.Detail, "@") {
		return c.Detail
	}
	return firstOf(c.Name, c.ID)
}

// picked is the command text with the unclear name replaced by what was chosen.
func (k againRequest) picked(text, id string) (string, bool) {
	name, ok := k.Picks[id]
	at := strings.LastIndex(strings.ToLower(text), strings.ToLower(k.Name))
	if !ok || at < 0 || k.Name == "" || len(strings.ToLower(text)) != len(text) {
		return "", false
	}
	before, after := text[:at], text[at+len(k.Name):]
	before = strings.TrimSuffix(before, "@")
	if n := len(before); n > 0 && strings.ContainsRune(":,+-", rune(before[n-1])) {
		name = `"` + strings.ReplaceAll(name, `"`, "") + `"`
	}
	return before + name + after, true
}
