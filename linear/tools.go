package linear

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// The names of the four tools.
const (
	ToolCreate = "linear_issue_create"
	ToolUpdate = "linear_issue_update"
	ToolList   = "linear_issues_list"
	ToolQuery  = "linear_graphql_query"
)

// Tool is what a caller needs to know to call one.
type Tool struct {
	Name        string
	Description string
	Schema      json.RawMessage // of the input: a plain JSON Schema object
	Writes      bool            // changes Linear; the query tool may, as its document says
}

var toolTable = []Tool{
	{Name: ToolCreate, Writes: true, Description: "Create one issue in Linear. Names of teams, people, states, labels and projects are fine; ids are not needed."},
	{Name: ToolUpdate, Writes: true, Description: "Change the given fields of one issue in Linear; everything else stays as it is. 'none' clears a field."},
	{Name: ToolList, Description: "List issues in Linear that match every given filter, newest first unless sorted otherwise. Names are fine; ids are not needed."},
	{Name: ToolQuery, Writes: true, Description: "Run one GraphQL query or mutation against Linear's API, for what the other tools do not offer. Give every connection a small first."},
}

// Tools describes the four tools, in a fixed order.
func Tools() []Tool {
	tools := slices.Clone(toolTable)
	for i := range tools {
		tools[i].Schema = slices.Clone(toolSchemas()[tools[i].Name].raw)
	}
	return tools
}

// Tool validates input and calls one tool as this person. What goes wrong in
// the call is a *ToolError; errors of the Authorizer come through as they are.
func (s *Session) Tool(ctx context.Context, name string, input json.RawMessage) (output json.RawMessage, err error) {
	given, err := ValidateInput(name, input)
	if err != nil {
		return nil, err
	}
	ended := s.client.watch(name)
	defer func() { ended(err) }()
	handlers := map[string]func(context.Context, map[string]any) (any, error){
		ToolCreate: s.createTool, ToolUpdate: s.updateTool, ToolList: s.listTool, ToolQuery: s.queryTool,
	}
	result, err := handlers[name](ctx, given)
	if err != nil {
		if t, ok := AsToolError(err); ok {
			return nil, t
		}
		return nil, err
	}
	return json.Marshal(result)
}

// issueResult is the answer of the two tools that change an issue.
type issueResult struct {
	Issue   Compact `json:"issue"`
	Applied Applied `json:"applied"`
}

func (s *Session) createTool(ctx context.Context, input map[string]any) (any, error) {
	var in IssueCreate
	var applied Applied
	err := s.withNames(ctx, func(d *Directory) (err error) {
		in, applied, err = ResolveCreate(d, input)
		return err
	})
	if err != nil {
		return nil, err
	}
	issue, err := s.CreateIssue(ctx, in)
	if err != nil {
		return nil, err
	}
	return issueResult{issue.Compact(), applied}, nil
}

func (s *Session) updateTool(ctx context.Context, input map[string]any) (any, error) {
	given, _ := input["issueId"].(string) // the schema lets only text through
	if _, ok := ParseRef(given); !ok {
		return nil, invalid("issueId", "An issue is named as ENG-142, by its UUID, or by its linear.app URL.")
	}
	ref, err := s.Ref(ctx, given)
	if err != nil {
		return nil, err
	}
	var u IssueUpdate
	var applied Applied
	err = s.withNames(ctx, func(d *Directory) error {
		current, err := s.teamOnly(ctx, d, ref, needsTeam(input))
		if err == nil {
			u, applied, err = ResolveUpdate(d, current, input)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	issue, err := s.UpdateIssue(ctx, ref, u)
	if err != nil {
		return nil, err
	}
	return issueResult{issue.Compact(), applied}, nil
}

// teamOnly is an issue of which the team is known: by the key in its identifier,
// from a recent answer, or, when the change needs it, by reading the issue.
func (s *Session) teamOnly(ctx context.Context, d *Directory, ref string, needed bool) (Issue, error) {
	if team, ok := d.TeamOf(ref); ok {
		return Issue{Identifier: ref, Team: team.TeamRef}, nil
	}
	if seen, _, ok := s.Seen(ref); ok {
		return Issue{Identifier: seen.Identifier, Team: seen.Team}, nil
	}
	if !needed {
		return Issue{Identifier: ref}, nil
	}
	issue, err := s.Issue(ctx, ref)
	return Issue{Identifier: issue.Identifier, Team: issue.Team}, err
}

// listResult is the answer of the list tool.
type listResult struct {
	Issues    []Compact `json:"issues"`
	Count     int       `json:"count"`
	HasMore   bool      `json:"hasMore"`
	After     string    `json:"after,omitempty"`
	Before    string    `json:"before,omitempty"`
	Truncated bool      `json:"truncated,omitempty"`
	Note      string    `json:"note,omitempty"`
	Applied   Applied   `json:"applied"`
}

func (s *Session) listTool(ctx context.Context, input map[string]any) (any, error) {
	var q IssueQuery
	var applied Applied
	read := func(d *Directory) (err error) {
		q, applied, err = ResolveList(d, input)
		return err
	}
	err := error(nil)
	if NeedsNames(input) {
		err = s.withNames(ctx, read)
	} else {
		err = read(&Directory{})
	}
	if err != nil {
		return nil, err
	}
	page, err := s.Issues(ctx, q)
	if err != nil {
		return nil, err
	}
	result := listResult{
		Issues: []Compact{}, Count: len(page.Issues), HasMore: page.HasMore,
		After: page.After, Before: page.Before, Truncated: page.Truncated, Applied: applied,
	}
	if page.Truncated {
		result.Note = "Sorted over the 250 newest matching issues; there are more. Narrow the filters to be sure."
	}
	for _, issue := range page.Issues {
		result.Issues = append(result.Issues, issue.Compact())
	}
	return result, nil
}

// queryResult is the answer of the query tool.
type queryResult struct {
	Data    json.RawMessage `json:"data"`
	Partial bool            `json:"partial,omitempty"`
	Errors  []partialError  `json:"errors,omitempty"`
}

type partialError struct {
	Message string `json:"message"`
	Path    string `json:"path,omitempty"`
}

func (s *Session) queryTool(ctx context.Context, input map[string]any) (any, error) {
	document, _ := input["query"].(string) // the schema lets only text through
	operation, _ := input["operationName"].(string)
	variables, _ := input["variables"].(map[string]any)
	data, err := s.Query(ctx, document, variables, operation)
	e, isAnswer := errors.AsType[*Error](err)
	switch {
	case err == nil:
		return queryResult{Data: data}, nil
	case isAnswer && e.partial && e.kind != ErrOutcomeUnknown:
		return queryResult{Data: data, Partial: true, Errors: []partialError{{e.Message, e.Path}}}, nil
	case isAnswer && e.kind == ErrInvalidInput:
		// What is wrong with a document only Linear's message says.
		return nil, &ToolError{Code: CodeInvalid, Field: "query", Message: clip(orElse(e.Message, e.Presentable), 500), cause: err}
	}
	return nil, err
}

// Compact is an issue as the tools answer it: stable, small, with names instead
// of ids; empty values are left out.
type Compact struct {
	ID        string   `json:"id"` // the identifier: every tool accepts it
	Title     string   `json:"title"`
	Team      string   `json:"team,omitempty"`
	State     string   `json:"state,omitempty"`
	Priority  string   `json:"priority,omitempty"`
	Estimate  *float64 `json:"estimate,omitempty"`
	Assignee  string   `json:"assignee,omitempty"`
	Labels    []string `json:"labels,omitempty"`
	Project   string   `json:"project,omitempty"`
	Cycle     string   `json:"cycle,omitempty"`
	Parent    string   `json:"parent,omitempty"`
	DueDate   string   `json:"dueDate,omitempty"`
	CreatedAt string   `json:"createdAt,omitempty"`
	UpdatedAt string   `json:"updatedAt,omitempty"`
	URL       string   `json:"url,omitempty"`
}

// Compact is the issue as the tools answer it.
func (i Issue) Compact() Compact {
	c := Compact{
		ID: i.Identifier, Title: i.Title, Team: i.Team.Key, State: i.State.Name, Estimate: i.Estimate,
		Labels: labelNames(i.Labels.Nodes), DueDate: i.DueDate, URL: i.URL,
		CreatedAt: dayOf(i.CreatedAt), UpdatedAt: dayOf(i.UpdatedAt),
	}
	if i.Priority != 0 {
		c.Priority = PriorityName(int(i.Priority))
	}
	if i.Assignee != nil {
		c.Assignee = i.Assignee.Name
	}
	if i.Project != nil {
		c.Project = i.Project.Name
	}
	if i.Cycle != nil {
		c.Cycle = cycleName(*i.Cycle)
	}
	if i.Parent != nil {
		c.Parent = i.Parent.Identifier
	}
	return c
}

func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}
