package accounts

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
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
)

// newCode is 8 characters that a person types: about 39 bits, guarded by five tries.
func newCode() string {
	var b [codeSize]byte
	for i := range b {
		for {
			var one [1]byte
			if _, err := rand.Read(one[:]); err != nil {
				panic(err) // crypto/rand never fails
			}
			if int(one[0]) < 256/len(codeLetters)*len(codeLetters) {
				b[i] = codeLetters[int(one[0])%len(codeLetters)]
				break
			}
		}
	}
	return string(b[:])
}

// codeMAC is what is stored of a code, with the account it is for.
func codeMAC(accountID, salt, code string) []byte {
	h := hmac.New(sha256.New, []byte(salt))
	h.Write([]byte(accountID + "\n" + strings.ToUpper(strings.Map(dropSeparators, code))))
	return append([]byte(salt), h.Sum(nil)...)
}

func dropSeparators(r rune) rune {
	if r == ' ' || r == '-' {
		return -1
	}
	return r
}

func codeMatches(mac []byte, accountID, code string) bool {
	if len(mac) <= sha256.Size {
		return false
	}
	salt := string(mac[:len(mac)-sha256.Size])
	return hmac.Equal(mac, codeMAC(accountID, salt, code))
}

// wait stores the grant beside the account until its person has typed the code
// into Slack. A working connection stays in use meanwhile.
func (m *Manager) wait(ctx context.Context, s consentState, g store.Grant, p pair) (string, store.Account, error) {
	code, now := newCode(), time.Now()
	a, err := m.DB.UpdateAccount(ctx, s.Person.Key, func(tx *store.Tx, a store.Account) (store.Account, error) {
		if a.State != store.Active && !Move(a.State, store.Verifying) {
			return a, ErrBlocked
		}
		sealed, err := m.Keyring.sealPair(p, candidateAD(a))
		if err != nil {
			return a, err
		}
		g.Sealed = sealed
		if a.State != store.Active {
			a.State, a.Cause, a.ChangedAt = store.Verifying, "code", now
		}
		return a, tx.PutCandidate(store.Candidate{
			AccountID: a.ID, Grant: g, CodeMAC: codeMAC(a.ID, random(), code),
			CodeTries: codeTries, CodeUntil: now.Add(codeLife), CreatedAt: now,
		})
	})
	return code, a, err
}

// Confirm proves a waiting grant with its code. Errors: *WrongCodeError while
// tries are left, ErrCodeGone when they or the time are over (the grant is then
// removed at Linear), *IdentityHeldError, ErrBlocked.
func (m *Manager) Confirm(ctx context.Context, key store.Key, code string) (store.Account, error) {
	var old, dropped pair
	var wrong error
	a, err := m.DB.UpdateAccount(ctx, key, func(tx *store.Tx, a store.Account) (store.Account, error) {
		c, err := tx.Candidate(a.ID)
		if errors.Is(err, store.ErrNotFound) {
			return a, ErrCodeGone
		}
		if err != nil {
			return a, err
		}
		p, err := m.Keyring.openPair(c.Sealed, candidateAD(a))
		if err != nil {
			return a, err
		}
		if codeMatches(c.CodeMAC, a.ID, code) && time.Now().Before(c.CodeUntil) {
			a, old, err = m.adopt(tx, a, c.Grant, p)
			return a, err
		}
		c.CodeTries--
		if c.CodeTries > 0 && time.Now().Before(c.CodeUntil) {
			wrong = &WrongCodeError{Left: c.CodeTries}
			return a, tx.PutCandidate(c)
		}
		wrong, dropped = ErrCodeGone, p
		return m.dropCandidate(tx, a, true)
	})
	if err != nil {
		return store.Account{}, err
	}
	if !dropped.access.Empty() {
		m.revokeLater(ctx, key, dropped)
	}
	if wrong != nil {
		return a, wrong
	}
	m.settle(ctx, a, old)
	return a, nil
}

// dropCandidate gives a waiting grant up; the account is then as it was before.
func (m *Manager) dropCandidate(tx *store.Tx, a store.Account, tell bool) (store.Account, error) {
	now := time.Now()
	if a.State == store.Verifying {
		a.State, a.Cause, a.ChangedAt = store.Pending, "code_failed", now
		if a.Holds() {
			a.State = store.Disconnected
			a.Grant = store.Grant{}
		}
	}
	if tell {
		if err := tx.QueueNotice(noticeOf(a, "code_failed", now)); err != nil {
			return a, err
		}
	}
	return a, tx.DropCandidate(a.ID)
}

// CancelVerification gives the waiting grant up at the person's wish.
func (m *Manager) CancelVerification(ctx context.Context, key store.Key) error {
	return m.abandon(ctx, key, false, func(store.Candidate) bool { return true })
}

// DropLapsed gives up the grants whose code was not typed in time.
func (m *Manager) DropLapsed(ctx context.Context) error {
	now := time.Now()
	lapsed, err := m.DB.LapsedCandidates(ctx, now, 100)
	if err != nil {
		return err
	}
	var all []error
	for _, c := range lapsed {
		a, err := m.DB.AccountByID(ctx, c.AccountID)
		if err == nil {
			err = m.abandon(ctx, a.Key, true, func(c store.Candidate) bool { return !now.Before(c.CodeUntil) })
		}
		all = append(all, err)
	}
	return errors.Join(all...)
}

func (m *Manager) abandon(ctx context.Context, key store.Key, tell bool, still func(store.Candidate) bool) error {
	var dropped pair
	_, err := m.DB.UpdateAccount(ctx, key, func(tx *store.Tx, a store.Account) (store.Account, error) {
		dropped = pair{}
		c, err := tx.Candidate(a.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && !still(c) {
			return a, nil
		}
		if err != nil {
			return a, err
		}
		if dropped, err = m.Keyring.openPair(c.Sealed, candidateAD(a)); err != nil {
			return a, err
		}
		return m.dropCandidate(tx, a, tell)
	})
	if err == nil && !dropped.access.Empty() {
		m.revokeLater(ctx, key, dropped)
	}
	return err
}

// revokeLater removes a pair at Linear; its failure is logged, never the person's.
func (m *Manager) revokeLater(ctx context.Context, key store.Key, p pair) {
	if err := m.revoke(ctx, p); err != nil {
		m.Log.WarnContext(ctx, "grant not revoked at Linear", "user", key.UserID, "err", err)
	}
}
