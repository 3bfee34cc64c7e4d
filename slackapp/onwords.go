package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
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

// readsMessage shows what the lists of a plan found: how they were read, and the
// first rows.
func (a *App) readsMessage(r *request, p assistant.Prepared, plan assistant.Plan) Message {
	const rows = 5
	var m Message
	for _, read := range p.Reads {
		if read.Page == nil && read.Issue == nil {
			continue
		}
		issues := read.Page
		if read.Issue != nil {
			issues = []linear.Issue{*read.Issue}
		}
		if r.Public {
			visible, _ := publicRows(issues, 0)
			r.shows(visible...)
		} else {
			r.shows(issues...)
		}
		if read.Step < len(plan.Steps) {
			command := assistant.SpellStep(plan.Steps[read.Step])
			m = m.with(contextLine(dotted("Searched: "+firstOf(code(strings.TrimSpace(a.Word+" "+command), 300), "your words"), foundWords(len(issues), read.HasNext))))
		}
		visible, hidden := issues, 0
		if r.Public {
			visible, hidden = publicRows(issues, 0)
		}
		for _, i := range visible[:min(len(visible), rows)] {
			m = m.with(issueList{}.row(i))
		}
		if len(visible) > rows {
			m = m.with(contextLine(fmt.Sprintf("and %d more", len(visible)-rows)))
		}
		if hidden > 0 {
			m = m.with(contextLine(hiddenLine(hidden)))
			r.Hidden += hidden
		}
	}
	return m
}

func foundWords(n int, more bool) string {
	if more {
		return fmt.Sprintf("%d issues and more", n)
	}
	return plural(n, "issue", "issues")
}

// readPlan answers a sentence that only reads.
func (a *App) readPlan(ctx context.Context, r *request, s *linear.Session, reading assistant.Reading) (Message, error) {
	if reading.Command != "" && len(reading.Plan.Steps) == 1 && !reading.Count {
		if cmd, err := assistant.ParseCommand(reading.Command); err == nil {
			switch cmd.Verb {
			case assistant.VerbShow:
				return a.show(ctx, r, cmd.Issues)
			case assistant.VerbMine, assistant.VerbList, assistant.VerbSearch:
				return a.list(ctx, r, page{Command: reading.Command, At: time.Now(), First: 1, Public: r.Public})
			}
		}
	}
	found, err := a.Engine.Prepare(ctx, asker(r, sourceOfRequest(r)), s, reading.Plan)
	if err != nil {
		return Message{}, err
	}
	if len(found.Questions) > 0 {
		return questionMessage(found.Questions[0], ""), nil
	}
	if reading.Count {
		return countMessage(found, reading.Plan), nil
	}
	m := a.readsMessage(r, found, reading.Plan)
	m.Public = r.Public
	for _, read := range found.Reads {
		if len(read.Data) > 0 {
			m.Public = false // names of private teams may be among them
			m = m.with(section(dataWords(read.Data)))
		}
	}
	if len(m.Blocks) == 0 {
		return sayText("Linear has nothing that matches."), nil
	}
	return m, nil
}

// dataWords lists the names in an answer of Linear that is no list of issues.
func dataWords(data json.RawMessage) string {
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		return "Linear's answer could not be read."
	}
	var lines []string
	collectNames(tree, &lines)
	if len(lines) == 0 {
		return "Linear has nothing that matches."
	}
	return cutMrkdwn("• "+strings.Join(lines, "\n• "), maxSection)
}

// collectNames gathers the named things of a GraphQL answer, in order.
func collectNames(v any, lines *[]string) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			collectNames(e, lines)
		}
	case map[string]any:
		if name, ok := v["name"].(string); ok {
			key, _ := v["key"].(string)
			kind, _ := v["type"].(string)
			mail, _ := v["email"].(string)
			*lines = append(*lines, dotted(bold(inline(name, 100)), inline(key, 20), inline(kind, 40), inline(mail, 100)))
			if _, nested := v["states"]; !nested {
				return
			}
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			collectNames(v[k], lines)
		}
	}
}

// prompts are those of the manifest: they hold in every workspace.
var prompts = []slack.AssistantThreadsPrompt{
	{Title: "My open issues", Message: "Show my open issues"},
	{Title: "Urgent and unassigned", Message: "Show urgent open issues that nobody is assigned to"},
	{Title: "New issue", Message: "Create an issue titled"},
	{Title: "What can you do?", Message: "help"},
}

// suggestPrompts offers the prompts when the conversation is opened.
func (a *App) suggestPrompts(ctx context.Context, r *request, channel string) error {
	err := a.API.SetAssistantThreadsSuggestedPromptsContext(ctx, slack.AssistantThreadsSetSuggestedPromptsParameters{
		ChannelID: channel, Title: "Try one of these",
		Prompts: prompts,
	})
	if e, ok := errors.AsType[slack.SlackErrorResponse](err); ok && e.Err == "not_agent_app" {
		return nil
	}
	if err != nil {
		a.Log.InfoContext(ctx, "prompts not set", "err", err)
	}
	return nil
}
