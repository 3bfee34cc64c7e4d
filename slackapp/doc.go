// Package slackapp is the bot as people meet it in Slack: envelopes come in over
// Socket Mode, sentences and Block Kit go out over the Web API, and two pages are
// served to a browser (the connect page and the OAuth callback). It owns every
// Slack id, every sentence a person reads and every HTTP route.
//
// It is not the place for tokens (accounts), for GraphQL (linear), for the
// meaning of words or the way a change is applied and undone (assistant), or for
// SQL (store).
//
//	Slack ──envelope──▶ socket.go ──▶ inbox.go ──▶ ack ──▶ queue.go ──▶ route.go
//	                    one reader    journal,             bounded       │
//	                                  de-duplicate         workers       ├─ oncommand.go    /linear …
//	                                                       deadline      ├─ onaction.go     buttons, menus
//	         view_submission,                              recover       ├─ onshortcut.go   ⋯ on a message
//	         block_suggestion: answered in the ack         one log line  └─ onwords.go, …   Home, DM, mention
//	                                                                        │
//	                          assistant.Plan ◀── the one way to Linear ─────┤
//	                          accounts.Session ◀── as that person ──────────┤
//	                                                                        ▼
//	                          say.go (errors → copy), card.go, list.go, … ──▶ Web API, response_url
//
// The order of the first three steps is the promise of the package: an envelope
// is written down, then acknowledged, then worked on. What was acknowledged is
// either finished or, after a restart, taken up again from the inbox.
package slackapp
