package linear

import (
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
