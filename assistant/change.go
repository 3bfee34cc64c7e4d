package assistant

import (
	"encoding/json"
	"slices"
	"strings"

	"linearbot/linear"
)

// ChangeKind says what a change does in Linear.
type ChangeKind string

// The kinds of change.
const (
	ChangeCreate  ChangeKind = "create"
	ChangeUpdate  ChangeKind = "update"
	ChangeComment ChangeKind = "comment"
	ChangeQuery   ChangeKind = "graphql"
)

// Change is one write with everything resolved: what will be sent is what is
// shown, whatever names mean later.
type Change struct {
	Kind   ChangeKind
	Tool   string        // the tool it came from, as the audit log names it
	Issue  ChangedIssue  // update and comment: the target; create: what is known before it exists
	Fields []FieldChange // update and create, in the order people read them
	Body   string        `json:",omitempty"` // the comment
	Taint  string        `json:",omitempty"` // where the whole change came from when not from the asker: a target nobody named

	// MustEdit: a person or a link came from somebody else's text. Apply refuses.
	MustEdit bool `json:",omitempty"`

	Create *linear.IssueCreate `json:",omitempty"`
	Query  *GuardedQuery       `json:",omitempty"`
}

// ChangedIssue names the issue a change is about, as it was when it was read.
type ChangedIssue struct {
	ID         string // UUID, or an identifier when nothing else was needed
	Identifier string
	Title      string
	URL        string
	TeamID     string
	Team       string `json:",omitempty"` // name; of an issue to be created
	Private    bool   // its team is private: the change must not be shown in public
}

// GuardedQuery is a mutation that has no named tool, with the exact document
// that will be sent.
type GuardedQuery struct {
	Document  string
	Variables map[string]any `json:",omitempty"`
	Operation string         `json:",omitempty"`
	Fields    []string       // the root fields: what it does
}

// VariablesText is the variables as they will be sent: JSON, for people to read.
func (q GuardedQuery) VariablesText() string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(q.Variables); err != nil {
		return "" // they came out of JSON
	}
	return strings.TrimSpace(b.String())
}

// FieldChange is one field of an issue before and after. From and To are as
// people read them, empty for nothing; FromID and ToID are what Linear keeps,
// and what decides whether a value changed.
type FieldChange struct {
	Field        string // title, description, state, assignee, priority, labels, project, cycle, estimate, due, parent
	From, To     string
	FromID, ToID string
	Names        map[string]string `json:",omitempty"` // labels: the name of each id
	Tainted      string            `json:",omitempty"` // where To came from when not from the asker's words
}

// Tainted reports whether any value of the change came from somebody else's text.
func (c Change) Tainted() bool {
	return c.Taint != "" || slices.ContainsFunc(c.Fields, func(f FieldChange) bool { return f.Tainted != "" })
}

// about fills the target from an issue that was read.
func about(i linear.Issue) ChangedIssue {
	return ChangedIssue{ID: i.ID, Identifier: i.Identifier, Title: i.Title, URL: i.URL, TeamID: i.Team.ID, Private: i.Team.Private()}
}

// Read is what one read step of a plan found.
type Read struct {
	Step      int             // of the plan
	Page      []linear.Issue  // a list: every issue that was read, in list order
	Applied   linear.Applied  // a list: how names were read
	HasNext   bool            // there are more than Page
	After     string          // cursor of the page after; empty when there is none
	Before    string          // cursor of the page before; likewise
	Truncated bool            // not all of what there is was looked at: by a selector, or for the order
	Issue     *linear.Issue   // one issue
	Data      json.RawMessage // any other query
}

// Prepared is a plan with its reads run and its writes resolved. A plan with
// Questions has no changes: nothing is guessed.
type Prepared struct {
	Reads     []Read
	Changes   []Change
	Unchanged []linear.Issue // targets that already are as the plan wants them
	Empty     bool           // a selector over a list without issues: there was nothing to change
	Questions []Question
}
