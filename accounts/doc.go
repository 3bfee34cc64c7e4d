// Package accounts keeps the connected accounts: one Linear grant for each Slack
// user, sealed, refreshed before it ends, noticed when it is gone, never lost and
// never handed to another person. It is the only place where a token is in the
// clear. It knows no GraphQL (linear), no SQL (store) and no words for people.
//
//	PENDING ──▶ VERIFYING ──▶ ACTIVE ──▶ EXPIRED | REVOKED ──(reconnect)──▶ ACTIVE
//	                            │
//	                            └──▶ DISCONNECTED (person) | BLOCKED (admin)
//
//	connect:  AuthorizationLink ─▶ GET Inspect ─▶ POST Begin ─▶ Linear ─▶ Complete ─▶ ACTIVE
//	          one-time link        no effect      takes link    consent   state taken  └▶ VERIFYING ─▶ Confirm(code)
//	                                              sets cookie             cookie checked
//
//	          a grant of another workspace than the one connected waits ─▶ Replace | Keep
//
//	refresh:  claim (lease, epoch+1, intent) ─▶ send (no transaction) ─▶ save WHERE version AND epoch
//	          crash or lost answer: the intent stays, the next claim replays the same
//	          refresh token, and within 30 minutes Linear returns the same successor
package accounts
