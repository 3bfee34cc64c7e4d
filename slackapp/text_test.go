package slackapp

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func FuzzEscape(f *testing.F) {
	for _, s := range oddTexts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for what, got := range map[string]string{"escape": escape(s), "inline": inline(s, 80), "toMrkdwn": stripTokens(toMrkdwn(s))} {
			rest := strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(got)
			if strings.ContainsAny(rest, "<>&") {
				t.Errorf("%s(%q) = %q holds raw & < >", what, s, got)
			}
		}
		if got := unescape(escape(s)); got != s {
			t.Errorf("unescape(escape(%q)) = %q", s, got)
		}
	})
}

// stripTokens removes the links toMrkdwn makes; nothing else may be a token.
func stripTokens(s string) string {
	return tokens.ReplaceAllStringFunc(s, func(token string) string {
		if strings.HasPrefix(token, "<http") || strings.HasPrefix(strings.ToLower(token), "<http") || strings.HasPrefix(strings.ToLower(token), "<mailto:") {
			return ""
		}
		return token
	})
}

func FuzzCut(f *testing.F) {
	for _, s := range oddTexts() {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = 8 + max(limit, -limit)%5000
		for what, got := range map[string]string{"cut": cut(s, limit), "cutMrkdwn": cutMrkdwn(s, limit)} {
			if length(got) > limit {
				t.Errorf("%s(%q, %d) has %d characters", what, s, limit, length(got))
			}
			if utf8.ValidString(s) && !utf8.ValidString(got) {
				t.Errorf("%s(%q, %d) = %q splits a character", what, s, limit, got)
			}
			if length(s) <= limit && got != s {
				t.Errorf("%s(%q, %d) = %q, want it unchanged", what, s, limit, got)
			}
		}
		composed := cutMrkdwn(toMrkdwn(s), limit)
		if p := brokenMrkdwn(composed); len(p) > 0 {
			t.Errorf("cutMrkdwn(toMrkdwn(%q), %d): %v", s, limit, p)
		}
	})
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range oddTexts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := toMarkdown(s, slackNames{}); strings.Contains(got, "\x00") {
			t.Errorf("toMarkdown(%q) = %q holds a placeholder", s, got)
		}
		fallback(s)
	})
}

func oddTexts() []string {
	return []string{
		"", " ", "plain", "a & b <c> d", "<!channel> hi <@U123>", "<https://evil.test|https://linear.app>", "*b* _i_ ~s~ `c`",
		"```\ncode <x>\n```", "# Head\n- [x] a\n- [ ] b\n1. c\n> q", "[l](https://a.test/x_(y))", "![alt](https://a.test/i.png)",
		"🎉👩‍🚀 emoji", "תקלה בכניסה", "\xff\xfe", strings.Repeat("word ", 2000), strings.Repeat("&", 3000), strings.Repeat("🎉", 2000),
		"**bold *and* more** __x__ ~~gone~~ \\* <https://a.test>", "&amp;lt;", "```open", ":tada: :unknown_thing:", "\x00*a*\x00",
	}
}

func TestToMrkdwn(t *testing.T) {
	t.Parallel()
	for markdown, want := range map[string]string{
		"## Steps **now**":                     "*Steps now*",
		"- one\n* two\n  + three":              "• one\n• two\n  • three",
		"- [ ] a\n- [x] b":                     "☐ a\n☑ b",
		"**bold** and *it* and ~~no~~":         "*bold* and _it_ and ~no~",
		"[log](https://a.test/?a=1&b=2)":       "<https://a.test/?a=1&amp;b=2|log>",
		"![shot](https://a.test/i.png)":        "<https://a.test/i.png|Image: shot>",
		"[x](javascript:alert(1))":             "x",
		"`a < b`":                              "`a &lt; b`",
		"```go\nif a < b {\n```":               "```\nif a &lt; b {\n```",
		"_it_ in snake_case_name":              "_it_ in snake_case_name",
		"> said":                               "&gt; said",
		"<!channel> and <@U1>":                 "&lt;!channel&gt; and &lt;@U1&gt;",
		"[https://linear.app](https://x.test)": "<https://x.test|https://linear.app>",
		"a\n\n\n\nb":                           "a\n\nb",
		"see https://a.test/x.":                "see <https://a.test/x|https://a.test/x>.",
	} {
		if got := toMrkdwn(markdown); got != want {
			t.Errorf("toMrkdwn(%q) = %q, want %q", markdown, got, want)
		}
	}
}

func TestToMarkdown(t *testing.T) {
	t.Parallel()
	names := slackNames{
		person:  func(id string) string { return map[string]string{"U1": "https://linear.app/acme/profiles/alice"}[id] },
		channel: func(id string) string { return map[string]string{"C1": "payments"}[id] },
	}
	for slackText, want := range map[string]string{
		"*bold* and ~gone~ and _it_":              "**bold** and ~~gone~~ and _it_",
		"2*3*4":                                   "2*3*4",
		"<@U1> and <@U2|bob> and <@U3>":           "https://linear.app/acme/profiles/alice and bob and someone",
		"<#C1> <#C2|ops>":                         "#payments #ops",
		"<!here> <!subteam^S1|@team>":             "@here @team",
		"<https://a.test/?a=1&amp;b=2|the *log*>": "[the *log*](https://a.test/?a=1&b=2)",
		"<https://a.test>":                        "https://a.test",
		"<mailto:a@b.test|a@b.test>":              "a@b.test",
		"a &lt; b &amp;&amp; c":                   "a < b && c",
		"• one\n◦ two":                            "- one\n- two",
		"&gt; quoted":                             "> quoted",
		"# not a heading":                         `\# not a heading`,
		"```x &lt; y```":                          "```\nx < y\n```",
		"`a*b*c`":                                 "`a*b*c`",
		":tada: :party_parrot:":                   "🎉 :party_parrot:",
	} {
		if got := toMarkdown(slackText, names); got != want {
			t.Errorf("toMarkdown(%q) = %q, want %q", slackText, got, want)
		}
	}
}

func TestCutEndsAtAWord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s     string
		limit int
		want  string
	}{
		{"short", 10, "short"},
		{"one two three", 12, "one two…"},
		{"onetwothreefour", 8, "onetwot…"},
		{"👩‍🚀👩‍🚀", 3, "👩…"},
	} {
		if got := cut(c.s, c.limit); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.s, c.limit, got, c.want)
		}
	}
	if got, want := cutMrkdwn("see <https://a.test/very/long|the log> now please", 30), "see…"; got != want {
		t.Errorf("cutMrkdwn = %q, want %q", got, want)
	}
}

func TestFallbackReadsAsASentence(t *testing.T) {
	t.Parallel()
	s := "Moved *Triage → In Review* in <https://a.test|ENG-1> by <@U1> _now_, snake_case, " + inline("a *b*", 10)
	if got, want := fallback(s), "Moved Triage → In Review in ENG-1 by <@U1> now, snake_case, a *b*"; got != want {
		t.Errorf("fallback(%q) = %q, want %q", s, got, want)
	}
}

func TestMomentShowsEachReaderTheirOwnTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC)
	if got, want := moment(at), "<!date^1795442700^{date_short_pretty} at {time}|23 Nov 2026 14:05 UTC>"; got != want {
		t.Errorf("moment = %q, want %q", got, want)
	}
	if got, want := moment(time.Time{}), "an unknown time"; got != want {
		t.Errorf("moment of nothing = %q, want %q", got, want)
	}
}

func TestPlural(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "no issues", 1: "1 issue", 2: "2 issues"} {
		if got := plural(n, "issue", "issues"); got != want {
			t.Errorf("plural(%d) = %q, want %q", n, got, want)
		}
	}
}
