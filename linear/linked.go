package linear

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// MaxLinks is how many links Linked reads with one request.
const MaxLinks = 3

// Linked is what a link leads to, for the person who asks. All are nil when it
// leads nowhere they can see.
type Linked struct {
	Issue   *Issue         // also of a comment that is gone
	Comment *Comment       // with its Issue and User
	Project *LinkedProject // and nothing else
}

// LinkedProject is a project as a link to it shows it.
type LinkedProject struct {
	Ref
	SlugID     string  `json:"slugId"`
	URL        string  `json:"url"`
	Progress   float64 `json:"progress"`   // 0 to 1
	TargetDate string  `json:"targetDate"` // YYYY-MM-DD, empty when there is none
	Lead       *User   `json:"lead"`
	Status     struct {
		Name string `json:"name"`
		Type string `json:"type"`
	} `json:"status"`
	Teams connection[TeamRef] `json:"teams"`
}

// Private reports whether any team of the project is private, or may be: more
// teams than were read count, and so does none.
func (p LinkedProject) Private() bool {
	return len(p.Teams.Nodes) == 0 || p.Teams.PageInfo.HasNextPage || slices.ContainsFunc(p.Teams.Nodes, TeamRef.Private)
}

// Linked reads what up to MaxLinks links lead to, in their order, with one
// request; with a second one when a comment among them is gone, as Linear then
// refuses the whole first answer.
func (s *Session) Linked(ctx context.Context, links []Link) ([]Linked, error) {
	if len(links) > MaxLinks {
		return nil, fmt.Errorf("linear: %d links at once, at most %d: %w", len(links), MaxLinks, ErrInvalidInput)
	}
	found, err := s.linked(ctx, links)
	comments := slices.ContainsFunc(links, func(l Link) bool { return l.Comment != "" })
	if !comments || !errors.Is(err, ErrNotFound) {
		return found, err
	}
	issues := slices.Clone(links)
	for i := range issues {
		issues[i].Comment = ""
	}
	return s.linked(ctx, issues)
}

func (s *Session) linked(ctx context.Context, links []Link) ([]Linked, error) {
	if len(links) == 0 {
		return nil, nil
	}
	generation := s.state.seenGeneration()
	var answer struct {
		Issues   connection[Issue]         `json:"issues"`
		Projects connection[LinkedProject] `json:"projects"`
		Comment1 *Comment                  `json:"comment1"`
		Comment2 *Comment                  `json:"comment2"`
		Comment3 *Comment                  `json:"comment3"`
	}
	if err := s.run(ctx, "Links", linkVariables(links), &answer); err != nil {
		return nil, err
	}
	s.state.remember(generation, answer.Issues.Nodes...)
	comments := []*Comment{answer.Comment1, answer.Comment2, answer.Comment3}
	found := make([]Linked, len(links))
	for n, l := range links {
		found[n] = l.pick(answer.Issues.Nodes, answer.Projects.Nodes, comments[n])
	}
	return found, nil
}

// pick finds what one link leads to in an answer for all of them.
func (l Link) pick(issues []Issue, projects []LinkedProject, comment *Comment) (found Linked) {
	if l.Comment != "" {
		if comment != nil && comment.Issue != nil && l.inWorkspace(comment.Issue.URL) {
			found.Comment, found.Issue = comment, comment.Issue
		}
		return found
	}
	for _, i := range issues {
		if l.Issue != "" && i.Identifier == l.Issue && l.inWorkspace(i.URL) {
			found.Issue = &i
		}
	}
	for _, p := range projects {
		if l.Project != "" && slices.Contains(l.slugIDs(), strings.ToLower(p.SlugID)) && l.inWorkspace(p.URL) {
			found.Project = &p
		}
	}
	return found
}

// linkVariables asks for exactly what the links name.
func linkVariables(links []Link) map[string]any {
	numbers := map[string][]int{}
	var slugs []string
	v := map[string]any{"has1": false, "has2": false, "has3": false}
	for n, l := range links {
		switch {
		case l.Comment != "":
			v["has"+strconv.Itoa(n+1)], v["hash"+strconv.Itoa(n+1)] = true, l.Comment
		case l.Project != "":
			slugs = append(slugs, l.slugIDs()...)
		default:
			key, number, _ := strings.Cut(l.Issue, "-")
			id, _ := strconv.Atoi(number) // ParseRef let only digits through
			numbers[key] = append(numbers[key], id)
		}
	}
	or := []any{}
	for _, key := range slices.Sorted(maps.Keys(numbers)) {
		or = append(or, Filter{"team": Filter{"key": Filter{"eq": key}}, "number": Filter{"in": numbers[key]}})
	}
	v["issues"], v["hasIssues"] = Filter{"or": or}, len(or) > 0
	v["projects"], v["hasProjects"] = Filter{"slugId": Filter{"in": slices.Concat([]string{}, slugs)}}, len(slugs) > 0
	return v
}
