package accounts

import (
	"errors"
	"fmt"

	"linearbot/linear"
	"linearbot/store"
)

// Why a person's connection cannot be used. All but ErrOperator and ErrReplaced match
// linear.ErrUnauthenticated: for whoever calls Linear they are the same.
var (
	ErrNotConnected = error(unusable("accounts: not connected"))
	ErrPending      = error(unusable("accounts: waiting for approval in Linear"))
	ErrVerifying    = error(unusable("accounts: waiting for the code"))
	ErrExpired      = error(unusable("accounts: the saved sign-in is no longer accepted"))
	ErrRevoked      = error(unusable("accounts: access was removed in Linear"))
	ErrBlocked      = error(unusable("accounts: turned off by an admin"))
	ErrReplaced     = errors.New("accounts: another Linear workspace was connected meanwhile")
	ErrOperator     = errors.New("accounts: Linear does not accept this bot's client id or secret")
)

// Why connecting ended.
var (
	ErrLinkGone     = errors.New("accounts: the link was used, has expired or never was")
	ErrStateGone    = errors.New("accounts: the state was used, has expired or never was")
	ErrWrongBrowser = errors.New("accounts: the callback came from another browser than the one that began")
	ErrDenied       = errors.New("accounts: not approved in Linear")
	ErrAdminOnly    = errors.New("accounts: only an admin may connect the app")
	ErrCodeRefused  = errors.New("accounts: Linear refused the code of the approval")
	ErrChoiceGone   = errors.New("accounts: no answer about another workspace is waited for, or its time is over")
	ErrCodeGone     = errors.New("accounts: no code is waited for, or its time or tries are over")
)

// The causes of a lost connection that are nobody's doing but ours (store.Notice.Cause).
const (
	CauseOurs   = "ours"   // we lost the answer of a refresh and came back too late
	CauseBackup = "backup" // the grant came out of a backup that is too old
)

// The causes that explain a state (store.Account.Cause, store.Notice.Cause).
const (
	causeRevoked  = "revoked" // Linear refuses the grant
	causeAge      = "age"     // the sign-in had long run out, or could not be renewed
	causeCode     = "code"    // waiting for the code
	causeNoCode   = "code_failed"
	causeCanceled = "canceled"
	causeKept     = "kept"         // the person kept the workspace they had
	causeNoAnswer = "not_answered" // they did not say which one
	causePerson   = "person"
	causeRemoved  = "uninstalled" // the bot was removed from Slack
)

// unusable is a connection that cannot be used because of its state.
type unusable string

func (u unusable) Error() string { return string(u) }

func (u unusable) Is(target error) bool { return target == linear.ErrUnauthenticated }

// IdentityHeldError says that a Linear identity is connected to another person.
type IdentityHeldError struct{ By store.Key }

func (e *IdentityHeldError) Error() string {
	return "accounts: that Linear account is connected to " + e.By.String()
}

// DeniedError is ErrDenied with whose consent it was.
type DeniedError struct {
	Key  store.Key
	Said string // Linear's code, for logs
}

func (e *DeniedError) Error() string { return fmt.Sprintf("%v: %q", ErrDenied, e.Said) }

// Unwrap makes it match ErrDenied.
func (e *DeniedError) Unwrap() error { return ErrDenied }

// WrongCodeError says that a code did not match. Left is the number of tries left;
// at zero the waiting grant was removed at Linear.
type WrongCodeError struct{ Left int }

func (e *WrongCodeError) Error() string {
	return fmt.Sprintf("accounts: wrong code, %d tries left", e.Left)
}

// stateError is why an account in this state cannot be used; nil for ACTIVE.
func stateError(s store.State) error {
	switch s {
	case store.Active:
		return nil
	case store.Pending:
		return ErrPending
	case store.Verifying:
		return ErrVerifying
	case store.Expired:
		return ErrExpired
	case store.Revoked:
		return ErrRevoked
	case store.Blocked:
		return ErrBlocked
	case store.Disconnected:
		return ErrNotConnected
	}
	return ErrNotConnected
}
