// Package assistant turns words into changes in Linear. Slash commands, buttons
// and sentences all compile to one Plan, so there is one preview, one way to
// apply and one undo. It knows nothing of Slack beyond its markup, and nothing
// of tokens.
//
//	"/linear move ENG-1 In Review"     "close ENG-1 and assign DES-2 to Bob"
//	              │ ParseCommand                       │ Parse
//	              ▼                                    ▼
//	           Command ──── Compile ──▶ Plan ◀──── Reading ──▶ questions, refusal
//	              ▲                      │
//	              └──────── Spell ───────┤ names are still names, $0.oldest is still a selector
//	                                     ▼
//	                       reads run, names resolve, writes are frozen
//	                                     ▼
//	                       preview ──▶ apply (the asker only) ──▶ undo
//
// Parse is a grammar over the words of the live directory (teams, states,
// people, labels, projects), not a table of sentences. What it cannot read
// completely it does not read at all: no write comes out of half a sentence.
package assistant
