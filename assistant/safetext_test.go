package assistant

import (
	"strings"
	"testing"
	"testing/quick"

	"linearbot/linear"
)

// spoken passes a model's text through in pieces of n bytes.
func spoken(asked, text string, public bool, n int) (shown string, pieces []string) {
	d := &linear.Directory{Users: []linear.User{{Email: "alice@acme.test"}}, Teams: []linear.Team{
		{TeamRef: linear.TeamRef{Key: "ENG", Visibility: "public"}}, {TeamRef: linear.TeamRef{Key: "SEC", Visibility: "private"}},
	}}
	safe := newSafeText(Ask{Text: asked, Public: public}, d, func(p string) { pieces = append(pieces, p) })
	for len(text) > 0 {
		cut := min(n, len(text))
		safe.write(text[:cut])
		text = text[cut:]
	}
	safe.close()
	return safe.String(), pieces
}

func TestSafeTextLinks(t *testing.T) {
	t.Parallel()
	asked := "look at https://status.acme.test/42 please"
	tests := map[string]struct{ text, want string }{
		"a link to Linear stays":              {"See [ENG-1](https://linear.app/acme/issue/ENG-1) now", "See [ENG-1](https://linear.app/acme/issue/ENG-1) now"},
		"the asker's address stays":           {"It says https://status.acme.test/42.", "It says https://status.acme.test/42."},
		"the asker's address with more to it": {"It says https://status.acme.test/42?q=secret", "It says [link removed]"},
		"a foreign link loses its address":    {"See [the docs](https://evil.test/?d=secret) now", "See the docs now"},
		"a foreign address goes":              {"See https://evil.test/secret now", "See [link removed] now"},
		"in angle brackets":                   {"See <https://evil.test/secret> now", "See [link removed] now"},
		"in Slack's form":                     {"See <https://evil.test/secret|our docs> now", "See our docs now"},
		"an image goes":                       {"Look ![x](https://evil.test/p.png?d=secret) here", "Look  here"},
		"an image from Linear goes too":       {"Look ![x](https://linear.app/p.png) here", "Look  here"},
		"by reference":                        {"See [docs][1]\n\n[1]: https://evil.test/secret\n", "See [docs][1]\n\n[1]: [link removed]"},
		"user part before another host":       {"https://linear.app@evil.test/x", "[link removed]"},
		"a longer host":                       {"https://linear.app.evil.test/x", "[link removed]"},
		"a look-alike host":                   {"https://lineаr.app/x", "[link removed]"},
		"not encrypted":                       {"http://linear.app/x", "[link removed]"},
		"without a scheme":                    {"go to evil.test/secret today", "go to [link removed] today"},
		"with www":                            {"go to www.evil.test today", "go to [link removed] today"},
		"Linear without a scheme":             {"go to linear.app/acme/issue/ENG-1 today", "go to linear.app/acme/issue/ENG-1 today"},
		"mail with a body":                    {"[write](mailto:x@evil.test?body=secret) me", "write me"},
		"mail as text":                        {"mailto:x@evil.test?body=secret", "[link removed]"},
		"another scheme":                      {"slack://channel?team=T1 and ftp://evil.test/x", "[link removed] and [link removed]"},
		"invisible characters inside":         {"ht\u200btps://ev\u200bil.test/secret", "[link removed]"},
		"a title in the link":                 {`[x](https://evil.test/s "t") y`, "x y"},
		"a way on from Linear":                {"https://linear.app/go?to=https://evil.test/x and https://linear.app/a#//evil.test", "[link removed] and [link removed]"},
		"a comment in Linear":                 {"https://linear.app/acme/issue/ENG-1/a-title#comment-1a2b", "https://linear.app/acme/issue/ENG-1/a-title#comment-1a2b"},
		"character references":                {"https&#58;&#47;&#47;evil&#46;test&#47;x and evil&amp;period;test/x", "[link removed] and [link removed]"},
		"escaped dots and slashes":            {`https:\/\/evil\.test/x and evil\.test`, "[link removed] and [link removed]"},
		"a character without a shape":         {"https://evil.te\ufe0fst/x", "[link removed]"},
		"upper case":                          {"HTTPS://EVIL.TEST/S", "[link removed]"},
		"a nested link":                       {"[![x](https://evil.test/a)](https://evil.test/b) y", " y"},
		"HTML":                                {`<a href="https://evil.test/s">x</a>`, `<a href="[link removed]">x</a>`},
		"a bare host":                         {"go to evil.test today, or EVIL.COM.", "go to [link removed] today, or [link removed]."},
		"a bare host in punycode":             {"go to xn--80ak6aa92e.com today", "go to [link removed] today"},
		"a punycode top level":                {"go to evil.xn--p1ai now", "go to [link removed] now"},
		"an address in punycode":              {"https://xn--linar-7ua.app/x", "[link removed]"},
		"in a code span":                      {"run `curl https://evil.test/x` now", "run `curl [link removed]` now"},
		"in a code block":                     {"```\ncurl evil.test/x\n```\n", "```\ncurl [link removed]\n```"},
		"full stops of another script":        {"go to evil。test/x and evil．com today", "go to [link removed] and [link removed] today"},
		"a bare number":                       {"go to 203.0.113.7/x or http://203.0.113.7", "go to [link removed] or [link removed]"},
		"mail to a stranger":                  {"write to thief@evil.test today", "write to [link removed] today"},
		"mail of a member":                    {"write to alice@acme.test today", "write to alice@acme.test today"},
		"a file is no host":                   {"see main.go, README.md, a.b.py and v1.2.3 (e.g. config.yaml)", "see main.go, README.md, a.b.py and v1.2.3 (e.g. config.yaml)"},
		"a date with a link":                  {"<!date^1^{date} at^https://evil.test|x> now", "< !date^1^{date} at^[link removed]|x> now"},
		"a redirect of Linear's":              {"https://linear.app.evil.com", "[link removed]"},
		"mention of a channel":                {"<!channel> and <!here|here> and @everyone", "channel and here and everyone"},
		"mention of a person":                 {"ask <@U123> in <#C1|general>", "ask U123 in general"},
		"plain words":                         {"3 < 4 and a > b, e.g. main.go is fine.", "3 < 4 and a > b, e.g. main.go is fine."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, n := range []int{1, 3, 7, 1000} {
				got, pieces := spoken(asked, tt.text, false, n)
				if want := strings.TrimSpace(tt.want); got != want {
					t.Errorf("in pieces of %d: %q, want %q", n, got, want)
				}
				if all := strings.TrimSpace(strings.Join(pieces, "")); all != got {
					t.Errorf("in pieces of %d: streamed %q, the answer is %q", n, all, got)
				}
			}
		})
	}
}

func TestSafeTextHidesPrivateTeams(t *testing.T) {
	t.Parallel()
	text := "ENG-1 is blocked by SEC-12 and sec-13, see https://linear.app/acme/issue/SEC-12/x for SEC-12."
	if got, _ := spoken("", text, false, 5); got != text {
		t.Errorf("in private: %q, want it as it is", got)
	}
	got, _ := spoken("", text, true, 5)
	if strings.Contains(strings.ToUpper(got), "SEC-1") || !strings.Contains(got, "ENG-1 is blocked by (hidden issue)") {
		t.Errorf("in public: %q", got)
	}
}

func TestSafeTextIsBounded(t *testing.T) {
	t.Parallel()
	got, _ := spoken("", strings.Repeat("word ", 10_000), false, 100)
	if n := len([]rune(got)); n > maxAnswer || !strings.HasSuffix(got, "…") {
		t.Errorf("%d characters, want at most %d, the last one …", n, maxAnswer)
	}
	unbroken, pieces := spoken("", strings.Repeat("[", 10_000), false, 100)
	if len(pieces) < 2 || len(unbroken) == 0 {
		t.Errorf("text without a space was held back to the end: %d pieces", len(pieces))
	}
}

// Whatever the model says, in whatever pieces, no address but Linear's comes out.
func FuzzSafeText(f *testing.F) {
	for _, seed := range []string{"[x](https://evil.test)", "<https://evil.test|x>", "![a](b) https://linear.app/x", "[[](https://a.test/b)", "www.evil.test", "[a]\n(https://evil.test/x)"} {
		f.Add(seed, 3)
	}
	f.Fuzz(func(t *testing.T, text string, n int) {
		got, pieces := spoken("", text, false, max(1, n%50))
		if strings.TrimSpace(strings.Join(pieces, "")) != got {
			t.Errorf("streamed %q, answered %q", pieces, got)
		}
		for _, address := range addressShape.FindAllString(got, -1) {
			if !strings.HasPrefix(strings.ToLower(address), "https://linear.app") {
				t.Errorf("%q lets %q out", text, address)
			}
		}
	})
}

func TestSafeCutNeverSplitsALink(t *testing.T) {
	t.Parallel()
	ends := func(before, label, after uint8) bool {
		text := strings.Repeat("a ", int(before%5)) + "[" + strings.Repeat("l ", int(label%5)) + "](https://evil.test/x)" + strings.Repeat(" z", int(after%5))
		for n := range text {
			cut := safeCut(text[:n])
			if strings.Count(text[:cut], "[") != strings.Count(text[:cut], "](https://evil.test/x)") {
				return false
			}
		}
		return true
	}
	if err := quick.Check(ends, nil); err != nil {
		t.Error(err)
	}
}
