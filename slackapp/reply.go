package slackapp

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"linearbot/linear"
	"linearbot/store"
)

// progressAfter is when a person who sees nothing yet gets a sign of work (ux:
// no wait beyond a second without one).
const progressAfter = 850 * time.Millisecond

// wordingCap bounds what is stored and looked up for the words of a failure: a stuck
// disk, which may be the failure itself, must not keep them from the person.
const wordingCap = 3 * time.Second

// errInterrupted says that a request was cut off by restarts too often.
var errInterrupted = errors.New("slackapp: interrupted by restarts")

// reply answers a request where it was made: at its response_url while that
// lives, else as an ephemeral in its channel, else in the person's DM. A second
// reply replaces the first, except after a press: what the address of a press
// replaces is the message that was pressed, which others may read.
func (a *App) reply(ctx context.Context, r *request, m Message) error {
	r.talk.Lock()
	defer r.talk.Unlock()
	if r.Response == "" || m.Public && r.answered { // an ephemeral message cannot become public
		thread := r.Thread
		if !m.Public && r.Said == thread && r.Channel != "" && r.Channel[0] != 'D' {
			thread = "" // only who has a thread open sees an ephemeral message in it (facts: Slack messages)
		}
		return a.tell(ctx, r.Key, r.Channel, thread, m)
	}
	kind := slack.ResponseTypeEphemeral
	if m.Public {
		kind = slack.ResponseTypeInChannel
	}
	err := m.sent(func(opts ...slack.MsgOption) error {
		opts = append(opts, slack.MsgOptionResponseURL(r.Response, kind))
		if r.answered {
			opts = append(opts, slack.MsgOptionReplaceOriginal(r.Response))
		}
		_, _, err := a.API.PostMessageContext(ctx, r.Channel, opts...)
		return err
	})
	if err != nil {
		a.Log.WarnContext(ctx, "response_url refused", "ref", r.Ref, "err", wrapSlack("response_url", err))
		return a.tell(ctx, r.Key, r.Channel, r.Thread, m)
	}
	r.answered = r.answered || !r.pressed()
	return nil
}

// replace edits the message a button was pressed on; where that cannot be (a
// Home tab, a modal), it replies.
func (a *App) replace(ctx context.Context, r *request, m Message) error {
	i := r.Interaction
	if i == nil || i.Container.Type != "message" {
		return a.reply(ctx, r, m)
	}
	if i.Container.IsEphemeral || r.Response != "" {
		err := m.sent(func(opts ...slack.MsgOption) error {
			_, _, err := a.API.PostMessageContext(ctx, r.Channel, append(opts, slack.MsgOptionReplaceOriginal(r.Response))...)
			return err
		})
		if err == nil || i.Container.IsEphemeral {
			return wrapSlack("replace message", err)
		}
	}
	return a.edit(ctx, r.Channel, i.Container.MessageTs, m)
}

// edit changes a message that several people see, or one in a DM.
func (a *App) edit(ctx context.Context, channel, ts string, m Message) error {
	err := m.sent(func(opts ...slack.MsgOption) error {
		_, _, _, err := a.API.UpdateMessageContext(ctx, channel, ts, opts...)
		return err
	})
	return wrapSlack("chat.update", err)
}

// post says something for everybody in a channel, or in a person's DM.
func (a *App) post(ctx context.Context, channel, thread string, m Message) error {
	err := m.sent(func(opts ...slack.MsgOption) error {
		if thread != "" {
			opts = append(opts, slack.MsgOptionTS(thread))
		}
		_, _, err := a.API.PostMessageContext(ctx, channel, opts...)
		return err
	})
	return wrapSlack("chat.postMessage", err)
}

// tell reaches a person outside a request: an ephemeral in the channel, or a DM
// where the bot is not a member.
func (a *App) tell(ctx context.Context, key store.Key, channel, thread string, m Message) error {
	if channel != "" && channel[0] != 'D' {
		var err error
		if m.Public {
			err = a.post(ctx, channel, thread, m)
		} else {
			err = a.postEphemeral(ctx, key.UserID, channel, thread, m)
		}
		if err == nil {
			return nil
		}
		a.Log.InfoContext(ctx, "channel not writable, using the DM", "channel", channel, "err", err)
	}
	if channel != "" && channel[0] == 'D' {
		err := a.post(ctx, channel, thread, m)
		if err == nil {
			return nil
		}
		a.Log.InfoContext(ctx, "not the bot's own DM, using that", "channel", channel, "err", err)
	}
	return a.post(ctx, key.UserID, "", m)
}

// postEphemeral says something to one person in a channel.
func (a *App) postEphemeral(ctx context.Context, userID, channel, thread string, m Message) error {
	err := m.sent(func(opts ...slack.MsgOption) error {
		if thread != "" {
			opts = append(opts, slack.MsgOptionTS(thread))
		}
		_, err := a.API.PostEphemeralContext(ctx, channel, userID, opts...)
		return err
	})
	return wrapSlack("chat.postEphemeral", err)
}

// fail tells the person what went wrong, in the words of say.
func (a *App) fail(ctx context.Context, r *request, err error) {
	ctx = context.WithoutCancel(ctx)
	wording, worded := context.WithTimeout(ctx, wordingCap)
	defer worded()
	telling := func(m Message) error {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		return a.reply(ctx, r, m)
	}
	if held, ok := a.needsConnection(wording, r, err); ok {
		if err := telling(held); err != nil {
			a.Log.WarnContext(ctx, "person not told", "ref", r.Ref, "err", err)
		}
		return
	}
	if errors.As(err, new(*slackError)) && r.wrote {
		err = &notShownError{cause: err}
	}
	f := a.failure(wording, r, err)
	if errors.Is(err, linear.ErrTransient) || f.Changed == unknownChange || f.Internal {
		a.incidents.add(incident{At: time.Now(), Op: r.Op, Ref: r.Ref})
	}
	if f.Quiet || r.Key.UserID == "" {
		return
	}
	if err := telling(f.message()); err != nil {
		a.Log.WarnContext(ctx, "person not told", "ref", r.Ref, "err", err)
	}
}

// withProgress runs work and replies with what it makes. When that takes longer
// than a moment, the person sees that it is under way first.
func (a *App) withProgress(ctx context.Context, r *request, work func(context.Context) (Message, error)) error {
	type result struct {
		m   Message
		err error
	}
	done := make(chan result, 1)
	go func() {
		var out result
		out.err = guarded(ctx, func(ctx context.Context) (err error) { out.m, err = work(ctx); return err })
		done <- out
	}()
	timer := time.NewTimer(progressAfter)
	defer timer.Stop()
	var out result
	select {
	case out = <-done:
	case <-timer.C:
		if err := a.reply(ctx, r, sayText(":hourglass_flowing_sand: Working on it…")); err != nil {
			a.Log.InfoContext(ctx, "no sign of progress", "ref", r.Ref, "err", err)
		}
		out = <-done
	}
	if out.err != nil {
		return out.err
	}
	if len(out.m.Blocks) == 0 && out.m.Text == "" {
		return nil
	}
	if err := a.reply(ctx, r, out.m); err != nil {
		return &notShownError{cause: err}
	}
	return nil
}
