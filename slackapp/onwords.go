package slackapp

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/slack-go/slack/slackevents"

	"linearbot/assistant"
	"linearbot/linear"
)

// onMessage reads what a person says in the DM. Edits, deletions, bots and the
// bot itself are no requests.
func (a *App) onMessage(ctx context.Context, r *request, e *slackevents.MessageEvent) error {
	if e.ChannelType != "im" || e.SubType != "" && e.SubType != "file_share" || e.BotID != "" || e.User == "" || e.User == a.bot.UserID {
		return nil
	}
	if err := a.mayUse(ctx, r); err != nil {
		return err
	}
	r.Thread, r.Said = firstOf(e.ThreadTimeStamp, e.TimeStamp), e.TimeStamp
	return a.words(ctx, r, e.Text)
}

// onMention answers a mention in its thread. People from other companies get no
// commands.
func (a *App) onMention(ctx context.Context, r *request, e *slackevents.AppMentionEvent) error {
	if e.BotID != "" || e.User == "" || e.User == a.bot.UserID {
		return nil
	}
	if err := a.mayUse(ctx, r); err != nil {
		return err
	}
	r.Thread, r.Said, r.Public = firstOf(e.ThreadTimeStamp, e.TimeStamp), e.TimeStamp, true
	text := strings.TrimSpace(strings.ReplaceAll(e.Text, "<@"+a.bot.UserID+">", ""))
	return a.words(ctx, r, text)
}

// words reads a plain sentence: reads are answered at once, writes are previewed.
func (a *App) words(ctx context.Context, r *request, text string) error {
	if !a.Words || a.policy(ctx, r.Key.TeamID).AssistantOff {
		return a.reply(ctx, r, unavailable("The assistant is unavailable. Commands still work."))
	}
	r.Spoken = true
	answer := func(ctx context.Context) (Message, error) { return a.answerWords(ctx, r, text) }
	if r.Event == nil {
		return a.withProgress(ctx, r, answer)
	}
	a.status(ctx, r, "Reading your request…")
	inThread := false // else no reply clears the line: it is beside the thread, for one pair of eyes, or there is none
	defer func() {
		if !inThread {
			a.status(context.WithoutCancel(ctx), r, "")
		}
	}()
	m, err := answer(ctx)
	if err != nil {
		return err
	}
	if len(m.Blocks) == 0 && m.Text == "" {
		return nil
	}
	if err := a.reply(ctx, r, m); err != nil {
		return &notShownError{cause: err}
	}
	inThread = r.Thread != "" && m.Public
	return nil
}

// answerWords is the answer to a sentence: the parser's when it understands every
// word, else the model's where there is one.
func (a *App) answerWords(ctx context.Context, r *request, text string) (Message, error) {
	s, d, err := a.names(ctx, r.Key)
	if err != nil {
		// Help and thanks need no connection.
		switch t := assistant.Parse(text, nil, assistant.Thread{}, time.Now()).Talk; t {
		case assistant.TalkHelp, assistant.TalkGreeting, assistant.TalkThanks:
			return a.talk(ctx, r, t), nil
		}
		return Message{}, err
	}
	memory := a.recall(ctx, r)
	reading := assistant.Parse(text, d, memory.Thread(), a.clockOf(ctx, r))
	if reading.Talk == assistant.TalkForget {
		return sayText("Forgotten. What I showed and asked here is gone."), a.forget(ctx, r)
	}
	spoken := a.spoken(ctx, text)
	r.Title = cut(oneLine(spoken), 60)
	var m Message
	if ref, ok := assistant.ParseTriage(text, memory.Thread()); ok {
		m, err = a.triageWords(ctx, r, s, d, ref)
	} else if a.Loop != nil && !settled(reading, memory) {
		a.processing(ctx, r, "processing")
		m, err = a.askModel(ctx, r, s, memory, spoken, reading)
		if errors.Is(err, assistant.ErrOverBudget) {
			if m, err = a.answerReading(ctx, r, s, reading, text); err == nil {
				m = sayText(usedUp).with(m.Blocks...)
			}
		}
	} else {
		m, err = a.answerReading(ctx, r, s, reading, text)
		if r.Hidden > 0 {
			m = m.with(showMine(r, text))
		}
	}
	if a.Loop != nil {
		a.processing(context.WithoutCancel(ctx), r, "active")
	}
	a.countTurns(ctx, r.Key.TeamID, func(d *turnsDay) {
		d.Turns++
		if err != nil {
			d.Failed++
		}
	})
	if err == nil && !r.kept {
		a.remember(context.WithoutCancel(ctx), r, spoken, m)
	}
	return m, err
}

// usedUp is said once a person's or a workspace's tokens of the day are spent.
const usedUp = "Today's words are used up, so I only read simple sentences until tomorrow."

// pressShowMine answers the words of a public answer again, for the presser alone
// and with what they may see.
func (a *App) pressShowMine(ctx context.Context, r *request, text string) error {
	return a.withProgress(ctx, r, func(ctx context.Context) (Message, error) { return a.answerWords(ctx, r, text) })
}

// settled reports whether the parser's reading needs no model: it is certain, or
// it asks or refuses for a reason of its own. A greeting or an "ok" may answer what
// was said before.
func settled(r assistant.Reading, memory assistant.Memory) bool {
	switch r.Talk {
	case assistant.TalkHelp, assistant.TalkUndo:
		return true
	case assistant.TalkGreeting, assistant.TalkThanks:
		return len(memory.Turns) == 0
	}
	return r.Certain && len(r.Plan.Steps) > 0 || r.Refusal != "" || len(r.Questions) > 0
}

func (a *App) answerReading(ctx context.Context, r *request, s *linear.Session, reading assistant.Reading, text string) (Message, error) {
	switch {
	case reading.Refusal == assistant.RefuseDelete:
		return sayText("I don't delete or archive issues. Nothing was changed. You can do that in Linear."), nil
	case reading.Refusal == assistant.RefuseTeamMove:
		return sayText("I don't move issues to another team. Nothing was changed. You can do that in Linear."), nil
	case reading.Refusal == assistant.RefuseNotify:
		return sayText("I can't watch issues or remind you of them. Nothing was changed. You can subscribe to an issue in Linear."), nil
	case reading.Refusal == assistant.RefuseUnchanged:
		return sayText("Nothing to change: those issues are that way already."), nil
	case reading.Talk == assistant.TalkUndo:
		return a.undo(ctx, r, "")
	case reading.Talk != "":
		return a.talk(ctx, r, reading.Talk), nil
	case len(reading.Questions) > 0:
		return questionMessage(reading.Questions[0], text), nil
	case !reading.Certain || len(reading.Plan.Steps) == 0:
		return notUnderstood(a.Word, reading.Offers...), nil
	case reading.Plan.Writes():
		return a.proposeWords(ctx, r, s, reading.Plan)
	}
	return a.readPlan(ctx, r, s, reading)
}

// talk answers words that ask for nothing in Linear.
func (a *App) talk(ctx context.Context, r *request, t assistant.Talk) Message {
	switch t {
	case assistant.TalkThanks:
		return sayText("You're welcome.")
	case assistant.TalkGreeting:
		return sayText("Hello. Tell me what you need in Linear, such as “show my open issues”.")
	}
	account, err := a.Accounts.Status(ctx, r.Key)
	if err != nil {
		a.Log.InfoContext(ctx, "connection not read for help", "ref", r.Ref, "err", err)
	}
	return help{Word: a.Word, Account: account}.message()
}

// proposeWords shows what a sentence found and what it would change. Nothing has
// changed yet.
func (a *App) proposeWords(ctx context.Context, r *request, s *linear.Session, p assistant.Plan) (Message, error) {
	prop, err := a.Engine.Propose(ctx, asker(r, sourceOfRequest(r)), s, p)
	if err != nil {
		return Message{}, err
	}
	m := a.readsMessage(r, prop.Prepared, p)
	switch {
	case len(prop.Questions) > 0:
		return questionMessage(prop.Questions[0], ""), nil
	case prop.Empty && len(prop.Changes) == 0:
		return m.with(section("No issue matches, so there is nothing to change.")), nil
	}
	for _, c := range prop.Changes {
		if c.Issue.Identifier != "" && len(prop.Reads) == 0 {
			r.Shown = append(r.Shown, c.Issue.Identifier)
		}
	}
	shown := a.preview(ctx, r, prop)
	m.Public = a.previewOpen(ctx, r, prop)
	shown.Public = m.Public
	if len(m.Blocks) == 0 {
		return shown, nil
	}
	return m.with(shown.Blocks...), nil
}
