package lineartest

import (
	"slices"
	"strings"
)

// knownScopes says each scope in words, as the consent page shows it.
var knownScopes = map[string]string{
	"read":               "Read access to your workspace: issues, projects, teams and members",
	"write":              "Create and change issues, comments and projects in your workspace",
	"issues:create":      "Create issues and their attachments",
	"comments:create":    "Create comments on issues",
	"timeSchedule:write": "Create and change time schedules",
	"admin":              "Full access to admin level endpoints",
	"app:assignable":     "Be assigned to issues and added to projects",
	"app:mentionable":    "Be mentioned in issues, documents and comments",
	"customer:read":      "Read customers",
	"customer:write":     "Create and change customers",
	"initiative:read":    "Read initiatives",
	"initiative:write":   "Create and change initiatives",
}

// parseScopes reads a scope list (Linear documents commas; spaces pass as
// well). read is always granted. ok is false for an unknown or missing scope.
func parseScopes(list string) (scopes []string, ok bool) {
	scopes = []string{"read"}
	words := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	for _, w := range words {
		if knownScopes[w] == "" {
			return nil, false
		}
		if !slices.Contains(scopes, w) {
			scopes = append(scopes, w)
		}
	}
	return scopes, len(words) > 0
}

// needed lists the scopes of which one lets a token call a mutation.
func needed(mutation string) []string {
	switch mutation {
	case "issueCreate", "attachmentCreate", "attachmentLinkURL", "attachmentLinkSlack", "fileUpload":
		return []string{"write", "issues:create"}
	case "commentCreate":
		return []string{"write", "comments:create"}
	case "logout", "__typename":
		return nil
	}
	return []string{"write"}
}

// lacks names the first mutation the grant's scopes do not cover.
func (g *grant) lacks(mutations []string) *apiError {
	for _, m := range mutations {
		want := needed(m)
		if want != nil && !slices.ContainsFunc(want, func(w string) bool { return slices.Contains(g.scopes, w) }) {
			return noScope(m, want)
		}
	}
	return nil
}
