package assistant

// Orders of a list.

// orderAtom: newest, oldest first, sorted by priority, recently updated.
func (p *reader) orderAtom(f *filters) bool {
	if p.eat("sorted by", "ordered by", "sort by", "order by", "sorted", "ordered", "by order of", "in order of", "ranked by", "sort them by", "sorting by") != "" {
		return p.sortKey(f)
	}
	if p.eat("highest priority first", "urgent first", "urgent ones first", "most urgent first", "most important first", "highest priority", "most important") != "" {
		return f.set("sort", "priority")
	}
	if p.eat("due soonest", "soonest due first", "soonest due", "soonest first", "earliest due first") != "" {
		return f.set("sort", "due")
	}
	before := p.save()
	if f.superl && p.at == p.hi-1 && p.eat("first") != "" {
		return true // oldest issues first
	}
	if p.eat("by") != "" {
		if p.sortKey(f) {
			return true
		}
		p.out = before
	}
	order := ""
	switch p.eat("newest", "latest", "most recent", "most recently created", "recent", "recently created", "newest first", "latest first", "most recent first",
		"oldest", "oldest first", "earliest", "most recently updated", "last updated", "recently updated", "recently changed", "recently active", "least recent", "latest updated", "most recently changed") {
	case "":
		return false
	case "oldest", "oldest first", "earliest", "least recent":
		order = "oldest"
	case "most recently updated", "last updated", "recently updated", "recently changed", "recently active", "latest updated", "most recently changed":
		order = "updated"
	default:
		order = "newest"
	}
	if p.eat("first", "on top", "at the top") != "" {
		return f.set("sort", order)
	}
	f.superl = true
	if n, ok := p.number(); ok {
		if n < 1 || n > 50 || !f.set("first", n) {
			return false
		}
	}
	return f.set("sort", order)
}

func (p *reader) sortKey(f *filters) bool {
	keys := []struct {
		key     string
		phrases []string
	}{
		{"priority", []string{"priority", "urgency", "importance", "highest priority", "prio"}},
		{"due", []string{"due date", "due", "deadline"}},
		{"updated", []string{"updated", "last updated", "update", "last update", "update date", "updated date", "most recently updated", "recently updated", "activity", "last activity"}},
		{"newest", []string{"created", "creation", "creation date", "created date", "newest", "newest first", "date", "date created", "age", "most recent"}},
		{"oldest", []string{"oldest", "oldest first"}},
	}
	for _, k := range keys {
		if p.eat(k.phrases...) != "" {
			if order := p.eat("first", "ascending", "descending", "desc", "asc"); k.key == "newest" && (order == "ascending" || order == "asc") {
				return f.set("sort", "oldest")
			}
			return f.set("sort", k.key)
		}
	}
	return false
}
