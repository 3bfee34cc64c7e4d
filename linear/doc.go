// Package linear speaks to Linear as one person: it turns names into ids,
// reads and changes issues, offers the four tools, judges GraphQL documents and
// believes webhooks. It knows nothing of Slack, of databases or of how a token
// was come by: an Authorizer writes the header.
//
// The flow of one call:
//
//	Tool / CreateIssue / Issues …            callers: accounts, assistant, slackapp
//	   │  ValidateInput                      published schema, the same for everyone
//	   │  Resolve{Create,Update,List}        names → ids, over the cached Directory
//	   ▼
//	run: embedded document + variables       graphql/*.graphql, one request per action
//	   ▼
//	do → persist → attempt → send ──POST──▶  Linear
//	     again?    401: Rejected, once more  │
//	   ▲                                     ▼
//	   └──────── classify: body before status; lost change → ErrOutcomeUnknown
//	   │                                       (creates read their own id back)
//	   ▼
//	remember: rate limit, last-seen issues; answer or *Error
//
// Names and last-seen issues are kept in memory for each account id. A person
// sees only what their own token could read.
package linear
