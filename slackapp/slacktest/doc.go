// Package slacktest is a local Slack: the Web API over HTTP, Socket Mode over real WebSockets,
// and the hands and eyes of the people who use them. It is for tests and for the demo, and it
// aims to refuse whatever Slack refuses: a stand-in that is laxer than the service is a bug.
//
// It speaks plain JSON and knows no Slack client library, so that it judges the one under test
// instead of agreeing with it. The app's manifest is its configuration: commands, shortcuts,
// scopes, events and unfurl domains that are not in the manifest do not exist here either.
//
//	a test or the demo page                                 the bot (slack-go)
//	p.Command, p.Click, p.Submit …                                 │
//	       │ person.go actions.go modal.go                         │
//	       ▼                                                       ▼
//	events.go ──► envelope.go ──► socket.go ═══ WebSocket ═══► envelope
//	  message,      3 s timer,      tickets, pings,                │ ack (+ payload)
//	  mention …     3 redeliveries  disconnects   ◄════════════════╡
//	                                                               ▼
//	workspace.go ◄── chat.go views.go conversations.go … ◄── api.go: auth, scopes, limits, faults
//	  messages, modals, homes      blocks.go checks blocks         ▲ HTTP /api/…, /hooks/…
//	       │
//	       ▼
//	p.Sees, p.View, p.Home, Text(…), s.Envelopes, s.Calls, s.Await, s.Subscribe
//
// Everything is safe for concurrent use. Nothing here polls or sleeps: Await wakes on each change.
package slacktest
