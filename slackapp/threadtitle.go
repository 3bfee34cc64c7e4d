package slackapp

import (
	"regexp"
	"slices"
	"strings"

	"github.com/slack-go/slack"
)

// titleChars is the longest title suggested from a message.
const titleChars = 80

var (
	sentenceEnd     = regexp.MustCompile(`[.!?](?:\s|$)|\n`)
	trailingMention = regexp.MustCompile(`(?:\s*<[@!][^>]*>)+[\s.,!?:]*$`)
	leadingMention  = regexp.MustCompile(`^(?:<[@!][^>]*>[\s,:]*)+`)
)

// titleFrom suggests a title: the first sentence of a message, at most 80
// characters, without markup, without the people it was addressed to.
func titleFrom(m slack.Message, names slackNames) string {
	text := strings.TrimSpace(newHider().hide(unsplit(spokenIn(m))))
	text = leadingMention.ReplaceAllString(text, "")
	first := text
	for _, at := range sentenceEnd.FindAllStringIndex(text, -1) {
		if s := strings.TrimSpace(text[:at[0]]); s != "" {
			first = s
			break
		}
	}
	first = trailingMention.ReplaceAllString(first, "")
	first = tokens.ReplaceAllStringFunc(first, func(t string) string {
		if strings.HasPrefix(t, "<@") || strings.HasPrefix(t, "<#") || strings.HasPrefix(t, "<!") {
			return markdownToken(t, slackNames{channel: names.channel, person: names.person})
		}
		return tokenLabel(t)
	})
	first = strings.ReplaceAll(first, "```", " ")
	first = emojiNames.ReplaceAllStringFunc(stripMarks(first), emoji)
	return cut(oneLine(unescape(first)), titleChars)
}

// spokenIn is the text of a message: of one that an app made of blocks or attachments
// alone, what these say.
func spokenIn(m slack.Message) string {
	if strings.TrimSpace(m.Text) != "" {
		return m.Text
	}
	var parts []string
	for _, b := range m.Blocks.BlockSet {
		parts = append(parts, blockText(b))
	}
	for _, att := range m.Attachments {
		parts = append(parts, firstOf(firstOf(att.Pretext, att.Title), firstOf(att.Text, att.Fallback)))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return strings.TrimSpace(s) == "" }), "\n")
}

// stripMarks removes what formats the text around it.
func stripMarks(s string) string {
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		if !isMark(runes, i) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// threadPreview shows what will be added to the issue.
func threadPreview(t transcript, notice string) slack.ModalViewRequest {
	all := blocks(contextLine(dotted(plural(t.Messages, "message", "messages"), t.longNotice()), notice))
	size := 0
	for _, part := range pieces(t.Body, maxSection) {
		all = append(all, slack.NewSectionBlock(plain(part, maxSection), nil, nil))
		if size += length(part); size > 40000 {
			all = append(all, contextLine("The rest is included too."))
			break
		}
	}
	return modal(viewThread, "Thread preview", "", "Back", "", all...)
}
