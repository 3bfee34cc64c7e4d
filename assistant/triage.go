package assistant

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"linearbot/linear"
)

// triageWords ask for help with an issue that has just come in.
var triageWords = regexp.MustCompile(`(?i)^\s*(?:(?:please|can you|could you|would you|help me|help|let's|let’s|to)\s+)*triage\s+(?:(?:the\s+)?(?:issue|ticket|bug)\s+)?(\S+|(?:this|that|the)\s+(?:one|issue|ticket|bug|thread))(?:\s+for me)?(?:,?\s+please)?\s*[.!?]*\s*$`)

// triageThis stands for the issue that the conversation is about.
var triageThis = regexp.MustCompile(`(?i)^(?:this|that|it|(?:this|that|the)\s+\w+)$`)

// ParseTriage reads "triage ENG-142" and "triage this". For the latter ref is empty
// unless the thread has shown exactly one issue.
func ParseTriage(text string, thread Thread) (ref string, ok bool) {
	said := triageWords.FindStringSubmatch(text)
	if said == nil {
		return "", false
	}
	what := strings.Trim(said[1], "<>.!?,")
	if ref, isRef := issueRef(what); isRef {
		return ref, true
	}
	if !triageThis.MatchString(what) {
		return "", false
	}
	if len(thread.Issues) == 1 {
		return thread.Issues[0], true
	}
	return "", true
}

// What a Suggestion is about.
const (
	SuggestPriority  = "priority"
	SuggestAssignee  = "assignee"
	SuggestLabel     = "label"
	SuggestDuplicate = "duplicate"
)

// Suggestion is one change that similar issues speak for. It is frozen like every
// proposal, and applied by its own ID.
type Suggestion struct {
	Kind   string   // SuggestPriority, …
	Agree  []string // identifiers of the similar issues that have the value
	Same   linear.Issue
	Shared []string // words that both titles have; with Same, for SuggestDuplicate
	Proposal
}

// TeamHint tells that similar issues are in another team. It is only said: issues
// are not moved to another team here.
type TeamHint struct {
	Team  linear.TeamRef
	Agree []string // identifiers of the similar issues that are there
}

// Triage is what similar issues say about one that has just come in.
type Triage struct {
	Issue       linear.Issue
	Alike       int // how many similar issues there are
	Suggestions []Suggestion
	Team        *TeamHint // nil: they say nothing about the team
}

// Triage suggests what at least half of the similar issues agree on where the
// issue says nothing, and the likest open one as what it repeats. Nothing is
// changed. It takes two requests. Errors are linear's own.
func (e *Engine) Triage(ctx context.Context, a Asker, s *linear.Session, ref string) (Triage, error) {
	issue, err := s.Issue(ctx, ref)
	if err != nil {
		return Triage{}, err
	}
	alike, err := readAlike(ctx, s, issue)
	if err != nil {
		return Triage{}, err
	}
	t := Triage{Issue: issue, Alike: len(alike), Team: elsewhere(issue, alike)}
	for _, idea := range ideas(issue, alike) {
		prepared, err := e.prepare(ctx, s, Plan{Steps: []Step{idea.step}}, lastSeen, nil) // it was read just now
		if err != nil {
			return Triage{}, err
		}
		if idea.Proposal, err = e.freeze(ctx, a, prepared); err != nil {
			return Triage{}, err
		}
		if idea.ID != "" {
			t.Suggestions = append(t.Suggestions, idea.Suggestion)
		}
	}
	return t, nil
}

// likeIt is an issue that looks like the one to triage.
type likeIt struct {
	issue  linear.Issue
	shared []string
}

// readAlike reads issues that share telling words of the title, the likest first:
// also finished ones, for what was done with those tells as much.
func readAlike(ctx context.Context, s *linear.Session, issue linear.Issue) ([]likeIt, error) {
	words := TellingWords(issue.Title)
	if len(words) == 0 {
		return nil, nil
	}
	page, err := s.Issues(ctx, linear.IssueQuery{Filter: TitledLike(words), First: 50})
	if err != nil {
		return nil, err
	}
	var all []likeIt
	for _, i := range page.Issues {
		shared := SharedWords(words, TellingWords(i.Title))
		if i.ID != issue.ID && len(shared) >= min(2, len(words)) {
			all = append(all, likeIt{i, shared})
		}
	}
	slices.SortStableFunc(all, func(x, y likeIt) int { return cmp.Compare(len(y.shared), len(x.shared)) })
	return all[:min(len(all), 10)], nil
}

// idea is a suggestion that is not frozen yet.
type idea struct {
	Suggestion
	step Step
}

func ideas(issue linear.Issue, alike []likeIt) []idea {
	var all []idea
	set := func(kind, field string, valuesOf func(linear.Issue) []string) {
		value, agree := agreed(alike, valuesOf)
		if value == "" {
			return
		}
		input := map[string]any{"issueId": issue.ID, field: value}
		if kind == SuggestLabel {
			input[field] = []any{value}
		}
		all = append(all, idea{Suggestion{Kind: kind, Agree: agree}, Step{Tool: toolUpdate, Input: input}})
	}
	if issue.Priority == 0 {
		set(SuggestPriority, "priority", func(i linear.Issue) []string {
			if i.Priority == 0 {
				return nil
			}
			return []string{strconv.Itoa(int(i.Priority))}
		})
	}
	if issue.Assignee == nil {
		set(SuggestAssignee, "assigneeId", func(i linear.Issue) []string {
			if i.Assignee == nil || i.Team.ID != issue.Team.ID {
				return nil
			}
			return []string{i.Assignee.ID}
		})
	}
	set(SuggestLabel, "addLabels", func(i linear.Issue) (ids []string) {
		for _, l := range i.Labels.Nodes {
			has := slices.ContainsFunc(issue.Labels.Nodes, func(own linear.Label) bool { return own.ID == l.ID })
			if i.Team.ID == issue.Team.ID && !has {
				ids = append(ids, l.ID)
			}
		}
		return ids
	})
	return append(all, sameAs(issue, alike)...)
}

// elsewhere is the other team that at least half of the similar issues are in, two
// of them or more.
func elsewhere(issue linear.Issue, alike []likeIt) *TeamHint {
	id, agree := agreed(alike, func(i linear.Issue) []string {
		if i.Team.ID == issue.Team.ID {
			return nil
		}
		return []string{i.Team.ID}
	})
	own := 0
	for _, l := range alike {
		if l.issue.Team.ID == issue.Team.ID {
			own++
		}
	}
	if len(agree) < 2 || own >= len(agree) {
		return nil
	}
	there := slices.IndexFunc(alike, func(l likeIt) bool { return l.issue.Team.ID == id })
	return &TeamHint{Team: alike[there].issue.Team, Agree: agree}
}

// agreed is the value that most similar issues have, when at least half of them
// do, and which ones.
func agreed(alike []likeIt, valuesOf func(linear.Issue) []string) (value string, agree []string) {
	by := map[string][]string{}
	for _, l := range alike {
		for _, v := range valuesOf(l.issue) {
			by[v] = append(by[v], l.issue.Identifier)
		}
	}
	for _, v := range slices.Sorted(maps.Keys(by)) {
		if len(by[v]) > len(agree) {
			value, agree = v, by[v]
		}
	}
	if 2*len(agree) < len(alike) {
		return "", nil
	}
	return value, agree
}

// sameAs suggests the likest open issue as the one that this one repeats.
func sameAs(issue linear.Issue, alike []likeIt) []idea {
	const document = "mutation Duplicate($input: IssueRelationCreateInput!) { issueRelationCreate(input: $input) { success } }"
	words := len(TellingWords(issue.Title))
	for _, l := range alike {
		if !l.issue.State.Open() || 2*len(l.shared) < words {
			continue
		}
		input := map[string]any{"type": "duplicate", "issueId": issue.ID, "relatedIssueId": l.issue.ID}
		return []idea{{
			Suggestion{Kind: SuggestDuplicate, Same: l.issue, Shared: l.shared},
			Step{Tool: toolQuery, Input: map[string]any{"query": document, "variables": map[string]any{"input": input}}},
		}}
	}
	return nil
}
