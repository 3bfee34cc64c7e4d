package slackapp

import (
	"regexp"
	"strings"
	"unicode"
)

// Markdown is what Linear stores; mrkdwn is what Slack shows.
var (
	mdFence   = regexp.MustCompile("^\\s{0,3}(```+|~~~+)")
	mdHeading = regexp.MustCompile(`^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$`)
	mdTask    = regexp.MustCompile(`^(\s*)[-*+]\s+\[([ xX])\]\s+(.*)$`)
	mdBullet  = regexp.MustCompile(`^(\s*)[-*+]\s+(.*)$`)
	mdQuote   = regexp.MustCompile(`^\s{0,3}>\s?(.*)$`)
	mdRule    = regexp.MustCompile(`^\s{0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$`)

	// One pass over a line: whichever begins first wins.
	mdInline = regexp.MustCompile("(`+)([^`]+?)`+" + // 1, 2 code
		`|(!?)\[([^\[\]]*)\]\(<?((?:[^()\s<>]|\([^()\s]*\))+)>?(?:\s+"[^"]*")?\)` + // 3 image, 4 label, 5 address
		`|<(https?://[^<>\s|]+|mailto:[^<>\s|]+)>` + // 6 autolink
		`|(https?://[^\s<>"]+[^\s<>".,;:!?'*_)\]])` + // 7 bare address
		`|(\*\*|__)(\S|\S.*?\S)(?:\*\*|__)` + // 8, 9 bold
		`|~~(\S|\S.*?\S)~~` + // 10 struck
		`|\*([^\s*]|[^\s*][^*]*?[^\s*])\*` + // 11 italic
		`|\\([\\` + "`" + `*_{}\[\]()#+\-.!>~|])`) // 12 escaped
)

// toMrkdwn shows Linear's Markdown in Slack: headings in bold, bullets, tasks,
// links, code. Everything else is escaped, so that a description cannot mention
// anybody or disguise a link.
func toMrkdwn(markdown string) string {
	var out []string
	fenced := false
	for line := range strings.SplitSeq(strings.ReplaceAll(markdown, "\r\n", "\n"), "\n") {
		switch {
		case mdFence.MatchString(line):
			fenced = !fenced
			out = append(out, "```")
		case fenced:
			out = append(out, escape(line))
		default:
			out = append(out, mrkdwnLine(line))
		}
	}
	if fenced {
		out = append(out, "```")
	}
	return strings.TrimSpace(blankLines.ReplaceAllString(strings.Join(out, "\n"), "\n\n"))
}

var blankLines = regexp.MustCompile(`\n{3,}`)

func mrkdwnLine(line string) string {
	if m := mdHeading.FindStringSubmatch(line); m != nil {
		return bold(strings.ReplaceAll(mrkdwnInline(m[1], 0), "*", ""))
	}
	if mdRule.MatchString(line) {
		return "———"
	}
	if m := mdTask.FindStringSubmatch(line); m != nil {
		box := "☐ "
		if m[2] != " " {
			box = "☑ "
		}
		return m[1] + box + mrkdwnInline(m[3], 0)
	}
	if m := mdBullet.FindStringSubmatch(line); m != nil {
		return m[1] + "• " + mrkdwnInline(m[2], 0)
	}
	if m := mdQuote.FindStringSubmatch(line); m != nil {
		return "&gt; " + mrkdwnInline(m[1], 0)
	}
	return mrkdwnInline(line, 0)
}

// mrkdwnInline converts the marks inside one line; depth bounds nesting.
func mrkdwnInline(s string, depth int) string {
	if depth > 4 {
		return escape(s)
	}
	var b strings.Builder
	for s != "" {
		m := mdInline.FindStringSubmatchIndex(s)
		if m == nil {
			b.WriteString(escape(s))
			break
		}
		b.WriteString(escape(s[:m[0]]))
		b.WriteString(mrkdwnSpan(s, m, depth))
		s = s[m[1]:]
	}
	return b.String()
}

func mrkdwnSpan(s string, m []int, depth int) string {
	group := func(n int) string {
		if m[2*n] < 0 {
			return ""
		}
		return s[m[2*n]:m[2*n+1]]
	}
	switch {
	case m[4] >= 0:
		return "`" + escape(group(2)) + "`"
	case m[10] >= 0:
		label := escape(oneLine(group(4)))
		if label == "" {
			label = escape(cut(group(5), 80))
		}
		if group(3) != "" {
			label = "Image: " + label
		}
		return link(group(5), label)
	case m[12] >= 0:
		return link(group(6), escape(cut(strings.TrimPrefix(group(6), "mailto:"), 80)))
	case m[14] >= 0:
		return link(group(7), escape(cut(group(7), 80)))
	case m[18] >= 0:
		return bold(mrkdwnInline(group(9), depth+1))
	case m[20] >= 0:
		return "~" + mrkdwnInline(group(10), depth+1) + "~"
	case m[22] >= 0:
		return "_" + mrkdwnInline(group(11), depth+1) + "_"
	}
	return neutralise(escape(group(12)))
}

// tokens are what Slack puts between < and >: mentions, channels, links, dates.
var tokens = regexp.MustCompile(`<[^<>\n]*>`)

// slackNames resolves what a Slack message names by id. Zero functions leave
// the label Slack sent, or a plain word.
type slackNames struct {
	person  func(id string) string // Markdown: a Linear mention or a name
	channel func(id string) string // without #
}

// toMarkdown turns the text of a Slack message into Markdown for Linear:
// entities, mentions, links, bold, struck text, lists, emoji, code.
func toMarkdown(text string, names slackNames) string {
	var b strings.Builder
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for i, part := range strings.Split(text, "```") {
		if i%2 == 1 {
			b.WriteString("\n```\n" + strings.Trim(unescape(tokens.ReplaceAllStringFunc(part, tokenLabel)), "\n") + "\n```\n")
			continue
		}
		for j, line := range strings.Split(part, "\n") {
			if j > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(markdownLine(line, names))
		}
	}
	return strings.TrimSpace(blankLines.ReplaceAllString(b.String(), "\n\n"))
}

var slackBullet = regexp.MustCompile(`^(\s*)[•◦▪‣]\s*`)

func markdownLine(line string, names slackNames) string {
	lead := ""
	if m := slackBullet.FindStringSubmatch(line); m != nil {
		lead, line = m[1]+"- ", line[len(m[0]):]
	} else if rest, ok := strings.CutPrefix(line, "&gt;"); ok {
		lead, line = "> ", strings.TrimPrefix(rest, " ")
	} else if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "+++") || mdRule.MatchString(line) {
		lead = `\` // typed as text, not as a heading, section or rule
	}
	var b strings.Builder
	for i, part := range strings.Split(line, "`") {
		if i%2 == 1 {
			b.WriteString("`" + unescape(tokens.ReplaceAllStringFunc(part, tokenLabel)) + "`")
			continue
		}
		b.WriteString(markdownSpans(part, names))
	}
	return lead + b.String()
}

// slackMark is one emphasised stretch: *bold* or ~struck~ at word edges.
var slackMark = regexp.MustCompile(`(^|[\s(\[{"'“‘.,;:!?_-])([*~])([^\s*~]|[^\s*~][^*~\n]*?[^\s*~])([*~])($|[\s)\]}"'”’.,;:!?_-])`)

func markdownSpans(s string, names slackNames) string {
	var held []string // tokens wait outside while marks are converted
	s = tokens.ReplaceAllStringFunc(s, func(t string) string {
		held = append(held, markdownToken(t, names))
		return "\x00"
	})
	for range 2 { // neighbours share the character between them
		s = slackMark.ReplaceAllStringFunc(s, func(m string) string {
			g := slackMark.FindStringSubmatch(m)
			if g[2] != g[4] {
				return m
			}
			mark := strings.Repeat(g[2], 2)
			return g[1] + mark + g[3] + mark + g[5]
		})
	}
	s = unescape(emojiNames.ReplaceAllStringFunc(s, emoji))
	for _, t := range held {
		s = strings.Replace(s, "\x00", t, 1)
	}
	return strings.ReplaceAll(s, "\x00", "")
}

// markdownToken renders one <…> of Slack.
func markdownToken(token string, names slackNames) string {
	inner := strings.Trim(token, "<>")
	body, label, labelled := strings.Cut(inner, "|")
	label = unescape(label)
	switch {
	case strings.HasPrefix(body, "@"):
		if names.person != nil {
			if n := names.person(body[1:]); n != "" {
				return n
			}
		}
		return firstOf(label, "someone")
	case strings.HasPrefix(body, "#"):
		if names.channel != nil {
			if n := names.channel(body[1:]); n != "" {
				return "#" + n
			}
		}
		return "#" + firstOf(label, "channel")
	case strings.HasPrefix(body, "!date^"), strings.HasPrefix(body, "!subteam^"):
		return firstOf(label, "a group")
	case strings.HasPrefix(body, "!"):
		return "@" + body[1:]
	}
	address := unescape(body)
	if !labelled || label == address || label == "" {
		return strings.TrimPrefix(address, "mailto:")
	}
	if strings.HasSuffix(address, label) && strings.HasPrefix(address, "mailto:") {
		return label
	}
	label = strings.NewReplacer("[", `\[`, "]", `\]`).Replace(label)
	return "[" + label + "](" + strings.NewReplacer("(", "%28", ")", "%29", " ", "%20").Replace(address) + ")"
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
