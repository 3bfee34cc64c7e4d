package slackapp

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/slack-go/slack"
)

// gap is why a thread could not be read; gapNone when it was.
type gap string

const (
	gapNone    gap = ""
	gapOutside gap = "outside" // the bot is not in the channel
	gapDirect  gap = "direct"  // a conversation between people
	gapBroken  gap = "broken"  // Slack did not answer, or refused for another reason
)

// gapOf tells a place where the bot cannot read from a passing fault.
func gapOf(from *formFrom, err error) gap {
	if err == nil {
		return gapNone
	}
	code, _ := slackCode(err)
	switch code {
	case "not_in_channel", "channel_not_found", "thread_not_found", "method_not_supported_for_channel_type":
		if from.Direct {
			return gapDirect
		}
		return gapOutside
	}
	return gapBroken
}

// before says it in the form.
func (g gap) before(bot string) string {
	switch g {
	case gapDirect:
		return "Threads in DMs stay private. Only this message will be included."
	case gapOutside:
		return "I can only see this one message. Type `/invite " + inviteName(bot) + "` to include the thread."
	case gapBroken:
		return "I couldn't read the thread just now. Only this message will be included."
	case gapNone:
	}
	return ""
}

// after says it on the card of what was made.
func (g gap) after(bot string) string {
	switch g {
	case gapDirect:
		return "Only one message is in it: threads in DMs stay private."
	case gapOutside:
		return "Only one message is in it: I can't see the thread. Type `/invite " + inviteName(bot) + "`, then add it."
	case gapBroken:
		return "Only one message is in it: I couldn't read the thread."
	case gapNone:
	}
	return ""
}

// threadToAdd is the value of the button that adds a thread to an issue that was
// made without it.
type threadToAdd struct {
	Issue   string `json:"i"`
	Channel string `json:"c"`
	Root    string `json:"r"`
	TS      string `json:"t"` // of the message that is in it already
}

// missing is the line of a card whose issue lacks the thread, with the way to add
// it where that can work; ok is false when nothing is missing.
func (g gap) missing(bot, issueID string, from *formFrom) (line outcome, ok bool) {
	if g == gapNone {
		return outcome{}, false
	}
	line = outcome{Text: g.after(bot)}
	if b, err := json.Marshal(threadToAdd{Issue: issueID, Channel: from.Channel, Root: from.Root, TS: from.TS}); err == nil && g != gapDirect {
		line.Thread = string(b)
	}
	return line, true
}

// threadIn is the thread that a line of a card offers to add; "" for none.
func threadIn(beside *slack.Accessory) string {
	if beside == nil || beside.ButtonElement == nil || beside.ButtonElement.ActionID != actAddThread {
		return ""
	}
	return beside.ButtonElement.Value
}

// addThread adds a thread that could not be read before to its issue, as a comment
// of whoever presses. Only who can read the thread is offered it: in the thread
// itself, or in their own DM.
func (a *App) addThread(ctx context.Context, r *request, value string) error {
	var t threadToAdd
	if err := json.Unmarshal([]byte(value), &t); err != nil || r.Channel == "" || r.Channel != t.Channel && r.Channel[0] != 'D' {
		return nil //nolint:nilerr // not a button of ours
	}
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	from := &formFrom{Channel: t.Channel, Root: t.Root, TS: t.TS}
	read, missing := a.readThread(ctx, r, s, from)
	if missing != gapNone {
		return a.reply(ctx, r, sayText(missing.still(a.bot.Name)))
	}
	if err := a.addComment(ctx, r, s, r.ID, t.Issue, read.transcribe().Body); err != nil {
		return err
	}
	issue, err := s.Issue(ctx, t.Issue)
	if err != nil {
		return err
	}
	r.Interaction.Message.Blocks.BlockSet = slices.DeleteFunc(r.Interaction.Message.Blocks.BlockSet, func(b slack.Block) bool {
		line, ok := b.(*slack.SectionBlock)
		return ok && threadIn(line.Accessory) != ""
	})
	return a.redrawCard(ctx, r, s, issue, outcome{Text: pressed(r.Key.UserID, "added the thread as a comment")})
}

// still says it when the thread is asked for again.
func (g gap) still(bot string) string {
	if g == gapOutside {
		return "I still can't see the thread. Type `/invite " + inviteName(bot) + "` there, then press *Add the thread* again. Nothing was changed."
	}
	return "I couldn't read the thread. Nothing was changed. Press *Add the thread* again in a moment."
}
