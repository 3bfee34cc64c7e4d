// Package modeltest is a local stand-in of Anthropic's Messages API, to test and
// to demonstrate an assistant without a key. What it answers is scripted; what it
// is asked must keep the protocol, else it says 400 and remembers why.
//
//	POST /v1/messages ──▶ check headers, roles, tool results, stable prefix ──▶ Violations
//	                         │
//	                         ▼
//	                 Respond(Request) Reply        Script(…), Rules(…), or a func
//	                         │
//	                         ▼
//	message_start ▸ content_block_start ▸ …_delta (split at odd places) ▸ …_stop
//	              ▸ message_delta ▸ message_stop        or one of the faults on the way
//
// Demo is a scripted model that makes its words of the tool results it gets: with
// it an assistant can be shown to people who have no key.
//
// It imports nothing of this module.
package modeltest
