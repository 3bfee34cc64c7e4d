package page

import (
	"html/template"
	"regexp"
	"strings"
)

// markdown renders what Markdown issues hold: headings, lists, quotes, code,
// links. Everything is escaped first: what the rules below add is all the markup
// there is, and only http addresses become links.
func (p *site) markdown(text string) template.HTML {
	m := markup{linked: p.linked}
	fenced := false
	for line := range strings.Lines(template.HTMLEscapeString(strings.ReplaceAll(text, "\r\n", "\n"))) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			m.end()
			if fenced = !fenced; fenced {
				m.out.WriteString("<pre>")
			} else {
				m.out.WriteString("</pre>")
			}
			continue
		}
		if fenced {
			m.out.WriteString(line + "\n")
			continue
		}
		m.line(line)
	}
	m.end()
	if fenced {
		m.out.WriteString("</pre>")
	}
	return template.HTML(m.out.String())
}

// linked reports whether an identifier is an issue here.
func (p *site) linked(id string) bool {
	_, ok := p.linear.Issue(id)
	return ok
}

// markup is text on its way to HTML. open is the element that holds the lines read
// last: "p", "ul", "ol", "blockquote" or none.
type markup struct {
	out    strings.Builder
	open   string
	linked func(id string) bool
}

var (
	headingLine = regexp.MustCompile(`^(#{1,6})\s+(.*)$`)
	bulletLine  = regexp.MustCompile(`^\s*[-*+]\s+(?:\[([ xX])\]\s+)?(.*)$`)
	numberLine  = regexp.MustCompile(`^\s*\d{1,9}[.)]\s+(.*)$`)
	quoteLine   = regexp.MustCompile(`^\s*&gt;\s?(.*)$`)
	ruleLine    = regexp.MustCompile(`^\s*(-{3,}|\*{3,}|_{3,})\s*$`)
)

func (m *markup) line(line string) {
	switch {
	case strings.TrimSpace(line) == "":
		m.end()
	case ruleLine.MatchString(line):
		m.end()
		m.out.WriteString("<hr>")
	case headingLine.MatchString(line):
		m.end()
		m.out.WriteString("<h3>" + m.inline(headingLine.FindStringSubmatch(line)[2]) + "</h3>")
	case bulletLine.MatchString(line):
		m.within("ul")
		part := bulletLine.FindStringSubmatch(line)
		m.out.WriteString("<li>" + map[string]string{"": "", " ": "☐ ", "x": "☑ ", "X": "☑ "}[part[1]] + m.inline(part[2]) + "</li>")
	case numberLine.MatchString(line):
		m.within("ol")
		m.out.WriteString("<li>" + m.inline(numberLine.FindStringSubmatch(line)[1]) + "</li>")
	case quoteLine.MatchString(line):
		if !m.within("blockquote") {
			m.out.WriteString("<br>")
		}
		m.out.WriteString(m.inline(quoteLine.FindStringSubmatch(line)[1]))
	default:
		if !m.within("p") {
			m.out.WriteString("<br>")
		}
		m.out.WriteString(m.inline(line))
	}
}

// within makes sure that an element is open; false when it was already.
func (m *markup) within(name string) (opened bool) {
	if m.open == name {
		return false
	}
	m.end()
	m.open = name
	m.out.WriteString("<" + name + ">")
	return true
}

func (m *markup) end() {
	if m.open != "" {
		m.out.WriteString("</" + m.open + ">")
	}
	m.open = ""
}

var (
	codeText   = regexp.MustCompile("`([^`\n]+)`")
	linkText   = regexp.MustCompile(`\[([^\]\n]+)\]\((https?://[^\s)]+)\)`)
	bareText   = regexp.MustCompile(`(^|[\s(])(https?://[^\s<>)]*[^\s<>).,;:!?])`)
	refText    = regexp.MustCompile(`(^|[\s(])([A-Z][A-Z0-9]{1,6}-[0-9]{1,6})\b`)
	boldText   = regexp.MustCompile(`\*\*([^*\n]+)\*\*|__([^_\n]+)__`)
	italicText = regexp.MustCompile(`(^|[\s(])[*_]([^*_\n]+)[*_]`)
	strikeText = regexp.MustCompile(`~~([^~\n]+)~~`)
	issueLink  = regexp.MustCompile(`^https://linear\.app/[\w-]+/issue/([A-Za-z0-9]+-[0-9]+)`)
)

// inline renders one line of escaped text. Code is taken out before anything else
// is read in it.
func (m *markup) inline(text string) string {
	var kept []string
	keep := func(html string) string {
		kept = append(kept, html)
		return "\x00" + string(rune(0xE000+len(kept)-1)) + "\x00"
	}
	text = strings.ReplaceAll(text, "\x00", "")
	text = codeText.ReplaceAllStringFunc(text, func(s string) string { return keep("<code>" + s[1:len(s)-1] + "</code>") })
	text = linkText.ReplaceAllStringFunc(text, func(s string) string {
		part := linkText.FindStringSubmatch(s)
		return keep(anchor(part[2], part[1]))
	})
	text = bareText.ReplaceAllStringFunc(text, func(s string) string {
		part := bareText.FindStringSubmatch(s)
		return part[1] + keep(anchor(part[2], part[2]))
	})
	text = refText.ReplaceAllStringFunc(text, func(s string) string {
		part := refText.FindStringSubmatch(s)
		if !m.linked(part[2]) {
			return s
		}
		return part[1] + keep(`<a href="/acme/issue/`+part[2]+`">`+part[2]+`</a>`)
	})
	text = boldText.ReplaceAllString(text, "<strong>$1$2</strong>")
	text = italicText.ReplaceAllString(text, "$1<em>$2</em>")
	text = strikeText.ReplaceAllString(text, "<s>$1</s>")
	for n := len(kept) - 1; n >= 0; n-- { // a link may hold code
		text = strings.ReplaceAll(text, "\x00"+string(rune(0xE000+n))+"\x00", kept[n])
	}
	return text
}

// anchor is a link; one to an issue leads to its page here.
func anchor(address, words string) string {
	if m := issueLink.FindStringSubmatch(address); m != nil {
		return `<a href="/acme/issue/` + m[1] + `">` + words + `</a>`
	}
	return `<a href="` + address + `" rel="noreferrer">` + words + `</a>`
}
