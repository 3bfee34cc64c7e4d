package page

import (
	"strings"
	"testing"

	"linearbot/linear/lineartest"
)

func TestMarkdown(t *testing.T) {
	t.Parallel()
	s := lineartest.New(lineartest.Options{Seed: true})
	t.Cleanup(s.Close)
	p := &site{linear: s}
	for _, c := range []struct{ name, text, want string }{
		{"paragraphs and breaks", "a\nb\n\nc", "<p>a<br>b</p><p>c</p>"},
		{"bullets", "Do:\n- one\n* two\n\nend", "<p>Do:</p><ul><li>one</li><li>two</li></ul><p>end</p>"},
		{"numbers after bullets", "- a\n1. b\n2) c", "<ul><li>a</li></ul><ol><li>b</li><li>c</li></ol>"},
		{"check boxes", "- [ ] a\n- [x] b", "<ul><li>☐ a</li><li>☑ b</li></ul>"},
		{"headings", "# A\ntext", "<h3>A</h3><p>text</p>"},
		{"quotes", "> a\n> b", "<blockquote>a<br>b</blockquote>"},
		{"code keeps what is in it", "`**a** [b](https://c.test)`", "<p><code>**a** [b](https://c.test)</code></p>"},
		{"fences", "```go\na < b\n\n- c\n```\nd", "<pre>a &lt; b\n\n- c\n</pre><p>d</p>"},
		{"a fence without an end", "```\na", "<pre>a\n</pre>"},
		{"bold, italic, strike", "**a** *b* ~~c~~ snake_case_name", "<p><strong>a</strong> <em>b</em> <s>c</s> snake_case_name</p>"},
		{"links", "[a](https://b.test/?x=1&y=2)", `<p><a href="https://b.test/?x=1&amp;y=2" rel="noreferrer">a</a></p>`},
		{"bare addresses", "see https://b.test/a.", `<p>see <a href="https://b.test/a" rel="noreferrer">https://b.test/a</a>.</p>`},
		{"issues", "like ENG-98 and ENG-9999", `<p>like <a href="/acme/issue/ENG-98">ENG-98</a> and ENG-9999</p>`},
		{"Linear's addresses lead here", "[x](https://linear.app/acme/issue/ENG-12/slug)", `<p><a href="/acme/issue/ENG-12">x</a></p>`},
		{"scripts as links", "[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"},
		{"markup", `<b onclick="x">`, "<p>&lt;b onclick=&#34;x&#34;&gt;</p>"},
		{"a quote in an address", `[x](https://a.test/"onclick=)`, `<p><a href="https://a.test/&#34;onclick=" rel="noreferrer">x</a></p>`},
		{"windows line ends", "- a\r\n- b\r\n", "<ul><li>a</li><li>b</li></ul>"},
	} {
		if got := string(p.markdown(c.text)); got != c.want {
			t.Errorf("%s: markdown(%q) =\n %s, want\n %s", c.name, c.text, got, c.want)
		}
	}
}

// FuzzMarkdown: whatever is written, no element, attribute or address appears that
// the renderer does not make, and it keeps nothing open.
func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{"- a\n> b\n```\nc", "[x](https://a.test/\"><script>)", "**`a`** *[b](http://c)*", "\x00\uE000\x00"} {
		f.Add(seed)
	}
	s := lineartest.New(lineartest.Options{})
	f.Cleanup(s.Close)
	p := &site{linear: s}
	f.Fuzz(func(t *testing.T, text string) {
		html := string(p.markdown(text))
		for _, tag := range []string{"ul", "ol", "li", "p", "pre", "blockquote", "h3", "code", "strong", "em", "s", "a"} {
			opened := strings.Count(html, "<"+tag+">") + strings.Count(html, "<"+tag+" ")
			if closed := strings.Count(html, "</"+tag+">"); opened != closed {
				t.Errorf("%q: %d <%s>, %d closed: %s", text, opened, tag, closed, html)
			}
			html = strings.ReplaceAll(strings.ReplaceAll(html, "<"+tag+">", ""), "</"+tag+">", "")
		}
		html = strings.ReplaceAll(strings.ReplaceAll(html, "<br>", ""), "<hr>", "")
		for _, part := range strings.Split(html, "<")[1:] {
			if !strings.HasPrefix(part, `a href="http://`) && !strings.HasPrefix(part, `a href="https://`) && !strings.HasPrefix(part, `a href="/acme/issue/`) {
				t.Errorf("%q made <%s", text, part)
			}
		}
	})
}
