package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/store"
)

// failure is an error in the words of say, with what is known of the request. When
// the words offer to try again, what was asked for is kept for that.
func (a *App) failure(ctx context.Context, r *request, err error) Failure {
	if !r.counted {
		r.counted = true
		a.figures.failed(r.Key.TeamID, failureWord(err))
	}
	known := about{Ref: r.Ref, Word: a.Word, Bot: a.bot.Name, Reads: r.Reads, Wrote: r.wrote, Issue: r.Issue, URL: r.URL, Team: r.Team, Doing: r.Doing}
	known.Channel = channelName(r)
	if account, stErr := a.Accounts.Status(ctx, r.Key); stErr == nil {
		known.Scopes = account.Scopes
	}
	known.Later, known.SavedAt = a.putOff(ctx, r, err), r.SavedAt
	if r.raw.Payload == nil || isForm(r) {
		return sayAbout(err, known) // a form keeps its own draft
	}
	probe := known
	probe.Held = keptRequest
	if f := sayAbout(err, probe); f.needsHeld(keptRequest) {
		known.Held = a.keep(ctx, r, keptRequest, again(r, err))
	}
	f := sayAbout(err, known)
	if !r.Creates {
		f.Buttons = slices.DeleteFunc(f.Buttons, func(b failureButton) bool { return b.Action == actOpenForm || b.Action == actCreateWithout })
	}
	return f
}

// isForm reports whether the request is a submitted form.
func isForm(r *request) bool {
	return r.Interaction != nil && r.Interaction.Type == slack.InteractionTypeViewSubmission
}

// needsHeld reports whether any next step goes on with what is held.
func (f Failure) needsHeld(held string) bool {
	return f.Held == held || slices.ContainsFunc(f.Buttons, func(b failureButton) bool {
		return b.Value == held || strings.HasPrefix(b.Value, held+"|")
	})
}

// channelName is the channel of a request without #, when Slack said it.
func channelName(r *request) string {
	name := ""
	if r.Command != nil {
		name = r.Command.ChannelName
	} else if r.Interaction != nil {
		name = r.Interaction.Channel.Name
	}
	if name == "directmessage" || name == "privategroup" || strings.HasPrefix(name, "mpdm-") {
		return "" // Slack's words for conversations without a name of their own
	}
	return name
}

// tooOld answers a button whose text is no longer kept.
func tooOld() Message {
	return sayText("That is older than 30 minutes, so I don't have it any more. Nothing was changed.")
}

// pressRetry makes a kept request again, or submits a kept form again.
func (a *App) pressRetry(ctx context.Context, r *request, name string) error {
	if strings.HasPrefix(name, keptRequest+"/") {
		k, err := a.takeKept(ctx, r, name)
		if err != nil {
			return a.gone(ctx, r, err)
		}
		if err := a.become(r, k); err != nil {
			return err
		}
		return a.dispatch(ctx, r)
	}
	var h heldDraft
	if err := a.kept(ctx, r.Key, name, &h); err != nil {
		return a.gone(ctx, r, err)
	}
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	issue, err := a.createFromForm(ctx, r, s, h.Meta, h.Draft)
	if r.Interaction.View.ID == "" {
		return err
	}
	view := createdView(issue)
	if err != nil {
		view = failedView("New Linear issue", a.failure(ctx, r, err), name)
	}
	_, err = a.API.UpdateViewContext(ctx, view, "", "", r.Interaction.View.ID)
	return wrapSlack("views.update", err)
}

func (a *App) takeKept(ctx context.Context, r *request, name string) (againRequest, error) {
	var k againRequest
	err := a.kept(ctx, r.Key, name, &k)
	return k, err
}

func (a *App) gone(ctx context.Context, r *request, err error) error {
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if v := r.Interaction.View; v.ID != "" && v.Title != nil { // said where it was pressed
		_, err := a.API.UpdateViewContext(ctx, loading(v.Title.Text, tooOld().fitted().Text), "", "", v.ID)
		return wrapSlack("views.update", err)
	}
	return a.replace(ctx, r, tooOld())
}

// become turns the press on Try again into the request that failed, with the
// trigger and the place of the press. Its id stays: what went through the first
// time is found, not repeated.
func (a *App) become(r *request, k againRequest) error {
	first, err := readRequest(inbound{Type: k.Type, Payload: k.Payload})
	if err != nil {
		return err
	}
	first.ID, first.What, first.Ref, first.Trigger = k.ID, k.What, r.Ref, r.Trigger
	first.row = firstOf(r.row, r.ID)
	if first.Command != nil && r.Response != "" {
		first.Response, first.answered = r.Response, true // the failure becomes the answer
	}
	*r = *first
	return nil
}

// pressPick goes on with what was meant by an unclear name.
func (a *App) pressPick(ctx context.Context, r *request, held, id string) error {
	k, err := a.takeKept(ctx, r, held)
	if err != nil {
		return a.gone(ctx, r, err)
	}
	if err := a.become(r, k); err != nil {
		return err
	}
	text := ""
	switch {
	case r.Command != nil:
		text = r.Command.Text
	case r.Interaction != nil && len(r.Interaction.ActionCallback.BlockActions) > 0:
		text = strings.TrimSpace(strings.TrimPrefix(r.Interaction.ActionCallback.BlockActions[0].Value, a.Word))
	}
	if id == pickNobody {
		r.ID += "/" + pickNobody // what was tried has an outcome already
	}
	if id == pickNone || id == pickNobody {
		return a.createWithout(ctx, r, text, func(f assistant.Field, v assistant.Value) bool {
			return id == pickNobody && f.Name == fieldAssignee || id == pickNone && f.Name == "label" && v.Text == k.Name
		})
	}
	text, ok := k.picked(text, id)
	if !ok {
		return a.reply(ctx, r, sayText("Type the whole name in the command, then it works. Nothing was changed."))
	}
	return a.runText(ctx, r, text)
}

// createWithout creates what a command asks for without some of its values.
func (a *App) createWithout(ctx context.Context, r *request, text string, without func(assistant.Field, assistant.Value) bool) error {
	cmd, err := assistant.ParseCommand(text)
	if err != nil {
		return err
	}
	for n, f := range cmd.Fields {
		cmd.Fields[n].Values = slices.DeleteFunc(slices.Clone(f.Values), func(v assistant.Value) bool { return without(f, v) })
	}
	cmd.Fields = slices.DeleteFunc(cmd.Fields, func(f assistant.Field) bool { return len(f.Values) == 0 })
	if cmd.Verb != assistant.VerbCreate {
		return a.runText(ctx, r, text)
	}
	r.Creates, r.What = true, heldWords(cmd)
	return a.commandCreate(ctx, r, cmd)
}

// pressOpenForm opens the form with what was kept, or with what the button holds.
func (a *App) pressOpenForm(ctx context.Context, r *request, value string) error {
	var d draft
	switch {
	case strings.HasPrefix(value, keptDraft+"/"):
		var h heldDraft
		if err := a.kept(ctx, r.Key, value, &h); err != nil {
			return a.gone(ctx, r, err)
		}
		return a.openForm(ctx, r, h.Draft, h.Meta.Source)
	case strings.HasPrefix(value, keptRequest+"/"):
		k, err := a.takeKept(ctx, r, value)
		if err != nil {
			return a.gone(ctx, r, err)
		}
		if d, err = a.draftOfRequest(ctx, r, k); err != nil {
			return err
		}
	default:
		if err := json.Unmarshal([]byte(value), &d); err != nil {
			d = draft{}
		}
	}
	return a.openForm(ctx, r, d, nil)
}

// draftOfRequest is a create command as a form: every field whose name is clear is
// filled in, the others are left to the person.
func (a *App) draftOfRequest(ctx context.Context, r *request, k againRequest) (draft, error) {
	first, err := readRequest(inbound{Type: k.Type, Payload: k.Payload})
	if err != nil || first.Command == nil {
		return draft{}, err
	}
	cmd, err := assistant.ParseCommand(first.Command.Text)
	if err != nil || cmd.Verb != assistant.VerbCreate {
		return draft{}, nil //nolint:nilerr // an empty form is what can be offered
	}
	_, dir, err := a.names(ctx, r.Key)
	if err != nil {
		return draft{}, err
	}
	return draftOfCommand(dir, cmd), nil
}

// pressCopy shows what was typed, so that it can be copied.
func (a *App) pressCopy(ctx context.Context, r *request, name string) error {
	var h heldDraft
	if err := a.kept(ctx, r.Key, name, &h); err != nil {
		return a.gone(ctx, r, err)
	}
	var err error
	if r.Interaction.View.ID != "" {
		_, err = a.Quick.PushViewContext(ctx, r.Trigger, textView(h.Draft))
	} else {
		_, err = a.Quick.OpenViewContext(ctx, r.Trigger, textView(h.Draft))
	}
	return a.opened(err)
}

// offerForm is what a person gets whose trigger is gone: the text is safe.
func (a *App) offerForm(ctx context.Context, r *request, d draft, from *formFrom) Message {
	held := a.keep(ctx, r, keptDraft, heldDraft{Draft: d, Meta: formMeta{Source: from}})
	return sayText("Your form is ready to open. Your text is safe.").
		with(actions("", primary("Open form", actOpenForm, held)))
}

// triggerLost words a form that Slack did not let us open, with the way to open it.
func (a *App) triggerLost(ctx context.Context, r *request, d draft, from *formFrom, err error) error {
	if !errors.As(err, new(*triggerError)) {
		return err
	}
	held := a.keep(ctx, r, keptDraft, heldDraft{Draft: d, Meta: formMeta{Source: from}})
	return a.reply(ctx, r, sayAbout(err, about{Ref: r.Ref, Held: held}).message())
}

// heldDraft is a form that could not be submitted, kept for Try again.
type heldDraft struct {
	Meta  formMeta `json:"meta"`
	Draft draft    `json:"draft"`
}
