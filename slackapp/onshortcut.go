package slackapp

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/store"
)

// onShortcut handles the ⋯ menu of a message and the global shortcuts.
func (a *App) onShortcut(ctx context.Context, r *request) error {
	i := r.Interaction
	switch i.CallbackID {
	case shortcutNew:
		return a.openForm(ctx, r, draft{}, nil)
	case shortcutMine:
		return a.runText(ctx, r, assistant.VerbMine)
	case shortcutCreate:
		from := a.fromMessage(ctx, r)
		r.Thread = from.Root
		r.What = heldCreate(titleFrom(i.Message, slackNames{}))
		return a.openFromMessage(ctx, r, from)
	case shortcutLink:
		from := a.fromMessage(ctx, r)
		r.Thread = from.Root
		r.What = "linking the thread"
		return a.openLink(ctx, r, from)
	case shortcutShow:
		return a.showFromMessage(ctx, r)
	}
	return nil // a shortcut of an older manifest
}

// openFromMessage opens the form with the message's first sentence as the title,
// then reads the thread and says what it holds. A thread that has an issue already
// says so first.
func (a *App) openFromMessage(ctx context.Context, r *request, from *formFrom) error {
	d := draft{Title: titleFrom(r.Interaction.Message, slackNames{}), Thread: true, Files: true}
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	if r.Resumed {
		return a.reply(ctx, r, a.offerForm(ctx, r, d, from))
	}
	return a.openThreadForm(ctx, r, s, d, from, true)
}

// openThreadForm opens the form of a message and fills in what the thread holds.
func (a *App) openThreadForm(ctx context.Context, r *request, s *linear.Session, d draft, from *formFrom, ask bool) error {
	meta := formMeta{ID: linear.NewID(), Channel: r.Channel, Response: r.Response, Source: from, HomeTeam: r.HomeTeam}
	d.ID = meta.ID
	dir, warm := s.CachedDirectory()
	view := newIssueLoading(d, meta.text())
	if warm {
		view = a.formView(ctx, r, dir, &d, &meta)
	}
	opened, err := a.Quick.OpenViewContext(ctx, r.Trigger, view)
	if err := a.opened(err); err != nil {
		return a.triggerLost(ctx, r, d, from, err)
	}
	if !warm {
		if dir, err = s.Directory(ctx); err != nil {
			held := a.keep(ctx, r, keptDraft, heldDraft{Meta: meta, Draft: d})
			_, upErr := a.API.UpdateViewContext(ctx, failedView("New Linear issue", a.failure(ctx, r, err), held), "", "", opened.ID)
			return firstError(err, upErr)
		}
	}
	told := a.sources.looks(opened.ID)
	i, found := a.linked(ctx, s, from)
	if ask && found {
		_, err := a.API.UpdateViewContext(ctx, alreadyLinked(meta.text(), i), "", opened.Hash, opened.ID)
		if code, _ := slackCode(err); code == "hash_conflict" {
			told(&i) // something was chosen already: who draws that says it in the form
			return nil
		}
		told(nil)
		return wrapSlack("views.update", err)
	}
	told(nil)
	a.lookAhead(ctx, r, opened.ID, d.Title, 0)
	n := a.formOf(ctx, r, dir, &d, &meta)
	if !warm {
		drawn, err := a.API.UpdateViewContext(ctx, n.view(), "", opened.Hash, opened.ID)
		if err != nil {
			return wrapSlack("views.update", err)
		}
		opened.Hash = drawn.Hash
	}
	return a.fillSource(ctx, r, s, n, from, opened.ID, opened.Hash)
}

// createAnother turns the notice that a thread has an issue into the form.
func (a *App) createAnother(ctx context.Context, r *request) error {
	v := r.Interaction.View
	meta := readMeta(v.PrivateMetadata)
	if meta.Source == nil {
		return nil
	}
	s, dir, err := a.names(ctx, r.Key)
	if err != nil {
		return err
	}
	d := draft{ID: meta.ID, Title: titleFrom(slack.Message{Msg: slack.Msg{Text: a.textOf(ctx, r.Key, meta.Source)}}, slackNames{}), Thread: true, Files: true}
	n := a.formOf(ctx, r, dir, &d, &meta)
	hash, ok, err := a.redraw(ctx, r, n.view())
	if err != nil || !ok {
		return err
	}
	return a.fillSource(ctx, r, s, n, meta.Source, v.ID, hash)
}

// previewThread shows what of the thread will be in the issue.
func (a *App) previewThread(ctx context.Context, r *request) error {
	meta := readMeta(r.Interaction.View.PrivateMetadata)
	if meta.Source == nil {
		return nil
	}
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	view := loading("Thread preview", "Reading the thread…")
	pushed, err := a.Quick.PushViewContext(ctx, r.Trigger, view)
	if err := a.opened(err); err != nil {
		return err
	}
	t, missing := a.readThread(ctx, r, s, meta.Source)
	_, err = a.API.UpdateViewContext(ctx, threadPreview(t.transcribe(), missing.before(a.bot.Name)), "", "", pushed.ID)
	return wrapSlack("views.update", err)
}

// fromMessage is the message a shortcut was used on. Its text travels too: it may
// be all that can be read. What is too long for a form's metadata is kept beside it.
func (a *App) fromMessage(ctx context.Context, r *request) *formFrom {
	i := r.Interaction
	from := &formFrom{
		Channel: i.Channel.ID, TS: i.Message.Timestamp, Root: firstOf(i.Message.ThreadTimestamp, i.Message.Timestamp),
		Text: spokenIn(i.Message), User: i.Message.User,
		Direct: i.Channel.ID != "" && i.Channel.ID[0] == 'D' || strings.HasPrefix(i.Channel.Name, "mpdm-"),
	}
	if b, err := json.Marshal(from.Text); err == nil && len(b) <= fromText {
		return from
	}
	if from.Kept = a.keepFor(ctx, r, keptMessage+"/"+rand.Text()[:16], from.Text, touchedFor); from.Kept != "" {
		from.Text = ""
		return from
	}
	from.Text = cut(from.Text, fromText/8) // a character takes six of JSON at most
	return from
}

// fromText is how long a message may be in a form's metadata, as JSON.
const fromText = 1500

// textOf is the message a form was opened from, in full.
func (a *App) textOf(ctx context.Context, key store.Key, from *formFrom) string {
	text := from.Text
	if from.Kept != "" {
		if err := a.kept(ctx, key, from.Kept, &text); err != nil {
			a.Log.WarnContext(ctx, "message not kept any more", "user", key.UserID, "err", err)
		}
	}
	return text
}

// announceInThread posts the card into the thread the issue came from; where the
// bot cannot write, the person gets it.
func (a *App) announceInThread(ctx context.Context, r *request, from *formFrom, c card) {
	c.Public = !c.Issue.Team.Private() // else the person alone sees it
	m := c.compact()
	if err := a.tell(ctx, r.Key, from.Channel, from.Root, m); err != nil {
		a.Log.WarnContext(ctx, "card not shown", "ref", r.Ref, "err", err)
	}
	if err := a.API.AddReactionContext(ctx, "ticket", slack.NewRefToMessage(from.Channel, from.TS)); err != nil {
		a.Log.DebugContext(ctx, "no reaction", "ref", r.Ref, "err", err)
	}
}

// showFromMessage shows the issues a message names, with the presser's own eyes.
func (a *App) showFromMessage(ctx context.Context, r *request) error {
	refs := issuesIn(r.Interaction.Message.Text)
	if len(refs) == 0 {
		return a.reply(ctx, r, sayText("I found no Linear issue in that message."))
	}
	refs = refs[:min(len(refs), 5)]
	return a.withProgress(ctx, r, func(ctx context.Context) (Message, error) { return a.show(ctx, r, refs) })
}

// issuesIn are the identifiers and addresses of issues in a message, in order.
func issuesIn(text string) (refs []string) {
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" \n\t<>|,;()", c) }) {
		word = strings.TrimRight(word, ".:!?")
		if _, ok := linear.ParseRef(word); ok {
			refs = append(refs, word)
		}
	}
	return refs
}

// issueTypeahead finds issues by identifier or words, most recent first.
func (a *App) issueTypeahead(ctx context.Context, r *request, s *linear.Session, query string) []*slack.OptionBlockObject {
	input := map[string]any{"sort": "updated", "first": 20}
	if _, ok := linear.ParseRef(query); ok {
		if issue, err := s.Issue(ctx, query); err == nil {
			return issueOptions([]linear.Issue{issue}, query)
		}
	}
	if query != "" {
		input["query"] = query
	} else {
		input["assignee"] = "me"
	}
	found, err := a.readList(ctx, s, input)
	if err != nil {
		a.Log.InfoContext(ctx, "typeahead without issues", "ref", r.Ref, "err", err)
		return nil
	}
	return issueOptions(found.Issues, query)
}
