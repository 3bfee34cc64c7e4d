package slackapp

import (
	"strings"
	"testing"

	"github.com/slack-go/slack"
)

// planted are made-up secrets of each kind, put together here so that no scanner
// takes this file for a leak. The part in secret must never be seen again.
func planted() []struct{ kind, before, secret, after string } {
	x := func(n int) string { return strings.Repeat("aB3x9Z", 10)[:n] }
	return []struct{ kind, before, secret, after string }{
		{"GitHub token", "", "gh" + "p_" + x(36), ""},
		{"GitHub token", "", "github" + "_pat_" + x(22) + "_" + x(30), ""},
		{"GitLab token", "", "glp" + "at-" + x(20), ""},
		{"Slack token", "", "xo" + "xb-1234567890-" + x(24), ""},
		{"Slack token", "", "xa" + "pp-1-A123-" + x(24), ""},
		{"Slack webhook", "https://hooks.slack.com/services/", "T0001/B0001/" + x(24), ""},
		{"AWS key", "", "AK" + "IAIOSFODNN7EXAMPLE", ""},
		{"AWS secret", "aws_secret_access_key = ", x(40), "\n"},
		{"Google key", "", "AI" + "za" + x(35), ""},
		{"Google token", "", "ya" + "29." + x(30), ""},
		{"Stripe key", "", "sk" + "_live_" + x(24), ""},
		{"npm token", "", "np" + "m_" + x(36), ""},
		{"Linear key", "", "lin" + "_api_" + x(40), ""},
		{"Anthropic key", "", "sk" + "-ant-api03-" + x(40), ""},
		{"OpenAI key", "", "sk" + "-proj-" + x(40), ""},
		{"token", "", "ey" + "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0." + x(30), ""},
		{"token", "Authorization: Bearer ", x(32), ""},
		{"password", "postgres://app:", "hunter2" + x(6), "@db.acme.test/prod"},
		{"password", "password: ", "correct" + x(9), ""},
		{"private key", "", "-----BEGIN RSA PRIVATE " + "KEY-----\n" + x(60) + "\n-----END RSA PRIVATE " + "KEY-----", ""},
	}
}

func TestSecretsAreHidden(t *testing.T) {
	t.Parallel()
	for _, p := range planted() {
		h := newHider()
		got := h.hide("see " + p.before + p.secret + p.after + " please")
		if want := "see " + p.before + "[hidden: " + p.kind + "]" + p.after + " please"; got != want {
			t.Errorf("hide(%s) = %q, want %q", p.kind, got, want)
		}
		if h.count() != 1 {
			t.Errorf("%s: counted %d, want 1", p.kind, h.count())
		}
	}
}

func TestOrdinaryTextIsNotHidden(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"the password is in the vault", "risk-based-approach-to-everything-we-do-here", "https://acme.test:8443/a@b", "ENG-142",
		"commit 9f8e7d6c5b4a39281706f5e4d3c2b1a098765432", "mail a@b.test", "ghp_short", "bearer of bad news", "https://linear.app/acme/issue/ENG-1/some-title",
	} {
		if got := newHider().hide(s); got != s {
			t.Errorf("hide(%q) = %q", s, got)
		}
	}
}

// FuzzTranscriptLeaksNoSecret plants each secret between any two texts.
func FuzzTranscriptLeaksNoSecret(f *testing.F) {
	f.Add("before ", " after", 0)
	f.Add("*bold ", "*", 3)
	f.Add("```", "```", 7)
	f.Add("<https://a.test/?t=", "|label>", 5)
	f.Add("_", "_", 2)
	f.Add("~`", "`~", 11)
	f.Fuzz(func(t *testing.T, before, after string, n int) {
		all := planted()
		p := all[max(n, -n)%len(all)]
		if needsEdge(p.kind) {
			before += " "
			after = " " + after
		}
		m := slack.Message{Msg: slack.Msg{User: "U2", Timestamp: "1795458000.000000", Text: before + escape(p.before+p.secret+p.after) + after}}
		m.Files = []slack.File{{Name: p.before + p.secret + p.after}}
		body := thread{Messages: []slack.Message{m}, Description: before + p.before + p.secret + p.after + after}.transcribe().Body
		if strings.Contains(body, p.secret) || strings.Contains(body, longest(p.secret)) {
			t.Errorf("the body shows a %s: %q", p.kind, body)
		}
		if title := titleFrom(m, slackNames{}); strings.Contains(title, p.secret) {
			t.Errorf("the title shows a %s: %q", p.kind, title)
		}
	})
}

// needsEdge are the kinds found by the words around them, which other text glued
// to them can take away.
func needsEdge(kind string) bool {
	switch kind {
	case "password", "token", "AWS secret", "Slack webhook":
		return true
	}
	return false
}

// longest is the longest run of letters and digits in a secret: what would be
// left of it if only its marks were changed.
func longest(secret string) string {
	best := ""
	for _, part := range strings.FieldsFunc(secret, func(r rune) bool { return !wordRune(r) }) {
		if len(part) > len(best) {
			best = part
		}
	}
	return best
}
