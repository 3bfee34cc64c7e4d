package slackapp

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
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
		`|\\([\\` + "`" + `*_{}\[\]()#+\-.!>~|])` + // 12 escaped
		`|_([^\s_]|[^\s_][^_]*?[^\s_])_`) // 13 italic
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
			out = append(out, strings.ReplaceAll(escape(line), "```", "`"+zeroWidth+"`"+zeroWidth+"`"))
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
	if depth > 4 || len(s) > maxMarkedLine {
		return literal(s)
	}
	var b strings.Builder
	for s != "" {
		m := mdInline.FindStringSubmatchIndex(s)
		if m == nil {
			b.WriteString(literal(s))
			break
		}
		b.WriteString(literal(s[:m[0]]))
		b.WriteString(mrkdwnSpan(s, m, depth))
		s = s[m[1]:]
	}
	return b.String()
}

// maxMarkedLine bounds the work on one line; longer ones are data, not prose.
const maxMarkedLine = 5000

// literal is Markdown that marks nothing, as mrkdwn that marks nothing: only
// formatting characters at the edge of a word need it, so that snake_case stays
// copyable.
func literal(s string) string {
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		if isMark(runes, i) {
			b.WriteString(zeroWidth + string(r) + zeroWidth)
			continue
		}
		b.WriteString(escape(string(r)))
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
		label := neutralise(escape(oneLine(group(4))))
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
	if m[26] < 0 {
		return neutralise(escape(group(12)))
	}
	if before, _ := utf8.DecodeLastRuneInString(s[:m[0]]); wordRune(before) {
		return escape(s[m[0]:m[1]]) // the middle of snake_case_names
	}
	if after, _ := utf8.DecodeRuneInString(s[m[1]:]); wordRune(after) {
		return escape(s[m[0]:m[1]])
	}
	return "_" + mrkdwnInline(group(13), depth+1) + "_"
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
