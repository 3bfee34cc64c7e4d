package linear

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
)

var (
	identifierShape = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9]{0,9})-0*([1-9][0-9]{0,8})$`)
	uuidShape       = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

// ParseRef reads how people point at an issue: ENG-142, eng-142, a linear.app
// issue URL, or a UUID. The result is the identifier in capitals, or the UUID.
func ParseRef(text string) (ref string, ok bool) {
	text = strings.Trim(strings.TrimSpace(text), "<>")
	if isUUID(text) {
		return strings.ToLower(text), true
	}
	if found, ok := refOfURL(text); ok {
		text = found
	}
	parts := identifierShape.FindStringSubmatch(text)
	if parts == nil {
		return "", false
	}
	return strings.ToUpper(parts[1]) + "-" + parts[2], true
}

// refOfURL takes ENG-142 out of https://linear.app/acme/issue/ENG-142/slug.
func refOfURL(text string) (string, bool) {
	_, parts := pathOf(text)
	if len(parts) < 3 || parts[1] != "issue" {
		return "", false
	}
	return parts[2], true
}

// ParseRef is the function of that name for issues of this workspace: identifiers
// are the same in many, so an address of another one is not ok. Without a directory
// (nil) every address is taken.
func (d *Directory) ParseRef(text string) (ref string, ok bool) {
	l, isLink := ParseLink(text)
	if isLink && d != nil && !d.Organization.hasKey(l.Workspace) {
		return "", false
	}
	return ParseRef(text)
}

// Ref is Directory.ParseRef for a session. An address of another workspace, and
// what points at no issue, is ErrNotFound. Only an address may need a request: for
// the names, when none are at hand or the workspace may just have been renamed.
func (s *Session) Ref(ctx context.Context, text string) (string, error) {
	ref, ok := ParseRef(text)
	if !ok {
		return "", &Error{Op: "Issue", kind: ErrNotFound, Message: "not an issue reference"}
	}
	if _, isLink := ParseLink(text); !isLink {
		return ref, nil
	}
	err := s.withNames(ctx, func(d *Directory) error {
		if _, ok := d.ParseRef(text); !ok {
			return &NameError{Field: "workspace", Name: text}
		}
		return nil
	})
	if _, other := errors.AsType[*NameError](err); other {
		return "", &Error{Op: "Issue", kind: ErrNotFound, Message: "an issue of another workspace"}
	}
	return ref, err
}

func isUUID(text string) bool { return uuidShape.MatchString(text) }

// ParsePriority reads a priority as people write it: urgent, high, medium, low,
// none, 0 to 4, P0 to P4. The error is a *NameError.
func ParsePriority(text string) (int, error) {
	word := fold(text)
	digit := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(text)), "p")
	if len(digit) == 1 && digit[0] >= '0' && digit[0] <= '4' {
		return int(digit[0] - '0'), nil
	}
	switch word {
	case "none", "no", "no priority":
		return 0, nil
	case "urgent":
		return 1, nil
	case "high":
		return 2, nil
	case "medium", "med", "normal":
		return 3, nil
	case "low":
		return 4, nil
	}
	e := &NameError{Field: "priority", Name: text}
	for _, n := range []int{1, 2, 3, 4, 0} {
		e.Candidates = append(e.Candidates, Candidate{ID: strconv.Itoa(n), Name: PriorityName(n)})
	}
	return 0, e
}
