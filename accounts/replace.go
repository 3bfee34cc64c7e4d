package accounts

import (
	"context"
	"errors"
	"strconv"
	"time"

	"linearbot/store"
)

// replaceLife is how long a grant of another workspace waits for its person's word.
const replaceLife = 15 * time.Minute

// ActionReplace is what the audit log calls that a person connected another
// workspace in the place of the one they had (store.Entry.Action).
const ActionReplace = "replace"

// Replacement is a question to a person: a grant of another Linear workspace than
// the one they are connected to was proven, and waits. Neither grant has its tokens here.
type Replacement struct {
	From  store.Grant // stays in use meanwhile
	To    store.Grant
	Ref   string // names the question in Replace and Keep; no secret
	Until time.Time
}

// elsewhere reports whether a grant is of another workspace than the account's own.
func elsewhere(a store.Account, g store.Grant) bool { return a.Holds() && a.OrgID != g.OrgID }

func replacementOf(a store.Account, c store.Candidate) *Replacement {
	r := &Replacement{From: a.Grant, To: c.Grant, Ref: choiceRef(c), Until: c.CodeUntil}
	r.From.Sealed, r.To.Sealed = nil, nil
	return r
}

func choiceRef(c store.Candidate) string { return strconv.FormatInt(c.CreatedAt.UnixMicro(), 36) }

// ask lets a proven grant wait beside the account until its person has chosen. The
// pair that waited before is returned, for change.
func (m *Manager) ask(tx *store.Tx, a store.Account, g store.Grant, p pair) (*Replacement, []pair, error) {
	now := at(time.Now())
	c := store.Candidate{AccountID: a.ID, Grant: g, CodeUntil: now.Add(replaceLife), CreatedAt: now}
	replaced, err := m.wait(tx, a, c, p)
	return replacementOf(a, c), replaced, err
}

// Asked is the question that waits for a person's word, or ErrChoiceGone.
func (m *Manager) Asked(ctx context.Context, key store.Key) (Replacement, error) {
	a, err := m.DB.Account(ctx, key)
	if err != nil {
		return Replacement{}, err
	}
	c, err := m.DB.Candidate(ctx, a.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && (len(c.CodeMAC) > 0 || !time.Now().Before(c.CodeUntil)) {
		return Replacement{}, ErrChoiceGone
	}
	if err != nil {
		return Replacement{}, err
	}
	return *replacementOf(a, c), nil
}

// Replace takes the waiting grant into use and removes the one before at Linear. Of
// several answers to one question the first counts. Errors: ErrChoiceGone when it was
// answered, is another one or too old, *IdentityHeldError.
func (m *Manager) Replace(ctx context.Context, key store.Key, ref string) (store.Account, error) {
	return m.choose(ctx, key, ref, func(tx *store.Tx, a store.Account, c store.Candidate, p pair) (store.Account, []pair, error) {
		return m.adopt(tx, a, c.Grant, p)
	})
}

// Keep leaves the account as it is and removes the waiting grant at Linear. Errors:
// ErrChoiceGone.
func (m *Manager) Keep(ctx context.Context, key store.Key, ref string) (store.Account, error) {
	return m.choose(ctx, key, ref, func(tx *store.Tx, a store.Account, _ store.Candidate, p pair) (store.Account, []pair, error) {
		a, err := giveUp(tx, a, causeKept)
		return a, []pair{p}, err
	})
}

// choose answers a question once. Too late, the waiting grant is given up.
func (m *Manager) choose(
	ctx context.Context, key store.Key, ref string, answer func(*store.Tx, store.Account, store.Candidate, pair) (store.Account, []pair, error),
) (store.Account, error) {
	var outcome error
	a, err := m.change(ctx, key, func(tx *store.Tx, a store.Account) (store.Account, []pair, error) {
		outcome = nil
		c, err := tx.Candidate(a.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && (len(c.CodeMAC) > 0 || choiceRef(c) != ref) {
			return a, nil, ErrChoiceGone
		}
		if err != nil {
			return a, nil, err
		}
		p, err := m.Keyring.openPair(c.Sealed, candidateAD(a, c.CreatedAt))
		if err != nil {
			return a, nil, err
		}
		if !time.Now().Before(c.CodeUntil) {
			outcome = ErrChoiceGone
			a, err := giveUp(tx, a, causeNoAnswer)
			return a, []pair{p}, err
		}
		return answer(tx, a, c, p)
	})
	if _, held := errors.AsType[*IdentityHeldError](err); held {
		return store.Account{}, errors.Join(err, m.CancelVerification(ctx, key))
	}
	if err != nil {
		return store.Account{}, err
	}
	return a, outcome
}
