package slackapp

import (
	"regexp"
	"strings"
)

// secretKind is one form of secret that must not travel from a chat to a tracker.
type secretKind struct {
	name    string
	pattern *regexp.Regexp // the group named s is the secret; without one, all of it
}

// secretKinds are tried in order, the more telling form first. Prefixes that
// nothing else has are found inside words as well: _ghp_…_ is italic in Slack.
var secretKinds = []secretKind{
	{"private key", regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z)`)},
	{"GitHub token", regexp.MustCompile(`gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}`)},
	{"GitLab token", regexp.MustCompile(`gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|imt|oas|ffct)-[A-Za-z0-9_.=-]{16,}`)},
	{"Slack token", regexp.MustCompile(`x(?:ox[a-z]|app|wfp)(?:\.xox[a-z])?-[A-Za-z0-9-]{10,}`)},
	{"Slack webhook", regexp.MustCompile(`hooks\.slack\.com/(?:services|workflows|triggers)/(?P<s>[A-Za-z0-9/_-]{10,})`)},
	{"AWS key", regexp.MustCompile(`(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}`)},
	{"AWS secret", regexp.MustCompile(`(?i)aws.{0,20}?(?:secret|key).{0,20}?[\s:='"]+(?P<s>[A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+]|\z)`)},
	{"Google key", regexp.MustCompile(`AIza[A-Za-z0-9_-]{35}`)},
	{"Google token", regexp.MustCompile(`ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,}`)},
	{"Stripe key", regexp.MustCompile(`(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9]{16,}`)},
	{"npm token", regexp.MustCompile(`npm_[A-Za-z0-9]{30,}`)},
	{"Linear key", regexp.MustCompile(`lin_(?:api|oauth|wh)_[A-Za-z0-9_]{16,}`)},
	{"Anthropic key", regexp.MustCompile(`sk-ant-[A-Za-z0-9_-]{16,}`)},
	{"OpenAI key", regexp.MustCompile(`sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{16,}|sk-[A-Za-z0-9]{32,}`)},
	{"token", regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?`)},
	{"token", regexp.MustCompile(`(?i)\b(?:bearer|authorization:\s*(?:basic|token))\s+(?P<s>[A-Za-z0-9._~+/=-]{16,})`)},
	{"password", regexp.MustCompile(`(?i)\bhttps?://[^\s/:@<>|]{0,80}:(?P<s>[^\s/@<>|\[][^\s/@<>|]{0,200})@`)},
	{"password", regexp.MustCompile(`(?i)\b[a-gi-z][a-z0-9+.-]{1,20}://[^\s/:@<>|]{0,80}:(?P<s>[^\s/@<>|\[][^\s@<>|]{0,200})@`)},
	{"password", regexp.MustCompile(`(?i)(?:password|passwd|pwd|passphrase|client_secret|secret_key|api_?key|access_?token)["'` + "`" + `*]?\s{0,3}[:=]\s{0,3}["'` + "`" + `*]?(?P<s>[^\s"'` + "`" + `<>|\[\]*]{6,200})`)},
}

// hider replaces secrets and counts how many different ones it met.
type hider struct{ seen map[string]bool }

func newHider() *hider { return &hider{seen: map[string]bool{}} }

// hide replaces each secret in text by "[hidden: GitHub token]" and the like.
func (h *hider) hide(text string) string {
	for _, k := range secretKinds {
		group := max(k.pattern.SubexpIndex("s"), 0)
		var b strings.Builder
		last := 0
		for _, m := range k.pattern.FindAllStringSubmatchIndex(text, -1) {
			from, to := m[2*group], m[2*group+1]
			h.seen[text[from:to]] = true
			b.WriteString(text[last:from])
			b.WriteString("[hidden: " + k.name + "]")
			last = to
		}
		b.WriteString(text[last:])
		text = b.String()
	}
	return text
}

// count is how many different secrets were hidden.
func (h *hider) count() int { return len(h.seen) }
