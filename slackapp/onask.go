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
	"linearbot/store"
)

const (
	wordsCap = 75 * time.Second // a request in words: its minute, and time to show what there is
	closeCap = 5 * time.Second
)

// cap is how long the work on a request may take.
func (r *request) cap() time.Duration {
	switch r.Op {
	case "event.message", "event.app_mention", "action." + actAskInstead, "action." + actAnswer:
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
func (a *App) askModel(ctx context.Context, r *request, s *linear.Session, memory assistant.Memory, text string) (Message, error) {
	ctx, done := a.stops.begin(ctx, r.session())
	defer done()
	live := &liveText{app: a, r: r, ctx: ctx}
	answer, err := a.Loop.Ask(ctx, assistant.Ask{
		Asker: asker(r, "assistant"), Session: s, Text: text, Memory: memory, Context: a.quotes(ctx, r),
		Public: r.Public, Now: a.clockOf(ctx, r),
	}, func(p assistant.Progress) {
		switch {
		case p.Doing != "":
			a.status(ctx, r, p.Doing+"…")
		case p.Text != "" && r.Response == "":
			live.write(p.Text)
		}
	})
	if err != nil {
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeCap)
		defer cancel()
		if _, endErr := live.end(after, nil); endErr != nil {
			a.Log.WarnContext(after, "cut answer not closed", "ref", r.Ref, "err", endErr)
		}
		return a.askFailed(ctx, r, answer, err)
	}
	r.Shown = append(r.Shown, answer.Issues()...)
	apart := r.Public && slices.ContainsFunc(answer.Proposal.Changes, func(c assistant.Change) bool { return c.Issue.Private })
	preview := a.preview(answer.Proposal)
	if apart {
		answer.Proposal = assistant.Proposal{} // its preview is for the asker's eyes
	}
	rest := a.belowAnswer(r, answer, text)
	shown, err := live.end(ctx, rest)
	if apart && shown {
		return preview, err
	}
	if apart {
		rest = append(rest, preview.Blocks...)
	}
	if err != nil || shown {
		return Message{}, err
	}
	m := Message{Public: r.Public && answer.Proposal.ID == "" && !apart}
	if answer.Text != "" {
		m.Text = fallback(escape(answer.Text))
		m = m.with(slack.NewMarkdownBlock("", cut(answer.Text, maxBody-sizeOf(rest))))
	}
	return m.with(rest...), nil
}

// sizeOf is how many characters blocks take of a message.
func sizeOf(all []slack.Block) int {
	size := 100 // for what is said when something had to be left out
	for _, b := range all {
		size += length(blockText(b)) + 2
	}
	return min(size, maxBody-500)
}

// belowAnswer is what code adds to a model's text: the issues it read when it said
// nothing itself, how it ended, the command that does the same, and the preview.
func (a *App) belowAnswer(r *request, answer assistant.Answer, asked string) []slack.Block {
	var m Message
	if answer.Text == "" && answer.Proposal.ID == "" {
		m = m.with(a.readsMessage(r, assistant.Prepared{Reads: answer.Reads}, answer.Plan).Blocks...)
	}
	if answer.Hidden > 0 {
		m = m.with(contextLine(hiddenLine(answer.Hidden)))
	}
	m = m.with(contextLine(endWords(answer.End)))
	if answer.End == assistant.EndTimedOut || answer.End == assistant.EndLimit {
		m = m.with(actions("", button("Continue", actAskInstead, cut(asked, maxValue))))
	}
	if command := assistant.Spell(answer.Plan); command != "" {
		m = m.with(contextLine("The same as a command: " + code(a.Word+" "+command, 500)))
	}
	if len(answer.Proposal.Changes) > 0 {
		return append(m.Blocks, a.preview(answer.Proposal).Blocks...)
	}
	return append(m.Blocks, feedbackButtons(r.Ref))
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

// askFailed words what kept the model from answering. Commands still work.
func (a *App) askFailed(ctx context.Context, r *request, answer assistant.Answer, err error) (Message, error) {
	failed, isModel := errors.AsType[*assistant.ModelError](err)
	switch {
	case errors.Is(err, context.Canceled):
		return sayText("Stopped. Nothing was changed."), nil
	case errors.Is(err, assistant.ErrBusy):
		return sayText("I'm still on your last one. Ask again when it is done."), nil
	case errors.Is(err, assistant.ErrOverBudget):
		return sayText("Today's words are used up, so I only read simple sentences until tomorrow.").with(notUnderstood(a.Word).Blocks...), nil
	case isModel:
		a.Log.WarnContext(ctx, "model did not answer", "ref", r.Ref, "kind", string(failed.Kind), "err", err)
		return sayText("The assistant is unavailable. Commands still work. Nothing was changed.").with(notUnderstood(a.Word).Blocks[1:]...), nil
	}
	return Message{}, err
}

// quotes are what others wrote in the thread of a mention: data for the model.
func (a *App) quotes(ctx context.Context, r *request) []assistant.Quote {
	if r.Event == nil || r.Thread == "" || r.Channel == "" || r.Channel[0] == 'D' {
		return nil
	}
	const most = 15
	messages, err := a.messages(ctx, &formFrom{Channel: r.Channel, Root: r.Thread})
	if err != nil {
		a.Log.InfoContext(ctx, "thread not read", "ref", r.Ref, "err", err)
		return nil
	}
	var all []assistant.Quote
	for _, m := range messages[max(0, len(messages)-most):] {
		if m.Timestamp == r.Said || m.Text == "" {
			continue
		}
		at := ""
		if sent, ok := slackTime(m.Timestamp); ok {
			at = sent.In(a.clockOf(ctx, r).Location()).Format("15:04")
		}
		all = append(all, assistant.Quote{From: a.authorOf(ctx, nil, m.User).Name, At: at, Text: m.Text})
	}
	return all
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
	_, err := a.Quick.SetAgentSessionStatusContext(ctx, slack.AgentSessionSetStatusParameters{ChannelID: r.Channel, ThreadTS: thread, Status: status})
	if err != nil {
		a.Log.DebugContext(ctx, "no agent session", "ref", r.Ref, "err", err)
	}
}

// feedbackButtons ask whether an answer of the model helped.
func feedbackButtons(ref string) slack.Block {
	return slack.NewContextActionsBlock("", slack.NewFeedbackButtonsBlockElement(actFeedback,
		slack.NewFeedbackButton(plain("Helpful", maxLabel), "good:"+ref).WithAccessibilityLabel("This answer helped"),
		slack.NewFeedbackButton(plain("Not helpful", maxLabel), "bad:"+ref).WithAccessibilityLabel("This answer did not help")))
}

// pressFeedback writes down what a person thought of an answer.
func (a *App) pressFeedback(ctx context.Context, r *request, value string) error {
	good, ref := value[:min(4, len(value))] == "good", value[max(0, len(value)-8):]
	result := "not_helpful"
	if good {
		result = "helpful"
	}
	if err := a.DB.AppendAudit(ctx, store.Entry{At: time.Now(), Key: r.Key, Action: "feedback", Result: result, Ref: ref, Source: "assistant"}); err != nil {
		return fmt.Errorf("keep feedback: %w", err)
	}
	return a.tell(ctx, r.Key, r.Channel, r.Thread, sayText("Thank you, noted."))
}

// slackTime reads Slack's message timestamp: seconds since 1970 and a counter.
func slackTime(ts string) (time.Time, bool) {
	var sec, n int64
	if _, err := fmt.Sscanf(ts, "%d.%d", &sec, &n); err != nil {
		return time.Time{}, false
	}
	return time.Unix(sec, 0), true
}
