package assistant

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"linearbot/linear"
)

// source is a text that somebody other than the asker wrote.
type source struct {
	origin string // in words: "Bob's message, 14:02", "ENG-12's description"
	text   string
}

// sources are what is known of where values can come from.
type sources struct {
	said   string // the asker's words, flat
	shown  []string
	others []source // flat texts
	opened bool     // more than titles was read: from here on an unnamed target is suspect
	listed map[string]bool
}

func newSources(q Ask) sources {
	s := sources{said: flat(q.Text), shown: q.Memory.Issues, listed: map[string]bool{}}
	for _, turn := range q.Memory.Turns {
		s.said += flat(turn.Asked)
	}
	for _, c := range q.Context {
		if c.Own {
			s.said += flat(c.Text)
			continue
		}
		origin := c.From + "'s message"
		if c.At != "" {
			origin += ", " + c.At
		}
		s.add(true, source{origin, c.Text})
	}
	return s
}

func (s *sources) add(opened bool, texts ...source) {
	s.opened = s.opened || opened
	for _, t := range texts {
		if text := flat(t.text); text != " " {
			s.others = append(s.others, source{t.origin, text})
		}
	}
}

// list keeps which issues a read showed.
func (s *sources) list(r Read) {
	for _, i := range r.Page {
		s.listed[i.Identifier] = true
	}
	if r.Issue != nil {
		s.listed[r.Issue.Identifier] = true
	}
}

// flat is a text for comparing: words of letters and digits in lower case with
// one space around each, so that a phrase is found only as whole words.
func flat(text string) string {
	var b strings.Builder
	b.WriteByte(' ')
	gap := true
	for _, r := range strings.ToLower(stripInvisible(text)) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			b.WriteRune(r)
			gap = false
			continue
		}
		if !gap {
			b.WriteByte(' ')
		}
		gap = true
	}
	if !gap {
		b.WriteByte(' ')
	}
	return b.String()
}

func (s *sources) askerSaid(phrases ...string) bool {
	return slices.ContainsFunc(phrases, func(p string) bool { p = flat(p); return p != " " && strings.Contains(s.said, p) })
}

// origin is who else wrote one of the phrases; empty for nobody.
func (s *sources) origin(phrases ...string) string {
	for _, o := range slices.Backward(s.others) {
		for _, p := range phrases {
			if p = flat(p); p != " " && strings.Contains(o.text, p) {
				return o.origin
			}
		}
	}
	return ""
}

// somebody is where a value came from when no text holds it literally but texts
// of others were read.
const (
	somebody = "text by other people"
	written  = "the assistant's own words"
)

// ofText says where a free text came from: empty when the asker said it. Else it
// is the text of others that shares most words with it.
func (s *sources) ofText(text string) string {
	words := strings.Fields(flat(text))
	if len(words) == 0 || s.askerSaid(text) {
		return ""
	}
	best, most := written, len(words)/2
	for _, o := range s.others {
		shared := 0
		for _, w := range words {
			if strings.Contains(o.text, " "+w+" ") {
				shared++
			}
		}
		if shared > most {
			best, most = o.origin, shared
		}
	}
	return best
}

// ofName says where the choice of something that has names came from: empty
// when the asker used one of its names or words for it, or nobody else did.
func (s *sources) ofName(names, words []string) string {
	if s.askerSaid(names...) || s.askerSaid(words...) {
		return ""
	}
	if from := s.origin(names...); from != "" {
		return from
	}
	if s.opened {
		return somebody
	}
	return ""
}

// ofTarget says where the choice of an issue came from. named is false when it
// can only have come from text that others wrote, or from nowhere.
func (s *sources) ofTarget(ref string) (from string, named bool) {
	if s.askerSaid(ref) {
		return "", true
	}
	mentioned := s.origin(ref)
	switch {
	case slices.Contains(s.shown, ref):
		return mentioned, true
	case s.opened:
		return mentioned, false
	case s.listed[ref]:
		return mentioned, true
	}
	return written, true
}

// marksOf says for each argument of a changing call where its value came from,
// as far as it was not the asker.
func (t *talk) marksOf(input map[string]any) map[string]string {
	marks := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(input)) {
		var from string
		switch key {
		case "title", "description", "body":
			text, _ := input[key].(string) // validated before
			from = t.sources.ofText(text)
		case "issueId", "id":
		default:
			for _, v := range valuesOf(input[key]) {
				names, words := t.namesFor(key, v)
				if one := t.sources.ofName(names, words); one != "" {
					from = one
				}
			}
		}
		if from != "" {
			marks[key] = from
		}
	}
	return marks
}

func valuesOf(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case float64:
		return []string{strconv.FormatFloat(v, 'f', -1, 64)}
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, valuesOf(item)...)
		}
		return all
	case nil:
		return []string{"none"}
	}
	return []string{fmt.Sprint(v)}
}

// namesFor gives everything a value may be called, and the words that ask for it
// without naming it.
func (t *talk) namesFor(key, value string) (names, words []string) {
	names = []string{value}
	switch key {
	case "assignee", "assigneeId":
		if u, err := t.d.User(value); err == nil {
			first, _, _ := strings.Cut(u.Name, " ")
			names = append(names, u.Name, first, u.DisplayName, u.Email)
			if u.ID == t.d.Viewer.ID {
				words = []string{"me", "i", "my", "mine", "myself"}
			}
		}
		words = append(words, "unassign", "nobody")
	case "priority":
		if n, err := linear.ParsePriority(value); err == nil {
			names = []string{linear.PriorityName(n), strconv.Itoa(n)}
			words = []string{"p" + strconv.Itoa(n)}
		}
	case "state", "stateId":
		for _, team := range t.d.Teams {
			if s, err := t.d.State(team.ID, value); err == nil {
				names, words = append(names, s.Name), append(words, stateWords[s.Type]...)
			}
		}
	case "team", "teamId":
		if team, err := t.d.Team(value); err == nil {
			names = append(names, team.Name, team.Key)
		}
	case "labels", "labelIds", "addLabels", "removeLabels":
		if l, err := t.d.Label("", value); err == nil {
			names = append(names, l.Name, l.Name+"s")
		}
	case "project", "projectId":
		if p, err := t.d.Project("", value); err == nil {
			names = append(names, p.Name)
		}
	}
	return names, words
}

// stateWords ask for a state of a type without naming it.
var stateWords = map[string][]string{
	"completed": {"close", "closed", "finish", "finished", "complete", "completed", "done", "resolve", "resolved", "ship", "shipped"},
	"canceled":  {"cancel", "canceled", "cancelled", "drop"},
	"started":   {"start", "started", "begin", "progress", "working on", "pick up"},
	"unstarted": {"reopen", "reopened", "todo", "to do"},
	"backlog":   {"backlog", "later"},
	"triage":    {"triage"},
}

// textsOf collects what people wrote in an answer of Linear, each with whose it is.
func textsOf(data json.RawMessage) []source {
	var v any
	if json.Unmarshal(data, &v) != nil {
		return nil // it was an answer a moment ago
	}
	var all []source
	collectTexts(v, "what Linear returned", &all)
	return all
}

func collectTexts(v any, owner string, all *[]source) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			collectTexts(item, owner, all)
		}
	case map[string]any:
		if id, ok := v["identifier"].(string); ok {
			owner = id
		}
		if user, ok := v["user"].(map[string]any); ok && v["body"] != nil {
			owner = fmt.Sprint(user["name"]) + "'s comment"
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			text, ok := v[key].(string)
			if !ok {
				collectTexts(v[key], owner, all)
				continue
			}
			origin := owner
			if key == "description" || key == "title" {
				origin = owner + "'s " + key
			}
			*all = append(*all, source{origin, text})
		}
	}
}
