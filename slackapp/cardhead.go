package slackapp

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"linearbot/linear"
)

// headKind is what a card was posted for.
type headKind string

const (
	headNone    headKind = ""        // somebody asked for the card
	headCreated headKind = "created" // the issue is new
	headLinked  headKind = "linked"  // a thread was linked to it
	headShared  headKind = "shared"  // somebody shared it
	headFound   headKind = "found"   // a change whose answer was lost went through
)

// cardHead is the line above a card. It travels in the block id of the card's
// buttons, because Slack does not send an ephemeral message back with a press.
type cardHead struct {
	Kind   headKind
	By     string // the Slack user who linked or shared it
	UndoID string // the proposal that takes the creation back; "" for none
}

// words is the line in mrkdwn, and whether it holds the title already.
func (h cardHead) words(i linear.Issue) (line string, titled bool) {
	title := issueLink(i) + " " + inline(i.Title, 150)
	switch h.Kind {
	case headCreated:
		return ":white_check_mark: Created " + title, true
	case headShared:
		return mention(h.By) + " shared " + title, true
	case headLinked:
		return "Linked to " + issueLink(i) + " by " + mention(h.By), false
	case headFound:
		return itDid(i), false
	case headNone:
	}
	return "", false
}

// undoing is how long what a head tells can be taken back (the engine's own limit
// is what counts at the press).
const undoing = 10 * time.Minute

// since is the head as it is shown later: what can't be taken back any more is not
// offered.
func (h cardHead) since(i linear.Issue) cardHead {
	if time.Since(i.CreatedAt) > undoing {
		h.UndoID = ""
	}
	return h
}

// Marks at the end of a card's block id.
const (
	severalMark = "s" // other cards share the message
	fullMark    = "f" // everybody sees it whole
)

// block names the row of buttons of one issue, so that a choice from the menu
// of states says which issue and team it is about, and a press what the card was
// posted for. Slack keeps 255 characters.
func (c card) block(full bool) string {
	parts := []string{"card", c.Issue.ID, c.Issue.Team.ID}
	if c.Several {
		parts = append(parts, severalMark)
	}
	if full && c.Public {
		parts = append(parts, fullMark)
	}
	if c.Head.Kind != headNone {
		parts = append(parts, strings.Join([]string{string(c.Head.Kind), c.Head.By, c.Head.UndoID}, ":"))
	}
	return strings.Join(parts, "|")
}

// cardID is what a card's block id says.
type cardID struct {
	Issue, Team   string
	Head          cardHead
	Several, Full bool
}

// cardOf reads the block id of a card's buttons.
func cardOf(blockID string) (id cardID, ok bool) {
	parts := strings.Split(blockID, "|")
	if len(parts) < 3 || parts[0] != "card" {
		return cardID{}, false
	}
	id.Issue, id.Team = parts[1], parts[2]
	for _, mark := range parts[3:] {
		switch mark {
		case severalMark:
			id.Several = true
		case fullMark:
			id.Full = true
		default:
			if f := strings.Split(mark, ":"); len(f) == 3 {
				id.Head = cardHead{Kind: headKind(f[0]), By: f[1], UndoID: f[2]}
			}
		}
	}
	return id, true
}

// pressedCard is the card that a press was made on: of its own row of buttons, or
// of a line above them.
func pressedCard(i *slack.InteractionCallback, issueID string) cardID {
	if len(i.ActionCallback.BlockActions) > 0 {
		if id, ok := cardOf(i.ActionCallback.BlockActions[0].BlockID); ok {
			return id
		}
	}
	var found cardID
	n := 0
	for _, b := range i.Message.Blocks.BlockSet {
		if id, ok := cardOf(b.ID()); ok {
			if n++; id.Issue == issueID {
				found = id
			}
		}
	}
	found.Several = found.Several || n > 1
	return found
}
