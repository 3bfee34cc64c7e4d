package slackapp

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"linearbot/accounts"
	"linearbot/store"
)

// connectMessage is the prompt with a fresh link for the person of a request.
func (a *App) connectMessage(ctx context.Context, r *request, held string) (Message, error) {
	account, err := a.Accounts.GetOrCreate(ctx, r.Key, r.HomeTeam)
	if err != nil {
		return Message{}, err
	}
	if account.State == store.Blocked {
		return Message{}, accounts.ErrBlocked
	}
	place := prompted{Response: r.Response, Channel: r.Channel, Thread: r.Thread, Home: r.HomeTeam}
	if o, ok := a.workspaceQuestion(ctx, account, held); ok {
		a.rememberPrompt(ctx, r.Key, place)
		return o.message(), nil
	}
	if account.State == store.Verifying {
		a.rememberPrompt(ctx, r.Key, place)
		return oneStepLeft(time.Time{}, held), nil
	}
	link, err := a.link(ctx, r)
	if err != nil {
		return Message{}, err
	}
	actor, err := a.Accounts.ActorFor(ctx, r.Key.TeamID)
	if err != nil {
		return Message{}, err
	}
	a.rememberPrompt(ctx, r.Key, place)
	return connectPrompt{URL: link.URL, Actor: actor, Held: held, State: account.State}.message(), nil
}

// link makes a fresh one-time link for the person of a request.
func (a *App) link(ctx context.Context, r *request) (accounts.Link, error) {
	who, err := a.people.get(ctx, r.Key, r.HomeTeam)
	if err != nil {
		return accounts.Link{}, err
	}
	p := who.Person
	p.Admin = a.admin(who)
	p.Workspace = a.bot.Team
	return a.Accounts.AuthorizationLink(ctx, p)
}

func (a *App) commandConnect(ctx context.Context, r *request) error {
	account, err := a.Accounts.Status(ctx, r.Key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if account.State == store.Active {
		return a.commandStatus(ctx, r)
	}
	m, err := a.connectMessage(ctx, r, "")
	if err != nil {
		return err
	}
	return a.reply(ctx, r, m)
}

func (a *App) commandDisconnect(ctx context.Context, r *request) error {
	account, err := a.Accounts.Status(ctx, r.Key)
	if errors.Is(err, store.ErrNotFound) || err == nil && !account.Holds() && account.State != store.Verifying {
		return a.reply(ctx, r, sayText("You aren't connected, so there is nothing to disconnect."))
	}
	if err != nil {
		return err
	}
	return a.reply(ctx, r, confirmDisconnect(account))
}

// pressDisconnect follows the confirm dialog.
func (a *App) pressDisconnect(ctx context.Context, r *request) error {
	if err := a.disconnect(ctx, r); err != nil {
		return err
	}
	a.refreshHome(ctx, r.Key, r.HomeTeam)
	return a.replace(ctx, r, disconnected())
}

// disconnect deletes the stored access, and what waited for it.
func (a *App) disconnect(ctx context.Context, r *request) error {
	if err := a.Accounts.Disconnect(ctx, r.Key); err != nil {
		return err
	}
	if err := a.DB.DropTickets(ctx, store.HeldTicket, r.Key); err != nil {
		a.Log.WarnContext(ctx, "held actions not dropped", "user", r.Key.UserID, "err", err)
	}
	return nil
}

// connectionMade is called when a grant was proven: the prompt becomes
// "Connected", Home refreshes, what was held goes on.
func (a *App) connectionMade(ctx context.Context, account store.Account) {
	key := account.Key
	var now []heldRequest
	finish, resume := "", ""
	for _, h := range a.heldOf(ctx, key) {
		if !h.request.needsTrigger() {
			now = append(now, h)
			continue
		}
		finish, resume = firstOf(h.request.What, "what you asked"), hex.EncodeToString(h.hash)
	}
	a.answerPrompt(ctx, key, connected(account, heldWaiting(now), finish, resume), connectedView(account), resume != "")
	a.forgetPrompt(ctx, key)
	a.takeUp(ctx, now)
	a.editStopped(ctx, key)
	a.refreshHome(ctx, key, account.HomeTeamID)
	a.SendNotices(ctx)
}

// answerPrompt puts an answer in the place where a person was asked to connect:
// the form, the ephemeral, or without either their DM. both says that the message
// is needed beside the form, for what can be pressed there.
func (a *App) answerPrompt(ctx context.Context, key store.Key, m Message, view slack.ModalViewRequest, both bool) {
	p, _ := a.prompt(ctx, key)
	if p.View != "" {
		_, err := a.API.UpdateViewContext(ctx, view, "", "", p.View)
		if err == nil && !both {
			return
		}
		if err != nil {
			a.Log.InfoContext(ctx, "connect form was closed meanwhile", "user", key.UserID, "err", err)
		}
		p.Response = ""
	}
	r := &request{Key: key, HomeTeam: p.Home, Channel: p.Channel, Thread: p.Thread, Response: p.Response, answered: p.Response != "", talk: new(sync.Mutex)}
	if err := a.reply(ctx, r, m); err != nil {
		a.Log.WarnContext(ctx, "person not told how connecting went on", "user", key.UserID, "err", err)
	}
}

// settingSettled is until when the messages that a connection stopped were edited.
const settingSettled = "notices_settled"

// editStopped turns the messages that said a connection stopped into
// "Reconnected": each once.
func (a *App) editStopped(ctx context.Context, key store.Key) {
	sent, err := a.DB.SentNotices(ctx, key, "revoked", "expired", "disconnected_by_admin", accounts.NoticeActor)
	if err != nil {
		a.Log.WarnContext(ctx, "sent notices not read", "user", key.UserID, "err", err)
		return
	}
	var settled time.Time
	if text, err := a.DB.Setting(ctx, key.TeamID, key.UserID, settingSettled); err == nil {
		if err := json.Unmarshal(text, &settled); err != nil {
			a.Log.WarnContext(ctx, "settled notices not read", "user", key.UserID, "err", err)
		}
	}
	now, edited := time.Now(), false
	for _, n := range sent {
		if !n.At.After(settled) || n.Channel == "" {
			continue
		}
		err := a.edit(ctx, n.Channel, n.Timestamp, reconnected(now))
		if err != nil {
			a.Log.InfoContext(ctx, "old message not edited", "user", key.UserID, "err", err)
		}
		edited = true
	}
	if !edited {
		return
	}
	text, err := json.Marshal(now)
	if err == nil {
		err = a.DB.PutSetting(ctx, key.TeamID, key.UserID, settingSettled, text)
	}
	if err != nil {
		a.Log.WarnContext(ctx, "settled notices not noted", "user", key.UserID, "err", err)
	}
}

// denied turns the prompt of somebody who did not approve into the way to a new
// link. What waits for the connection goes on waiting.
func (a *App) denied(ctx context.Context, key store.Key) {
	f := say(accounts.ErrPending, "")
	view := modal(viewBusy, "Connect Linear", "", "Close", "", f.blocks()...)
	a.answerPrompt(ctx, key, f.message(), view, false)
}

// pressConnect opens the connect form with a link that is fresh.
func (a *App) pressConnect(ctx context.Context, r *request) error {
	if r.Trigger == "" || r.Resumed {
		m, err := a.connectMessage(ctx, r, "")
		if err != nil {
			return err
		}
		return a.reply(ctx, r, m)
	}
	account, err := a.Accounts.Status(ctx, r.Key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	link, err := a.link(ctx, r)
	if err != nil {
		return err
	}
	actor, err := a.Accounts.ActorFor(ctx, r.Key.TeamID)
	if err != nil {
		return err
	}
	view := connectPrompt{URL: link.URL, Actor: actor, State: account.State, Account: account}.view()
	id := r.modalID()
	if id != "" {
		_, err = a.API.UpdateViewContext(ctx, view, "", "", id)
		err = wrapSlack("views.update", err)
	} else {
		var opened *slack.ViewResponse
		opened, err = a.Quick.OpenViewContext(ctx, r.Trigger, view)
		if err = a.opened(err); err == nil {
			id = opened.ID
		}
	}
	if err != nil {
		return err
	}
	channel := r.Channel
	if channel != "" && channel[0] != 'D' {
		channel = "" // a form has no place of its own: its person's DM
	}
	a.rememberPrompt(ctx, r.Key, prompted{View: id, Channel: channel, Home: r.HomeTeam})
	return nil
}

// pressAccess says in words what a connection allows.
func (a *App) pressAccess(ctx context.Context, r *request) error {
	actor, err := a.Accounts.ActorFor(ctx, r.Key.TeamID)
	if err != nil {
		return err
	}
	return a.openOver(ctx, r, accessView(a.Accounts.Scopes, actor, a.Provider))
}
