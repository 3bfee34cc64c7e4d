package linear

import (
	"container/list"
	"time"
)

const (
	maxSeen  = 500
	seenLife = 5 * time.Minute
)

// seenIssues keeps the issues of recent answers, least recently seen out first.
type seenIssues struct {
	order list.List                // of *sighting, newest in front
	byRef map[string]*list.Element // by UUID and by identifier
}

type sighting struct {
	issue Issue
	at    time.Time
}

// Seen is the last copy of an issue that passed through any answer for this
// account, at most five minutes old, and when it passed. ref is a UUID, an
// identifier or a URL. No request is made. A Brief copy has no description.
func (s *Session) Seen(ref string) (Issue, time.Time, bool) {
	d, _ := s.CachedDirectory()
	if parsed, ok := d.ParseRef(ref); ok {
		ref = parsed
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	e, ok := s.state.seen.byRef[ref]
	if !ok {
		return Issue{}, time.Time{}, false
	}
	found := e.Value.(*sighting)
	if time.Since(found.at) > seenLife {
		return Issue{}, time.Time{}, false
	}
	return found.issue, found.at, true
}

// remember keeps issues of an answer that was asked for at the given generation.
func (a *account) remember(generation int, issues ...Issue) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if generation != a.generation {
		return
	}
	for _, issue := range issues {
		a.seen.put(issue, time.Now())
	}
}

func (a *account) forgetSeen() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seen = seenIssues{}
	a.generation++
}

func (a *account) dropSeen(ref string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.generation++
	if e, ok := a.seen.byRef[ref]; ok {
		a.seen.drop(e)
	}
}

func (a *account) seenGeneration() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.generation
}

func (l *seenIssues) put(issue Issue, now time.Time) {
	if issue.ID == "" {
		return
	}
	if l.byRef == nil {
		l.byRef = map[string]*list.Element{}
	}
	if e, ok := l.byRef[issue.ID]; ok {
		held := e.Value.(*sighting)
		if held.issue.UpdatedAt.After(issue.UpdatedAt) {
			return // an answer that was overtaken
		}
		if issue.Brief && !held.issue.Brief && held.issue.UpdatedAt.Equal(issue.UpdatedAt) {
			issue = held.issue
		}
		l.drop(e)
	}
	e := l.order.PushFront(&sighting{issue, now})
	l.byRef[issue.ID] = e
	l.byRef[issue.Identifier] = e
	if l.order.Len() > maxSeen {
		l.drop(l.order.Back())
	}
}

func (l *seenIssues) drop(e *list.Element) {
	issue := l.order.Remove(e).(*sighting).issue
	delete(l.byRef, issue.ID)
	if l.byRef[issue.Identifier] == e {
		delete(l.byRef, issue.Identifier)
	}
}
