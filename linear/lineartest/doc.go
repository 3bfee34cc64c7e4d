// Package lineartest is a local Linear: an OAuth server, the GraphQL API,
// webhooks and a workspace that remembers, strict where the real service is
// strict. Tests use it as a part; a demo can put it behind a page.
//
//	      browser            client                           your endpoint
//	         │                  │                                   ▲
//	GET/POST /oauth/authorize   POST /oauth/token, /revoke, …       │ signed webhooks
//	         │                  │          POST /graphql            │
//	         ▼                  ▼                ▼                  │
//	    ┌─ observe ── names the request, applies a Fault, records the answer ─┐
//	    │ consent ─ code ─▶ grants, pairs ─▶ credentials ─▶ document ─▶ price │
//	    │                      │                ▼                            │
//	    │                   ledger      scopes ─▶ budget ─▶ resolvers ─▶ world
//	    └────────────────────────────────────────────────────────────────────┘
//
// Hands: Approve, Deny, RevokeAccess, RemoveApp, ExpireAccessTokens, APIKey.
// Eyes: Issue, Issues, Comments, Ledger, Grants, Requests, Deliveries, Await.
// Levers: Fault, SetHookFault, SwitchWebhookOn, UpdateApp, Options.
//
// Save and Restore carry a server over a restart.
//
// NewServer listens on a loopback port. New does not: use its Transport, which
// also works inside a testing/synctest bubble, where time.Now is the fake clock.
//
// What Linear does not document is decided in one place each and said there:
// the wording of refresh errors, the actions of OAuthAuthorization, the status
// of a missing scope, the fate of a migrated token.
package lineartest
