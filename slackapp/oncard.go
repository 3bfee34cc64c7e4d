package slackapp

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"linearbot/linear"
)

// lineBlock begins the block id of each outcome on a card, so that a press keeps
// what others did before it.
const lineBlock = "line|"

// keptLines is how many earlier outcomes a card keeps.
const keptLines = 3

// redrawCard shows the card as it is after a press, below the line that says what it
// was posted for: full where one person sees it, as it was where several do. In a
// message of several cards the answer stands by itself, because replacing would take
// the others away.
func (a *App) redrawCard(ctx context.Context, r *request, s *linear.Session, i linear.Issue, line outcome) error {
	own := r.Interaction.Container.IsEphemeral || r.Channel != "" && r.Channel[0] == 'D'
	was := pressedCard(r.Interaction, i.ID)
	c := card{Issue: i, Head: was.Head, Lines: append(earlierLines(r.Interaction.Message), line), Public: !own}
	if i.Brief {
		if full, err := s.Issue(ctx, i.ID); err == nil {
			c.Issue = full
		}
	}
	c.Head = c.Head.since(c.Issue)
	if !own {
		pressed := a.presses.of(r.Channel + "/" + r.Interaction.Container.MessageTs)
		pressed.mu.Lock()
		defer pressed.mu.Unlock()
		c.Issue, c.Lines = pressed.joined(c.Issue, earlierLines(r.Interaction.Message), line)
		if was.Full {
			return a.replaceCard(ctx, r, c.full())
		}
		return a.replaceCard(ctx, r, c.compact())
	}
	if d, ok := s.CachedDirectory(); ok {
		c.ViewerID = d.Viewer.ID
	}
	if was.Several {
		c.Head, c.Lines = cardHead{}, []outcome{line}
		return a.reply(ctx, r, c.full())
	}
	return a.replaceCard(ctx, r, c.full())
}

// replaceCard edits the message of a card, or the preview of a link below
// somebody's message.
func (a *App) replaceCard(ctx context.Context, r *request, m Message) error {
	c := r.Interaction.Container
	if c.Type != "message_attachment" {
		return a.replace(ctx, r, m)
	}
	address := unfurlAddress(r.raw.Payload)
	if address == "" {
		return a.reply(ctx, r, m)
	}
	_, _, _, err := a.API.UnfurlMessageContext(ctx, r.Channel, c.MessageTs, map[string]slack.Attachment{address: unfurlOf(m)})
	return wrapSlack("chat.unfurl", err)
}

// earlierLines are the outcomes a card shows already, without their undo: that
// belongs to who did it.
func earlierLines(m slack.Message) []outcome {
	var lines []outcome
	for _, b := range m.Blocks.BlockSet {
		if !strings.HasPrefix(b.ID(), lineBlock) {
			continue
		}
		switch b := b.(type) {
		case *slack.SectionBlock:
			if b.Text != nil {
				lines = append(lines, outcome{Text: b.Text.Text, Thread: threadIn(b.Accessory)})
			}
		case *slack.ContextBlock:
			for _, e := range b.ContextElements.Elements {
				if t, ok := e.(*slack.TextBlockObject); ok {
					lines = append(lines, outcome{Text: t.Text})
				}
			}
		}
	}
	return lines[max(0, len(lines)-keptLines):]
}

// lowerFirst is a sentence as the middle of another.
func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}
