package linear

import (
	"fmt"
	"slices"
	"strings"
)

// Verdict is what the policy says about an operation that was inferred from
// words or made up by a model. A trusted caller is not bound by it.
type Verdict int

// The verdicts, from harmless on.
const (
	VerdictRead    Verdict = iota // may run at once
	VerdictConfirm                // the asker must see the exact operation and agree
	VerdictRefuse
)

// String is read, confirm or refuse.
func (v Verdict) String() string { return [...]string{"read", "confirm", "refuse"}[v] }

// The caps of an inferred operation. Linear's own limit is 10,000 points.
const (
	capDepth         = 8
	capFields        = 200
	capAliases       = 20
	capReadRoots     = 5
	capMutationRoots = 1
	capCost          = 5000
)

// deniedMutations are the words in a mutation's name that refuse it.
var deniedMutations = []string{
	"delete", "archive", "purge", "apikey", "oauth", "webhook", "integration", "user",
	"organization", "logout", "export", "import",
}

// deniedFields are fields that hold secrets, sign-in data or audit records,
// wherever they stand; deniedWords are parts of such names.
var (
	deniedFields = []string{
		"authenticationSessions", "userSessions", "calendarHash", "cycleCalenderUrl", "archivedIntegrations",
		"integration", "integrations", "integrationsSettings", "integrationTemplate", "integrationTemplates",
		"availableUsers", "emailIntakeAddress", "fetchData", "ssoUrlFromEmail", "securitySettings", "hash",
		"pushSubscriptionTest", "verifyGitHubEnterpriseServerInstallation", // reads that reach out
	}
	deniedWords = []string{
		"apikey", "accesskey", "oauth", "webhook", "secret", "password", "token", "invite", "auditentr", "saml", "scim",
		"passkey", "issueimport",
	}
	// deniedInputs would trash or delete through a harmless mutation.
	deniedInputs = []string{"trashed", "permanentlyDelete"}
)

// Guard judges an operation that nobody typed: reads within the caps run, other
// mutations than the denied ones need the asker's confirmation, the rest is
// refused with a reason in words. variables are judged too: what a document
// does not say may be said there.
func Guard(op Operation, variables map[string]any) (Verdict, string) {
	if reason := beyondCaps(op); reason != "" {
		return VerdictRefuse, reason
	}
	for _, field := range op.AllFields {
		if strings.HasPrefix(field, "__") && field != "__typename" {
			return VerdictRefuse, "introspection is not offered"
		}
		if deniedField(field) {
			return VerdictRefuse, fmt.Sprintf("%s may hold secrets", field)
		}
	}
	switch op.Type {
	case "query":
		return VerdictRead, ""
	case "mutation":
		return guardMutation(op, variables)
	}
	return VerdictRefuse, "only queries and mutations are offered"
}

func guardMutation(op Operation, variables map[string]any) (Verdict, string) {
	name := op.RootFields[0]
	for _, word := range deniedMutations {
		if strings.Contains(strings.ToLower(name), word) {
			return VerdictRefuse, fmt.Sprintf("%s is not offered here", name)
		}
	}
	for _, key := range deniedInputs {
		if slices.Contains(op.InputKeys, key) || holdsKey(variables, key) {
			return VerdictRefuse, fmt.Sprintf("%s is not offered here", key)
		}
	}
	if movesTeam(op, variables) {
		return VerdictRefuse, "moving issues to another team is not offered here"
	}
	return VerdictConfirm, ""
}

// movesTeam reports whether a mutation gives issues that exist another team.
func movesTeam(op Operation, variables map[string]any) bool {
	name := op.RootFields[0]
	return (name == "issueUpdate" || name == "issueBatchUpdate") &&
		(slices.Contains(op.InputKeys, "teamId") || holdsKey(variables, "teamId"))
}

func beyondCaps(op Operation) string {
	roots := capReadRoots
	if op.Type == "mutation" {
		roots = capMutationRoots
	}
	switch {
	case len(op.RootFields) == 0:
		return "nothing is asked for"
	case len(op.RootFields) > roots:
		return fmt.Sprintf("%d root fields, at most %d", len(op.RootFields), roots)
	case op.Depth > capDepth:
		return fmt.Sprintf("%d levels deep, at most %d", op.Depth, capDepth)
	case op.Fields > capFields:
		return fmt.Sprintf("%d fields, at most %d", op.Fields, capFields)
	case op.Aliases > capAliases:
		return fmt.Sprintf("%d aliases, at most %d", op.Aliases, capAliases)
	case op.Cost > capCost:
		return fmt.Sprintf("costs %d, at most %d: give the connections a smaller first", op.Cost, capCost)
	}
	return ""
}

func deniedField(field string) bool {
	if slices.Contains(deniedFields, field) {
		return true
	}
	lower := strings.ToLower(field)
	return slices.ContainsFunc(deniedWords, func(word string) bool { return strings.Contains(lower, word) })
}

// holdsKey looks for a key at any depth of a JSON value.
func holdsKey(v any, key string) bool {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			if k == key || holdsKey(inner, key) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(inner any) bool { return holdsKey(inner, key) })
	}
	return false
}
