package slackapp

import (
	"regexp"
	"strings"
)

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
	text = strings.NewReplacer("\r\n", "\n", "\x00", "").Replace(text)
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
	var b strings.Builder
	for i, part := range strings.Split(s, "\x00") {
		if i > 0 {
			b.WriteString(held[i-1])
		}
		b.WriteString(part)
	}
	return b.String()
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
