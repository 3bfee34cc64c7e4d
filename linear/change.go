package linear

import (
	"context"
	"errors"
	"reflect"
	"time"
)

const (
	readBackWithin = 3 * time.Second
	readBackPause  = time.Second // a change may still be under way when its answer got lost
)

// IssueCreate is a new issue, with every name resolved. Its JSON is Linear's
// IssueCreateInput; empty fields are not sent and Linear's defaults apply.
type IssueCreate struct {
	ID          string   `json:"id,omitempty"` // made here when empty, so that a retry cannot make two
	TeamID      string   `json:"teamId"`
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"`
	Priority    *int     `json:"priority,omitempty"`
	Estimate    *int     `json:"estimate,omitempty"`
	AssigneeID  string   `json:"assigneeId,omitempty"`
	StateID     string   `json:"stateId,omitempty"`
	LabelIDs    []string `json:"labelIds,omitempty"`
	ProjectID   string   `json:"projectId,omitempty"`
	CycleID     string   `json:"cycleId,omitempty"`
	ParentID    string   `json:"parentId,omitempty"` // UUID or identifier
	DueDate     string   `json:"dueDate,omitempty"`  // YYYY-MM-DD
	TemplateID  string   `json:"templateId,omitempty"`

	author
}

// IssueUpdate is a change of one issue, with every name resolved. Only what is
// set is sent. Its JSON is Linear's IssueUpdateInput.
type IssueUpdate struct {
	Title           *string          `json:"title,omitempty"`
	Description     *string          `json:"description,omitempty"`
	StateID         *string          `json:"stateId,omitempty"`
	Priority        *int             `json:"priority,omitempty"` // 0 clears it
	Estimate        Optional[int]    `json:"estimate,omitzero"`
	AssigneeID      Optional[string] `json:"assigneeId,omitzero"`
	ProjectID       Optional[string] `json:"projectId,omitzero"`
	CycleID         Optional[string] `json:"cycleId,omitzero"`
	ParentID        Optional[string] `json:"parentId,omitzero"`
	DueDate         Optional[string] `json:"dueDate,omitzero"`
	LabelIDs        *[]string        `json:"labelIds,omitempty"` // replaces all
	AddedLabelIDs   []string         `json:"addedLabelIds,omitempty"`
	RemovedLabelIDs []string         `json:"removedLabelIds,omitempty"`
}

// Empty reports whether the update changes nothing.
func (u IssueUpdate) Empty() bool { return reflect.ValueOf(u).IsZero() }

// CommentCreate is a new comment on an issue.
type CommentCreate struct {
	ID      string `json:"id,omitempty"` // made here when empty
	IssueID string `json:"issueId"`      // UUID or identifier
	Body    string `json:"body"`         // Markdown

	author
}

// Comment is a comment as it was written.
type Comment struct {
	ID        string    `json:"id"`
	URL       string    `json:"url"`
	Body      string    `json:"body"`
	CreatedAt time.Time `json:"createdAt"`
	User      *User     `json:"user,omitempty"`  // nil: an app wrote it, or it was not asked for
	Issue     *Issue    `json:"issue,omitempty"` // as it was just after; nil when Linear did not say
}

// AttachmentCreate links a URL to an issue. The same URL on the same issue
// updates the link that is there (Linear's attachments guide).
type AttachmentCreate struct {
	IssueID  string `json:"issueId"` // UUID or identifier
	URL      string `json:"url"`
	Title    string `json:"title"`
	Subtitle string `json:"subtitle,omitempty"`
	IconURL  string `json:"iconUrl,omitempty"`

	author
}

// author names who asked, for writes by an app-mode token. Linear refuses it
// from a user's token.
type author struct {
	Name    string `json:"createAsUser,omitempty"`
	IconURL string `json:"displayIconUrl,omitempty"`
}

func (s *Session) author() author {
	if s.as == nil || s.as.Name == "" {
		return author{}
	}
	return author{s.as.Name, s.as.IconURL}
}

// CreateIssue creates an issue with one request. When the answer gets lost it
// reads the chosen id back: then the result is the issue, or an ErrTransient
// ("not created"), or ErrOutcomeUnknown when the reading fails too. Creating
// again with an id that exists gives the issue that is there.
func (s *Session) CreateIssue(ctx context.Context, in IssueCreate) (Issue, error) {
	chosen := in.ID != ""
	if !chosen {
		in.ID = NewID()
	}
	in.author = s.author()
	var answer struct {
		IssueCreate struct {
			Issue *Issue `json:"issue"`
		} `json:"issueCreate"`
	}
	err := s.run(ctx, "IssueCreate", map[string]any{"input": in}, &answer)
	if issue := answer.IssueCreate.Issue; err == nil && issue != nil {
		s.state.remember(s.state.seenGeneration(), *issue)
		return *issue, nil
	}
	read := func(ctx context.Context) (Issue, error) { return s.Issue(ctx, in.ID) }
	return confirm(ctx, "IssueCreate", err, chosen, read)
}

// CreateComment adds a comment. A lost answer is treated as in CreateIssue.
func (s *Session) CreateComment(ctx context.Context, in CommentCreate) (Comment, error) {
	chosen := in.ID != ""
	if !chosen {
		in.ID = NewID()
	}
	in.author = s.author()
	var answer struct {
		CommentCreate struct {
			Comment *Comment `json:"comment"`
		} `json:"commentCreate"`
	}
	err := s.run(ctx, "CommentCreate", map[string]any{"input": in}, &answer)
	if made := answer.CommentCreate.Comment; err == nil && made != nil {
		return *made, nil
	}
	read := func(ctx context.Context) (Comment, error) {
		var answer struct {
			Comment Comment `json:"comment"`
		}
		err := s.run(ctx, "Comment", map[string]any{"id": in.ID}, &answer)
		return answer.Comment, err
	}
	return confirm(ctx, "CommentCreate", err, chosen, read)
}

// confirm finds out what became of a create that failed with failure (nil: the
// answer did not carry what was made). An id that the caller chose may have been
// used by an earlier try; then being refused means that it exists, and when that
// cannot be read nobody knows.
func confirm[T any](ctx context.Context, op string, failure error, chosen bool, read func(context.Context) (T, error)) (T, error) {
	var none T
	lost := failure == nil || errors.Is(failure, ErrOutcomeUnknown)
	if !lost && (!chosen || !errors.Is(failure, ErrInvalidInput)) {
		return none, failure
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readBackWithin)
	defer cancel()
	made, err := read(ctx)
	if errors.Is(err, ErrNotFound) && errors.Is(failure, context.DeadlineExceeded) {
		if pause(ctx, readBackPause) == nil {
			made, err = read(ctx)
		}
	}
	switch {
	case err == nil:
		return made, nil
	case !lost && errors.Is(err, ErrNotFound):
		return none, failure
	case errors.Is(err, ErrNotFound):
		return none, &Error{Op: op, kind: ErrTransient, Message: "not created", cause: reasonOf(failure)}
	}
	return none, &Error{Op: op, kind: ErrOutcomeUnknown, cause: err}
}

// reasonOf keeps why the answer was lost without its kind: it is known by now
// that nothing was made.
func reasonOf(failure error) error {
	e, ok := errors.AsType[*Error](failure)
	if !ok {
		return nil
	}
	return e.cause
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// UpdateIssue changes one issue with one request. id is a UUID or an identifier.
// The change is not repeated: when its answer gets lost the error is ErrOutcomeUnknown.
func (s *Session) UpdateIssue(ctx context.Context, id string, u IssueUpdate) (Issue, error) {
	var answer struct {
		IssueUpdate struct {
			Issue *Issue `json:"issue"`
		} `json:"issueUpdate"`
	}
	err := s.run(ctx, "IssueUpdate", map[string]any{"id": id, "input": u}, &answer)
	if err != nil {
		s.state.dropSeen(id)
		return Issue{}, err
	}
	if answer.IssueUpdate.Issue == nil { // nullable in Linear's schema
		s.state.dropSeen(id)
		return s.Issue(ctx, id)
	}
	s.state.remember(s.state.seenGeneration(), *answer.IssueUpdate.Issue)
	return *answer.IssueUpdate.Issue, nil
}

// DeleteIssue moves an issue to Linear's trash, from where it can be restored
// for 30 days. id is the UUID.
func (s *Session) DeleteIssue(ctx context.Context, id string) error {
	defer s.state.dropSeen(id)
	return s.run(ctx, "IssueDelete", map[string]any{"id": id}, &struct{}{})
}

// DeleteComment deletes a comment by its UUID.
func (s *Session) DeleteComment(ctx context.Context, id string) error {
	return s.run(ctx, "CommentDelete", map[string]any{"id": id}, &struct{}{})
}

// LinkURL attaches a URL to an issue, or updates the attachment of that URL.
func (s *Session) LinkURL(ctx context.Context, in AttachmentCreate) error {
	in.author = s.author()
	return s.run(ctx, "AttachmentCreate", map[string]any{"input": in}, &struct{}{})
}
