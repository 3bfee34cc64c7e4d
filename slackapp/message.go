package slackapp

import (
	"strings"

	"github.com/slack-go/slack"
)

// Message is one thing the bot says, whatever the surface: a reply to a command,
// a post in a thread, a DM, an edit of an earlier message.
type Message struct {
	Text   string // for notifications and screen readers; made from Blocks when empty
	Blocks []slack.Block
	Public bool // everyone in the channel sees it; else only the person
}

// sayText is a message of plain sentences in mrkdwn, one section each.
func sayText(paragraphs ...string) Message {
	var m Message
	for _, p := range paragraphs {
		m.Blocks = append(m.Blocks, section(p))
	}
	return m
}

// with appends blocks; nil ones are left out.
func (m Message) with(more ...slack.Block) Message {
	m.Blocks = append(m.Blocks[:len(m.Blocks):len(m.Blocks)], blocks(more...)...)
	return m
}

// fitted is the message as it may be sent: at most 50 blocks and 12,000
// characters, and never without a text equal in meaning to its blocks.
func (m Message) fitted() Message {
	m.Blocks = fitBlocks(blocks(m.Blocks...))
	if strings.TrimSpace(m.Text) == "" {
		m.Text = readAloud(m.Blocks)
	}
	m.Text = cutMrkdwn(m.Text, maxText)
	return m
}

// options are the arguments for every slack-go call that sends or edits. Links
// are not unfurled: text from outside may hold any address.
func (m Message) options() []slack.MsgOption {
	m = m.fitted()
	return []slack.MsgOption{
		slack.MsgOptionText(m.Text, false),
		slack.MsgOptionBlocks(m.Blocks...),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
	}
}

// sent sends the message. Where Slack refuses to draw it, its words go alone.
func (m Message) sent(send func(opts ...slack.MsgOption) error) error {
	err := send(m.options()...)
	if !undrawable(err) {
		return err
	}
	plain := Message{Text: cutMrkdwn(m.fitted().Text, maxText-len(undrawn)) + undrawn}
	if send(plain.options()...) != nil {
		return err
	}
	return nil
}

// undrawn ends the words of a message that Slack refused to draw.
const undrawn = "\nSlack did not draw this answer, so its buttons are missing."

// fitBlocks drops blocks from before the last one, which holds the buttons,
// until the rest fits.
func fitBlocks(all []slack.Block) []slack.Block {
	if len(all) == 0 {
		return all
	}
	const note = "The rest doesn't fit in one message."
	last, body := all[len(all)-1], all[:len(all)-1]
	room := maxBody - length(blockText(last)) - length(note)
	for i, b := range body {
		room -= length(blockText(b))
		if room < 0 || i == maxBlocks-2 && len(all) > maxBlocks {
			kept := append([]slack.Block{}, body[:i]...)
			return append(kept, contextLine(note), last)
		}
	}
	return all
}

// readAloud is the message as text: each block's words, without layout.
func readAloud(all []slack.Block) string {
	var lines []string
	for _, b := range all {
		if t := fallback(blockText(b)); t != "" {
			lines = append(lines, t)
		}
	}
	if len(lines) == 0 {
		return "A message from Linear."
	}
	return strings.Join(lines, "\n")
}

// blockText is what a block says, as mrkdwn.
func blockText(b slack.Block) string {
	switch b := b.(type) {
	case *slack.SectionBlock:
		var parts []string
		if b.Text != nil {
			parts = append(parts, asMrkdwn(b.Text))
		}
		for _, f := range b.Fields {
			parts = append(parts, strings.Replace(asMrkdwn(f), "\n", ": ", 1))
		}
		return strings.Join(parts, "\n")
	case *slack.HeaderBlock:
		return asMrkdwn(b.Text)
	case *slack.ContextBlock:
		var parts []string
		for _, e := range b.ContextElements.Elements {
			if t, ok := e.(*slack.TextBlockObject); ok {
				parts = append(parts, asMrkdwn(t))
			}
		}
		return strings.Join(parts, " · ")
	case *slack.MarkdownBlock:
		return escape(b.Text)
	case *slack.RichTextBlock:
		return richWords(b.Elements)
	}
	return ""
}

// richWords is the text of preformatted elements, the only rich ones we make.
func richWords(elements []slack.RichTextElement) string {
	var b strings.Builder
	for _, e := range elements {
		p, ok := e.(*slack.RichTextPreformatted)
		if !ok {
			continue
		}
		for _, part := range p.Elements {
			if t, ok := part.(*slack.RichTextSectionTextElement); ok {
				b.WriteString(neutralise(escape(t.Text)))
			}
		}
	}
	return b.String()
}

func asMrkdwn(t *slack.TextBlockObject) string {
	if t.Type == slack.PlainTextType {
		return escape(t.Text)
	}
	return t.Text
}

// fallback is mrkdwn without its marks: labels instead of links, words instead
// of bold. Escapes and emoji names stay, because Slack reads this text as mrkdwn
// too.
func fallback(s string) string {
	var b strings.Builder
	runes := []rune(tokens.ReplaceAllStringFunc(s, tokenLabel))
	for i, r := range runes {
		if isMark(runes, i) {
			continue
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(strings.ReplaceAll(b.String(), zeroWidth, ""))
}

// tokenLabel is what a reader sees of <…>.
func tokenLabel(token string) string {
	inner := strings.Trim(token, "<>")
	address, label, ok := strings.Cut(inner, "|")
	switch {
	case strings.HasPrefix(inner, "!date^"):
		return token // Slack shows dates in plain text as well
	case strings.HasPrefix(inner, "@"), strings.HasPrefix(inner, "#"), strings.HasPrefix(inner, "!"):
		return token
	case ok:
		return label
	}
	return strings.TrimPrefix(address, "mailto:")
}

// isMark reports whether the rune at i formats the text around it: it stands at
// the edge of a word and was not neutralised.
func isMark(runes []rune, i int) bool {
	if !strings.ContainsRune("*_~`", runes[i]) {
		return false
	}
	before, after := ' ', ' '
	if i > 0 {
		before = runes[i-1]
	}
	if i+1 < len(runes) {
		after = runes[i+1]
	}
	if string(before) == zeroWidth || string(after) == zeroWidth {
		return false
	}
	return !wordRune(before) || !wordRune(after)
}
