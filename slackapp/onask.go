package slackapp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
)

const (
	wordsCap = 75 * time.Second // a request in words: its minute, and time to show what there is
	closeCap = 5 * time.Second
)

// leastText is how much of an answer is shown, whatever comes below it.
const leastText = 500

// cap is how long the work on a request may take.
func (r *request) cap() time.Duration {
	switch r.Op {
	case "event.message", "event.app_mention", "action." + actAskInstead, "action." + actAnswer, "action." + actShowMine:
		return wordsCap
	case "command":
		if cmd, err := assistant.ParseCommand(r.Command.Text); err == nil && cmd.Verb == assistant.VerbAsk {
			return wordsCap
		}
	}
	return handleCap
}

// askModel answers words with the language model. The person sees what it is
// doing; what it wants changed comes back as a preview.
func (a *App) askModel(ctx context.Context, r *request, s *linear.Session, memory assistant.Memory, text string, reading assistant.Reading) (Message, error) {
	ctx, done := a.stops.begin(ctx, r.session(), r.Key.UserID)
	defer done()
	live := &liveText{app: a, r: r, ctx: ctx, cancel: done}
	var steps []string
	answer, err := a.Loop.Ask(ctx, assistant.Ask{
		Asker: asker(r, sourceWords), Session: s, Text: text, Memory: memory, Context: a.quotes(ctx, r),
		Public: r.Public, Now: a.clockOf(ctx, r),
	}, func(p assistant.Progress) {
		switch {
		case p.Doing != "":
			a.status(ctx, r, p.Doing+"…")
			if !slices.Contains(steps, p.Doing) {
				steps = append(steps, p.Doing)
			}
		case p.Text != "" && r.Response == "":
			live.write(p.Text)
		}
	})
	r.Answered = answer.Text
	if n := answer.Usage.Total(); n > 0 {
		a.countTurns(ctx, r.Key.TeamID, func(d *turnsDay) {
			if d.Tokens == nil {
				d.Tokens = map[string]int64{}
			}
			d.Tokens[firstOf(answer.Model, "unnamed")] += n
		})
	}
	if err != nil {
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeCap)
		defer cancel()
		if _, endErr := live.end(after, nil); endErr != nil {
			a.Log.WarnContext(after, "cut answer not closed", "ref", r.Ref, "err", endErr)
		}
		done() // of what is under way, the rest is others' or earlier
		return a.askFailed(ctx, r, reading, err)
	}
	apart := r.Public && len(answer.Proposal.Changes) > 0 && !a.previewOpen(ctx, r, answer.Proposal)
	if !apart {
		r.Shown = append(r.Shown, answer.Issues()...)
	}
	preview := a.preview(ctx, r, answer.Proposal)
	if apart {
		answer.Proposal = assistant.Proposal{} // its preview is for the asker's eyes
	}
	rest := a.belowAnswer(ctx, r, answer, text, steps)
	if live.begun() { // before its end is seen, and the next sentence means what it shows
		a.remember(context.WithoutCancel(ctx), r, text, Message{})
	}
	shown, err := live.end(ctx, rest)
	if shown {
		a.status(ctx, r, "") // a step after the first words set it again
	}
	if apart && shown {
		return preview, err
	}
	if apart {
		rest = append(rest, preview.Blocks...)
	}
	if err != nil || shown {
		return Message{}, err
	}
	m := Message{Public: r.Public && !apart}
	if answer.Text != "" {
		m.Text = fallback(escape(answer.Text))
		m = m.with(slack.NewMarkdownBlock("", cut(answer.Text, max(maxBody-sizeOf(rest), leastText))))
	}
	return m.with(rest...), nil
}

// sizeOf is how many characters blocks take of a message.
func sizeOf(all []slack.Block) int {
	size := 100 // for what is said when something had to be left out
	for _, b := range all {
		size += length(blockText(b)) + 2
	}
	return size
}

// belowAnswer is what code adds to a model's text: what was done for it, the issues
// it read when it said nothing itself, how it ended, the command that does the same,
// and the preview.
func (a *App) belowAnswer(ctx context.Context, r *request, answer assistant.Answer, asked string, steps []string) []slack.Block {
	var m Message
	if len(steps) > 0 {
		m = m.with(contextLine(inline(strings.Join(steps, " · "), 300)))
	}
	if answer.Text == "" && answer.Proposal.ID == "" {
		m = m.with(a.readsMessage(r, assistant.Prepared{Reads: answer.Reads}, answer.Plan).Blocks...)
		if len(answer.Reads) == 0 && len(answer.Proposal.Changes) == 0 && endWords(answer.End) == "" {
			m = m.with(section("I have no answer to that. Nothing was changed."))
		}
	}
	if answer.Hidden > 0 {
		m = m.with(contextLine(hiddenLine(answer.Hidden)), showMine(r, asked))
	}
	m = m.with(contextLine(endWords(answer.End)))
	if answer.End == assistant.EndTimedOut || answer.End == assistant.EndLimit {
		m = m.with(actions("", button("Continue", actAskInstead, cut(asked, maxValue))))
	}
	tainted := slices.ContainsFunc(answer.Proposal.Changes, assistant.Change.Tainted) // never handed out to be pasted and run at once
	if command := assistant.Spell(answer.Plan); command != "" && !tainted {
		m = m.with(contextLine("The same as a command: " + code(unescape(a.Word+" "+command), 500)))
	}
	if answer.Text != "" {
		m = m.with(contextLine(modelNotice))
	}
	if len(answer.Proposal.Changes) > 0 {
		return append(m.Blocks, a.preview(ctx, r, answer.Proposal).Blocks...)
	}
	return append(m.Blocks, feedbackButtons(r.Ref))
}

// modelNotice stands below words that are not the program's own.
const modelNotice = "A language model wrote this. It can be wrong."

// showMine offers a public answer's hidden part to whoever presses, read with their
// own connection.
func showMine(r *request, asked string) slack.Block {
	if !r.Public || asked == "" || length(asked) > maxValue {
		return nil
	}
	return actions("", button("Show only to me", actShowMine, asked))
}

// endWords says why there may be less in an answer than was asked for.
func endWords(end assistant.AnswerEnd) string {
	switch end {
	case assistant.EndTimedOut:
		return "This is taking too long. Here's what I have."
	case assistant.EndLimit:
		return "That took more steps than I may make at once. Here's what I have."
	case assistant.EndCutShort:
		return "The answer was cut short. Nothing was changed."
	case assistant.EndDeclined:
		return "I can't help with that. Nothing was changed."
	}
	return ""
}

// askFailed words what kept the model from answering. Commands still work: those that
// the sentence spells are offered.
func (a *App) askFailed(ctx context.Context, r *request, reading assistant.Reading, err error) (Message, error) {
	failed, isModel := errors.AsType[*assistant.ModelError](err)
	switch {
	case errors.Is(err, context.Canceled):
		return sayText("Stopped. Nothing was changed."), nil
	case errors.Is(err, assistant.ErrBusy):
		return busyMessage(a.stops.working(r.Key.UserID)), nil
	case isModel:
		a.countTurns(ctx, r.Key.TeamID, func(d *turnsDay) { d.Failed++ })
		a.Log.WarnContext(ctx, "model did not answer", "ref", r.Ref, "kind", string(failed.Kind), "err", err)
		return unavailable("The assistant is unavailable. Commands still work. Nothing was changed.").with(notUnderstood(a.Word, reading.Offers...).Blocks[1:]...), nil
	}
	return Message{}, err
}

// busyMessage says that there is no place to wait: behind the person's own work, which
// they can stop, or behind that of others.
func busyMessage(own bool) Message {
	if !own {
		return sayText("Many people are asking me things at this moment. Ask again in a minute.")
	}
	return sayText("I'm still on your last one. Ask again when it is done.").with(actions("", button("Stop it", actStopTurn, "")))
}

// pressStopTurn ends the presser's work that is under way, wherever it was asked for.
func (a *App) pressStopTurn(ctx context.Context, r *request) error {
	if !a.stops.stopFirst(r.Key.UserID) {
		return a.replace(ctx, r, sayText("That one is done. Ask again."))
	}
	return a.replace(ctx, r, sayText("Stopped. Ask again."))
}

func unavailable(text string) Message {
	return sayText(text).with(actions("", button("Help", actHelp, "")))
}

// session is the agent session a request belongs to: each message of the DM that
// is in no thread begins its own (Slack: agent messages tab).
func (r *request) session() string { return r.Channel + "/" + firstOf(r.Thread, r.Said) }

// status shows one line of what is being done, until a reply in that thread or an
// empty line clears it. Slack puts the app's name before a status, and shows a
// loading message, which is a sentence of its own, in its stead.
func (a *App) status(ctx context.Context, r *request, line string) {
	thread := firstOf(r.Thread, r.Said)
	if r.Event == nil || thread == "" {
		return
	}
	p := slack.AssistantThreadsSetStatusParameters{ChannelID: r.Channel, ThreadTS: thread}
	if line != "" {
		p.Status = "is working on it…"
		p.LoadingMessages = []string{strings.ReplaceAll(cut(line, 100), ",", ";")} // slack-go joins them with commas
	}
	err := a.Quick.SetAssistantThreadsStatusContext(ctx, p)
	if err != nil {
		a.Log.DebugContext(ctx, "no status line", "ref", r.Ref, "err", err)
	}
}

// processing gives the person a Stop button while their request is worked on.
func (a *App) processing(ctx context.Context, r *request, status string) {
	thread := firstOf(r.Thread, r.Said)
	if r.Event == nil || thread == "" {
		return
	}
	p := slack.AgentSessionSetStatusParameters{ChannelID: r.Channel, ThreadTS: thread, Status: status}
	if thread == r.Said { // its first message names the conversation
		p.Title = r.Title
	}
	_, err := a.Quick.SetAgentSessionStatusContext(ctx, p)
	if err != nil {
		a.Log.DebugContext(ctx, "no agent session", "ref", r.Ref, "err", err)
	}
}

// slackTime reads Slack's message timestamp: seconds since 1970 and a counter.
func slackTime(ts string) (time.Time, bool) {
	var sec, n int64
	if _, err := fmt.Sscanf(ts, "%d.%d", &sec, &n); err != nil {
		return time.Time{}, false
	}
	return time.Unix(sec, 0), true
}
