package linear

import (
	"net/url"
	"regexp"
	"strings"
)

var commentShape = regexp.MustCompile(`^comment-([0-9a-f]{8})$`)

// Link is the address of an issue, of a comment on one, or of a project in
// Linear's own interface. Either Issue or Project is set.
type Link struct {
	Workspace string // the URL key of the workspace, in lower case
	Issue     string // the identifier, ENG-142
	Comment   string // the eight digits that name a comment on Issue; "" for the issue itself
	Project   string // the name and id of a project as its address has them: auth-revamp-0bf3d8a2a1f5
}

// Address is the shortest address of the link's issue.
func (l Link) Address() string { return "https://linear.app/" + l.Workspace + "/issue/" + l.Issue }

// ParseLink reads the address of an issue, a comment or a project; anything else
// is not ok.
func ParseLink(address string) (l Link, ok bool) {
	u, parts := pathOf(address)
	if len(parts) < 3 {
		return Link{}, false
	}
	l.Workspace = strings.ToLower(parts[0])
	switch parts[1] {
	case "issue":
		if l.Issue, ok = ParseRef(parts[2]); !ok || isUUID(l.Issue) {
			return Link{}, false
		}
		if found := commentShape.FindStringSubmatch(u.Fragment); found != nil {
			l.Comment = found[1]
		}
		return l, true
	case "project":
		l.Project = strings.ToLower(parts[2])
		return l, true
	}
	return Link{}, false
}

// slugIDs are what the slugId of the project may be: the schema says that
// addresses are made of it, with or without the name before it.
func (l Link) slugIDs() []string {
	if at := strings.LastIndexByte(l.Project, '-'); at >= 0 {
		return []string{l.Project, l.Project[at+1:]}
	}
	return []string{l.Project}
}

// inWorkspace reports whether an address that Linear gave is of the link's
// workspace: identifiers are the same in many.
func (l Link) inWorkspace(address string) bool {
	_, parts := pathOf(address)
	return len(parts) > 0 && strings.EqualFold(parts[0], l.Workspace)
}

// pathOf splits the path of an address of Linear's interface; there are no parts
// when it is not one.
func pathOf(address string) (u *url.URL, parts []string) {
	address, _, _ = strings.Cut(strings.Trim(strings.TrimSpace(address), "<>"), "|") // Slack writes <url|label>
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() != "linear.app" {
		return nil, nil
	}
	return u, strings.Split(strings.Trim(u.Path, "/"), "/")
}
