package linear

import (
	"slices"
	"strings"
	"time"
)

// Issue is one Linear issue as this program reads it: only the fields it shows
// or changes. ID is the UUID, Identifier the number people use (ENG-142).
type Issue struct {
	ID          string    `json:"id"`
	Identifier  string    `json:"identifier"`
	Title       string    `json:"title"`
	Description string    `json:"description"`
	URL         string    `json:"url"`
	Priority    float64   `json:"priority"` // 0 none, 1 urgent, 2 high, 3 medium, 4 low
	Estimate    *float64  `json:"estimate"`
	DueDate     string    `json:"dueDate"` // YYYY-MM-DD, empty when there is none
	CreatedAt   time.Time `json:"createdAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
	State       State     `json:"state"`
	Team        TeamRef   `json:"team"`
	Assignee    *User     `json:"assignee"`
	Creator     *User     `json:"creator"`
	Project     *Ref      `json:"project"`
	Cycle       *Cycle    `json:"cycle"`
	Parent      *IssueRef `json:"parent"`
	Labels      Labels    `json:"labels"`
	Trashed     bool      `json:"trashed"`

	// Brief marks a copy read in passing, without Description and Creator.
	Brief bool `json:"-"`
}

// IssueRef names an issue without reading it.
type IssueRef struct {
	ID         string `json:"id"`
	Identifier string `json:"identifier"`
}

// Labels is the connection of an issue's labels; Nodes holds up to 25.
type Labels struct {
	Nodes []Label `json:"nodes"`
}

// Ref is the id and name of anything that has both.
type Ref struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// TeamRef is a team as an issue carries it.
type TeamRef struct {
	ID         string `json:"id"`
	Key        string `json:"key"`
	Name       string `json:"name"`
	Visibility string `json:"visibility"` // public, private, restricted
}

// Private reports whether what belongs to the team must stay out of public posts.
// Anything but "public" counts: an unknown word must never open a private team.
func (t TeamRef) Private() bool { return t.Visibility != "public" }

// State is a workflow state of one team.
type State struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	Type     string  `json:"type"` // triage, backlog, unstarted, started, completed, canceled, duplicate
	Position float64 `json:"position"`
}

// Open reports whether work in this state still has to be done.
func (s State) Open() bool { return !slices.Contains(closedTypes, s.Type) }

// OpenOnly asks for issues whose state is Open.
func OpenOnly() Filter {
	return Filter{"state": Filter{"type": Filter{"nin": closedTypes}}}
}

// User is a member of the Linear workspace, or an app user.
type User struct {
	ID          string `json:"id"`
	Name        string `json:"name"`        // full name
	DisplayName string `json:"displayName"` // the short handle, unique in a workspace
	Email       string `json:"email"`
	Active      bool   `json:"active"`
	App         bool   `json:"app"`
}

// Label is an issue label; TeamID is empty for a workspace label.
type Label struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	IsGroup bool   `json:"isGroup"`
	Parent  *Ref   `json:"parent"` // the group it belongs to
	Team    *Ref   `json:"team"`
}

// Cycle is one cycle of a team.
type Cycle struct {
	ID       string  `json:"id"`
	Number   float64 `json:"number"`
	Name     string  `json:"name"`
	IsActive bool    `json:"isActive"`
	IsNext   bool    `json:"isNext"`
}

// Project is a project with the teams that share it.
type Project struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	State   string   `json:"-"` // the type of its status: backlog, planned, started, paused, completed, canceled
	TeamIDs []string `json:"-"`
}

// Organization is the Linear workspace.
type Organization struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	URLKey string `json:"urlKey"`

	// PreviousURLKeys are the last three keys it had before; Linear redirects
	// their addresses.
	PreviousURLKeys []string `json:"previousUrlKeys"`
}

// hasKey reports whether a word in an address stands for this workspace.
func (o Organization) hasKey(urlKey string) bool {
	is := func(key string) bool { return strings.EqualFold(key, urlKey) }
	return o.URLKey == "" || is(o.URLKey) || slices.ContainsFunc(o.PreviousURLKeys, is)
}

// Viewer is who a token belongs to. One token is one user in one organization
// (Linear OAuth documentation).
type Viewer struct {
	User
	Organization Organization `json:"organization"`
}

// PriorityName is Linear's word for a priority.
func PriorityName(p int) string {
	switch p {
	case 1:
		return "Urgent"
	case 2:
		return "High"
	case 3:
		return "Medium"
	case 4:
		return "Low"
	}
	return "No priority"
}
