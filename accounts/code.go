package accounts

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"math/big"
	"strings"
	"time"

	"linearbot/store"
)

const (
	codeLife  = 10 * time.Minute
	codeTries = 5
	codeSize  = 8
	// codeLetters has no characters that look alike.
	codeLetters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
	lapsedBatch = 100
)

// newCode is 8 characters that a person types: about 39 bits, guarded by five tries.
func newCode() string {
	b := make([]byte, codeSize)
	for i := range b {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(codeLetters))))
		if err != nil {
			panic(err) // crypto/rand never fails
		}
		b[i] = codeLetters[n.Int64()]
	}
	return string(b)
}

// codeMAC is what is stored of a code. Its key is the waiting access token, which
// is stored sealed: who reads the database alone cannot search for the code.
func codeMAC(accountID string, p pair, code string) []byte {
	h := hmac.New(sha256.New, []byte("linearbot code "+p.access.Reveal()))
	h.Write([]byte(accountID + "\n" + typed(code)))
	return h.Sum(nil)
}

// typed is a code as a person may type it: in any case, in groups.
func typed(code string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-' || r == '\u00a0':
			return -1
		case 'a' <= r && r <= 'z':
			return r - ('a' - 'A')
		}
		return r
	}, strings.TrimSpace(code))
}

// await stores the grant beside the account until its person has typed the code
// into Slack. A working connection stays in use meanwhile. A grant that waited
// before is replaced and removed at Linear.
func (m *Manager) await(ctx context.Context, key store.Key, g store.Grant, p pair) (string, store.Account, error) {
	code, now := newCode(), at(time.Now())
	a, err := m.change(ctx, key, func(tx *store.Tx, a store.Account) (store.Account, []pair, error) {
		if a.State != store.Active {
			var err error
			if a, err = move(a, store.Verifying, causeCode, now); err != nil {
				return a, nil, err
			}
		}
		c := store.Candidate{
			AccountID: a.ID, Grant: g, CodeMAC: codeMAC(a.ID, p, code),
			CodeTries: codeTries, CodeUntil: now.Add(codeLife), CreatedAt: now,
		}
		replaced, err := m.wait(tx, a, c, p)
		return a, replaced, err
	})
	if err != nil {
		return "", a, err
	}
	return code, a, nil
}

// wait stores a grant beside the account, sealed, in the caller's transaction. The
// pair that waited before is returned, for change.
func (m *Manager) wait(tx *store.Tx, a store.Account, c store.Candidate, p pair) (replaced []pair, err error) {
	if err := free(tx, a, c.Grant); err != nil {
		return nil, err
	}
	waiting := a
	waiting.Sealed = nil // the grant in use stays
	replaced = m.pairsOf(tx, waiting, p)
	if c.Sealed, err = m.Keyring.sealPair(p, candidateAD(a, c.CreatedAt)); err != nil {
		return nil, err
	}
	return replaced, tx.PutCandidate(c)
}

// Confirm proves a waiting grant with its code; one of another workspace then waits
// for Replace or Keep. Errors: *WrongCodeError, ErrCodeGone when there is none or its
// time is over, *IdentityHeldError, ErrBlocked. After the last try, or too late, the
// grant is removed at Linear.
func (m *Manager) Confirm(ctx context.Context, key store.Key, code string) (Completion, error) {
	var outcome error
	var done Completion
	a, err := m.change(ctx, key, func(tx *store.Tx, a store.Account) (store.Account, []pair, error) {
		outcome, done = nil, Completion{}
		c, err := tx.Candidate(a.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && len(c.CodeMAC) == 0 {
			return a, nil, ErrCodeGone
		}
		if err != nil {
			return a, nil, err
		}
		p, err := m.Keyring.openPair(c.Sealed, candidateAD(a, c.CreatedAt))
		if err != nil {
			return a, nil, err
		}
		inTime := time.Now().Before(c.CodeUntil)
		if inTime && hmac.Equal(c.CodeMAC, codeMAC(a.ID, p, code)) {
			if elsewhere(a, c.Grant) {
				c.CodeMAC, c.CodeTries, c.CodeUntil = nil, 0, time.Now().Add(replaceLife)
				done.Asks = replacementOf(a, c)
				return a, nil, tx.PutCandidate(c)
			}
			return m.adopt(tx, a, c.Grant, p)
		}
		c.CodeTries--
		outcome = &WrongCodeError{Left: c.CodeTries}
		if inTime && c.CodeTries > 0 {
			return a, nil, tx.PutCandidate(c)
		}
		if !inTime {
			outcome = ErrCodeGone
		}
		a, err = giveUp(tx, a, causeNoCode)
		return a, []pair{p}, err
	})
	if _, held := errors.AsType[*IdentityHeldError](err); held {
		return Completion{}, errors.Join(err, m.CancelVerification(ctx, key))
	}
	if err != nil {
		return Completion{}, err
	}
	done.Account = a
	return done, outcome
}

// giveUp drops a waiting grant. An account that only waited for it is disconnected
// then; a working one goes on. Whoever failed is told.
func giveUp(tx *store.Tx, a store.Account, cause string) (store.Account, error) {
	now := time.Now()
	if a.State == store.Verifying {
		var err error
		if a, err = move(strip(a), store.Disconnected, cause, now); err != nil {
			return a, err
		}
		a.Grant = store.Grant{}
	}
	told := map[string]string{causeNoCode: "code_failed", causeNoAnswer: "not_replaced"}[cause]
	if told != "" {
		if err := tx.QueueNotice(noticeOf(a, told, now)); err != nil {
			return a, err
		}
	}
	if err := tx.AppendAudit(store.Entry{At: now, Key: a.Key, Action: "connect", Result: cause, Source: "slack"}); err != nil {
		return a, err
	}
	return a, tx.DropCandidate(a.ID)
}

// CancelVerification gives the waiting grant up at the person's wish.
func (m *Manager) CancelVerification(ctx context.Context, key store.Key) error {
	return m.abandon(ctx, key, causeCanceled, func(store.Candidate) bool { return true })
}

// DropLapsed gives up the grants whose code was not typed, or whose question was not
// answered, in time.
func (m *Manager) DropLapsed(ctx context.Context) error {
	now := time.Now()
	lapsed, err := m.DB.LapsedCandidates(ctx, now, lapsedBatch)
	if err != nil {
		return err
	}
	var all []error
	for _, c := range lapsed {
		a, err := m.DB.AccountByID(ctx, c.AccountID)
		if err == nil {
			cause := causeNoCode
			if len(c.CodeMAC) == 0 {
				cause = causeNoAnswer
			}
			err = m.abandon(ctx, a.Key, cause, func(c store.Candidate) bool { return !now.Before(c.CodeUntil) })
		}
		all = append(all, err)
	}
	return errors.Join(all...)
}

// abandon gives the waiting grant up if it is still one that should.
func (m *Manager) abandon(ctx context.Context, key store.Key, cause string, should func(store.Candidate) bool) error {
	_, err := m.change(ctx, key, func(tx *store.Tx, a store.Account) (store.Account, []pair, error) {
		c, err := tx.Candidate(a.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && !should(c) {
			return a, nil, nil
		}
		if err != nil {
			return a, nil, err
		}
		waiting := a
		waiting.Sealed = nil
		gone := m.pairsOf(tx, waiting, pair{})
		a, err = giveUp(tx, a, cause)
		return a, gone, err
	})
	return err
}
