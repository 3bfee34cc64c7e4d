package linear

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	maxPage     = 50 // issues of one request
	maxSortPage = 5  // requests behind an order that Linear does not offer
)

// Filter is Linear's IssueFilter as JSON.
type Filter map[string]any

// Sort is an order of issues.
type Sort string

// The orders. Linear itself offers the first two; for the others up to 250
// issues are read and sorted here.
const (
	SortNewest   Sort = "newest" // by creation; the default
	SortUpdated  Sort = "updated"
	SortOldest   Sort = "oldest"   // by creation
	SortPriority Sort = "priority" // urgent first, none last, then recently updated
	SortDue      Sort = "due"      // earliest due date first, none last
	SortTop      Sort = "top"      // SortPriority, 50 of the recently updated at a time
)

// IssueQuery asks for a page of issues.
type IssueQuery struct {
	Filter Filter // nil: every issue the person can see
	Search string // full-text search instead of Filter; Linear allows 30 a minute
	Sort   Sort
	First  int    // 1 to 50; 0: 20
	After  string // the After of the page before
	Before string // the Before of the page after
}

// IssuePage is one page of issues.
type IssuePage struct {
	Issues      []Issue
	HasMore     bool
	HasPrevious bool
	After       string // for the next page; empty when there is none
	Before      string // for the previous page; empty when there is none
	Truncated   bool   // there are more than were sorted together
}

// Issue reads one issue with one request. ref is a UUID, an identifier in any
// case, or a linear.app URL; anything else is ErrNotFound without that request.
func (s *Session) Issue(ctx context.Context, ref string) (Issue, error) {
	parsed, err := s.Ref(ctx, ref)
	if err != nil {
		return Issue{}, err
	}
	generation := s.state.seenGeneration()
	var answer struct {
		Issue Issue `json:"issue"`
	}
	if err := s.run(ctx, "Issue", map[string]any{"id": parsed}, &answer); err != nil {
		return Issue{}, err
	}
	if answer.Issue.ID == "" {
		return Issue{}, &Error{Op: "Issue", kind: ErrNotFound, Message: "no such issue"}
	}
	s.state.remember(generation, answer.Issue)
	return answer.Issue, nil
}

// IssuesByRef reads up to 50 issues with one request, in the order of refs.
// Those that do not exist or cannot be seen are left out.
func (s *Session) IssuesByRef(ctx context.Context, refs []string) ([]Issue, error) {
	var wanted []string
	numbers := map[string][]int{}
	var uuids []string
	for _, ref := range refs {
		parsed, err := s.Ref(ctx, ref)
		switch {
		case errors.Is(err, ErrNotFound) || slices.Contains(wanted, parsed):
			continue
		case err != nil:
			return nil, err
		}
		wanted = append(wanted, parsed)
		if isUUID(parsed) {
			uuids = append(uuids, parsed)
			continue
		}
		key, number, _ := strings.Cut(parsed, "-")
		n, _ := strconv.Atoi(number) // ParseRef let only digits through
		numbers[key] = append(numbers[key], n)
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	if len(wanted) > maxPage {
		return nil, fmt.Errorf("linear: %d issues at once, at most %d: %w", len(wanted), maxPage, ErrInvalidInput)
	}
	// Aliased issue(id:) look-ups would lose all to one miss: Query.issue is not nullable.
	var or []any
	for _, key := range slices.Sorted(maps.Keys(numbers)) {
		or = append(or, Filter{"team": Filter{"key": Filter{"eq": key}}, "number": Filter{"in": numbers[key]}})
	}
	if len(uuids) > 0 {
		or = append(or, Filter{"id": Filter{"in": uuids}})
	}
	page, err := s.page(ctx, IssueQuery{Filter: either(or), First: maxPage})
	if err != nil {
		return nil, err
	}
	var found []Issue
	for _, ref := range wanted {
		i := slices.IndexFunc(page.Issues, func(i Issue) bool { return i.ID == ref || i.Identifier == ref })
		if i >= 0 {
			found = append(found, page.Issues[i])
		}
	}
	return found, nil
}

// IssuesForURL finds the issues that a URL is attached to.
func (s *Session) IssuesForURL(ctx context.Context, url string) ([]Issue, error) {
	generation := s.state.seenGeneration()
	var answer struct {
		Attachments connection[struct {
			Issue Issue `json:"issue"`
		}] `json:"attachmentsForURL"`
	}
	if err := s.run(ctx, "IssuesForURL", map[string]any{"url": url}, &answer); err != nil {
		return nil, err
	}
	var issues []Issue
	for _, a := range answer.Attachments.Nodes {
		if !slices.ContainsFunc(issues, func(i Issue) bool { return i.ID == a.Issue.ID }) {
			issues = append(issues, a.Issue)
		}
	}
	s.state.remember(generation, issues...)
	return issues, nil
}

// Issues reads a page of issues: one request, and up to four more when the order
// is not one of Linear's and there are more than 50 to sort.
func (s *Session) Issues(ctx context.Context, q IssueQuery) (IssuePage, error) {
	q.First = min(max(cmp.Or(q.First, 20), 1), maxPage)
	if q.Sort == SortTop && q.Search == "" {
		return s.top(ctx, q)
	}
	if order, ok := orders[q.Sort]; ok && q.Search == "" {
		return s.sorted(ctx, q, order)
	}
	page, err := s.page(ctx, q)
	if q.Search != "" && q.After == "" && q.Before == "" && (refusedDocument(err) || errors.Is(err, ErrRateLimited)) {
		// Search has its own limit of 30 a minute, and not every server has it.
		l := &lister{}
		l.words(q.Search)
		return s.page(ctx, IssueQuery{Filter: all(l.clauses), First: q.First})
	}
	return page, err
}

// orders are the ones that Linear does not offer.
var orders = map[Sort]func(a, b Issue) int{
	SortOldest: func(a, b Issue) int { return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), byIdentifier(a, b)) },
	SortPriority: func(a, b Issue) int {
		rank := func(p float64) float64 { return cmp.Or(p, 5) } // 0 is none: last
		return cmp.Or(cmp.Compare(rank(a.Priority), rank(b.Priority)), b.UpdatedAt.Compare(a.UpdatedAt))
	},
	SortDue: func(a, b Issue) int {
		return cmp.Or(cmp.Compare(cmp.Or(a.DueDate, "9999"), cmp.Or(b.DueDate, "9999")), byIdentifier(a, b))
	},
}

// byIdentifier orders ENG-2 before ENG-10.
func byIdentifier(a, b Issue) int {
	return cmp.Or(cmp.Compare(len(a.Identifier), len(b.Identifier)), cmp.Compare(a.Identifier, b.Identifier))
}

// sorted reads everything there is, within bounds, and cuts the page out of it.
// Its cursors are positions.
func (s *Session) sorted(ctx context.Context, q IssueQuery, order func(a, b Issue) int) (IssuePage, error) {
	from, err := position(q)
	if err != nil {
		return IssuePage{}, err
	}
	var all []Issue
	var page IssuePage
	for n := 0; n == 0 || page.HasMore && n < maxSortPage; n++ {
		if page, err = s.page(ctx, IssueQuery{Filter: q.Filter, First: maxPage, After: page.After}); err != nil {
			return IssuePage{}, err
		}
		all = append(all, page.Issues...)
	}
	slices.SortStableFunc(all, order)
	from = min(from, len(all))
	to := min(from+q.First, len(all))
	cut := IssuePage{Issues: all[from:to], HasMore: to < len(all), HasPrevious: from > 0, Truncated: page.HasMore}
	if cut.HasMore {
		cut.After = "at:" + strconv.Itoa(to)
	}
	if cut.HasPrevious {
		cut.Before = "at:" + strconv.Itoa(from)
	}
	return cut, nil
}

// position reads the cursors that sorted gives out.
func position(q IssueQuery) (int, error) {
	cursor, step := q.After, 0
	if q.Before != "" {
		cursor, step = q.Before, q.First
	}
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(strings.TrimPrefix(cursor, "at:"))
	if err != nil {
		return 0, &Error{Op: "Issues", kind: ErrInvalidInput, Message: "unknown cursor", Fields: []string{"after"}}
	}
	return max(n-step, 0), nil
}

// page is one request.
func (s *Session) page(ctx context.Context, q IssueQuery) (IssuePage, error) {
	variables := map[string]any{}
	if q.Before != "" {
		variables["last"], variables["before"] = q.First, q.Before
	} else {
		variables["first"] = q.First
		if q.After != "" {
			variables["after"] = q.After
		}
	}
	document := "Issues"
	if q.Search != "" {
		document, variables["term"] = "SearchIssues", q.Search
	}
	if q.Search == "" && len(q.Filter) > 0 {
		variables["filter"] = q.Filter
	}
	if q.Search == "" && q.Sort == SortUpdated {
		variables["orderBy"] = "updatedAt"
	}
	generation := s.state.seenGeneration()
	var answer struct {
		Issues connection[Issue] `json:"issues"`
		Search connection[Issue] `json:"searchIssues"`
	}
	if err := s.run(ctx, document, variables, &answer); err != nil {
		return IssuePage{}, err
	}
	found := answer.Issues
	if q.Search != "" {
		found = answer.Search
	}
	s.state.remember(generation, found.Nodes...)
	return pageOf(found), nil
}

func pageOf(found connection[Issue]) IssuePage {
	found.Nodes = slices.DeleteFunc(found.Nodes, func(i Issue) bool { return i.ID == "" }) // null: an error took its place
	p := IssuePage{Issues: found.Nodes, HasMore: found.PageInfo.HasNextPage, HasPrevious: found.PageInfo.HasPreviousPage}
	if p.HasMore {
		p.After = found.PageInfo.EndCursor
	}
	if p.HasPrevious {
		p.Before = found.PageInfo.StartCursor
	}
	return p
}

// either joins filters with or; one alone stays as it is.
func either(filters []any) Filter {
	if len(filters) == 1 {
		return filters[0].(Filter)
	}
	return Filter{"or": filters}
}
