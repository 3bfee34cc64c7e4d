package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linearbot/store"
)

// resealPage is how many accounts are looked at in one read.
const resealPage = 200

// ResealReport counts what one run did.
type ResealReport struct{ Seen, Resealed int }

// Reseal brings every stored grant under the keyring's primary key. It runs
// beside live traffic, one short transaction for each row, and may be killed and
// run again: rows that are done are skipped. What lives shorter than a day (links,
// held actions, revocations to repeat) is not resealed: drop an old key a day later.
func (m *Manager) Reseal(ctx context.Context) (ResealReport, error) {
	var r ResealReport
	err := m.eachAccount(ctx, func(a store.Account) error {
		if !a.Holds() {
			return nil
		}
		r.Seen++
		return m.resealCounted(ctx, a.Key, m.stale(a.Sealed), &r)
	})
	if err != nil {
		return r, err
	}
	err = m.eachCandidate(ctx, func(c store.Candidate) error {
		r.Seen++
		a, err := m.DB.AccountByID(ctx, c.AccountID)
		if err != nil {
			return err
		}
		return m.resealCounted(ctx, a.Key, m.stale(c.Sealed), &r)
	})
	if err != nil {
		return r, err
	}
	return r, m.writeKeyCheck(ctx)
}

func (m *Manager) eachCandidate(ctx context.Context, do func(store.Candidate) error) error {
	for after := ""; ; {
		page, err := m.DB.Candidates(ctx, after, resealPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, c := range page {
			if err := do(c); err != nil {
				return err
			}
		}
		after = page[len(page)-1].AccountID
	}
}

func (m *Manager) resealCounted(ctx context.Context, key store.Key, stale bool, r *ResealReport) error {
	if !stale {
		return nil
	}
	changed, err := m.resealAccount(ctx, key)
	if changed {
		r.Resealed++
	}
	return err
}

// Seals is what one key has sealed.
type Seals struct {
	Grants int       // in use, or waiting for their code: Reseal brings them under the newest key
	Others int       // links, held actions, plans, conversations, envelopes: they go by themselves,
	Until  time.Time // the last of them then; zero: when they are worked off
}

// Seals counts everything stored by the id of the key that sealed it.
func (m *Manager) Seals(ctx context.Context) (map[uint32]Seals, error) {
	cells, err := m.DB.SealedCells(ctx)
	if err != nil {
		return nil, err
	}
	counts := map[uint32]Seals{}
	for _, c := range cells {
		id, ok := SealedBy(c.Prefix)
		if !ok {
			continue
		}
		s := counts[id]
		if c.Table == "accounts" || c.Table == "candidates" {
			s.Grants += c.Cells
		} else {
			s.Others += c.Cells
			if c.Until.After(s.Until) {
				s.Until = c.Until
			}
		}
		counts[id] = s
	}
	return counts, nil
}

func (m *Manager) eachAccount(ctx context.Context, do func(store.Account) error) error {
	filter := store.AccountFilter{Limit: resealPage}
	for {
		page, next, err := m.DB.Accounts(ctx, filter)
		if err != nil {
			return err
		}
		for _, a := range page {
			if err := do(a); err != nil {
				return fmt.Errorf("account %s: %w", a.Key, err)
			}
		}
		if next == "" {
			return nil
		}
		filter.After = next
	}
}

// resealAccount reseals the grant and the waiting grant of one account, without a
// new version: the tokens are the same, and a refresh under way stays valid.
func (m *Manager) resealAccount(ctx context.Context, key store.Key) (changed bool, err error) {
	_, err = m.DB.UpdateAccount(ctx, key, func(tx *store.Tx, a store.Account) (store.Account, error) {
		changed = false
		if a.Holds() && m.stale(a.Sealed) {
			cell, err := m.reseal(a.Sealed, accountAD(a, a.Version))
			if err != nil {
				return a, err
			}
			a.Sealed, changed = cell, true
		}
		c, err := tx.Candidate(a.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && !m.stale(c.Sealed) {
			return a, nil
		}
		if err != nil {
			return a, err
		}
		if c.Sealed, err = m.reseal(c.Sealed, candidateAD(a, c.CreatedAt)); err != nil {
			return a, err
		}
		changed = true
		return a, tx.PutCandidate(c)
	})
	return changed && err == nil, err
}

func (m *Manager) stale(sealed []byte) bool {
	id, ok := SealedBy(sealed)
	return !ok || id != m.Keyring.Primary()
}

func (m *Manager) reseal(sealed, ad []byte) ([]byte, error) {
	plain, err := m.Keyring.Open(sealed, ad)
	if err != nil {
		return nil, err
	}
	return m.Keyring.Seal(plain, ad)
}
