package slackapp

import (
	"context"
	"errors"
	"time"

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
	if account.State == store.Verifying && held == "" {
		return oneStepLeft(time.Now().Add(10 * time.Minute)), nil
	}
	link, err := a.link(ctx, r)
	if err != nil {
		return Message{}, err
	}
	return connectPrompt{URL: link.URL, Actor: a.Accounts.Actor, Held: held, State: account.State}.message(), nil
}

// link makes a fresh one-time link for the person of a request and remembers
// where to say that it worked.
func (a *App) link(ctx context.Context, r *request) (accounts.Link, error) {
	who, err := a.people.get(ctx, r.Key, r.HomeTeam)
	if err != nil {
		return accounts.Link{}, err
	}
	p := who.Person
	p.Admin = a.admin(who)
	p.Workspace = a.bot.Team
	link, err := a.Accounts.AuthorizationLink(ctx, p)
	if err != nil {
		return accounts.Link{}, err
	}
	a.waiting.put(r.Key, r)
	return link, nil
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
	if err := a.Accounts.Disconnect(ctx, r.Key); err != nil {
		return err
	}
	if err := a.DB.DropTickets(ctx, store.HeldTicket, r.Key); err != nil {
		a.Log.WarnContext(ctx, "held actions not dropped", "user", r.Key.UserID, "err", err)
	}
	a.refreshHome(ctx, r.Key, r.HomeTeam)
	return a.replace(ctx, r, disconnected())
}

// statusCap bounds the real call that status makes (ux: 2 s).
const statusCap = 2 * time.Second

func (a *App) commandStatus(ctx context.Context, r *request) error {
	account, err := a.Accounts.GetOrCreate(ctx, r.Key, r.HomeTeam)
	if err != nil {
		return err
	}
	c := connectionStatus{Account: account}
	if account.State == store.Active {
		if account.Actor != a.Accounts.Actor {
			c.Mode = a.Accounts.Actor
		}
		c.Took, c.Left, c.Limit, c.Reset = a.ping(ctx, r.Key)
		if again, err := a.Accounts.Status(ctx, r.Key); err == nil {
			c.Account = again // the call may have found out that access is gone
		}
	}
	return a.reply(ctx, r, c.message())
}

// ping is one real call to Linear: how long it took and what is left of the
// budget. Zero when Linear did not answer in time.
func (a *App) ping(ctx context.Context, key store.Key) (took time.Duration, left, limit int, reset time.Time) {
	ctx, cancel := context.WithTimeout(ctx, statusCap)
	defer cancel()
	s, err := a.Accounts.Session(ctx, key)
	if err != nil {
		return 0, 0, 0, time.Time{}
	}
	began := time.Now()
	if _, err := s.Viewer(ctx); err != nil {
		return 0, 0, 0, time.Time{}
	}
	budget := s.RateLimit()
	return max(time.Since(began), time.Millisecond), budget.Remaining, budget.Limit, budget.Reset
}

// connectionMade is called when the browser came back from Linear with a proven
// grant: the prompt becomes "Connected", Home refreshes, what was held goes on.
func (a *App) connectionMade(ctx context.Context, account store.Account) {
	defer a.release(ctx, account.Key)
	m := connected(account, "")
	if r, ok := a.waiting.take(account.Key); ok {
		if err := a.reply(ctx, r, m); err != nil {
			a.Log.WarnContext(ctx, "person not told of the connection", "user", account.Key.UserID, "err", err)
		}
	} else if err := a.tell(ctx, account.Key, "", "", m); err != nil {
		a.Log.WarnContext(ctx, "person not told of the connection", "user", account.Key.UserID, "err", err)
	}
	a.editStopped(ctx, account.Key)
	a.refreshHome(ctx, account.Key, account.HomeTeamID)
	a.SendNotices(ctx)
}

// editStopped turns the messages that said a connection stopped into "Reconnected".
func (a *App) editStopped(ctx context.Context, key store.Key) {
	sent, err := a.DB.SentNotices(ctx, key, "revoked", "expired")
	if err != nil {
		a.Log.WarnContext(ctx, "sent notices not read", "user", key.UserID, "err", err)
		return
	}
	for _, n := range sent {
		_, _, _, err := a.API.UpdateMessageContext(ctx, n.Channel, n.Timestamp, reconnected(time.Now()).options()...)
		if err != nil {
			a.Log.InfoContext(ctx, "old message not edited", "user", key.UserID, "err", err)
		}
	}
}

// codeShown turns the prompt into "One step left" while the browser shows a code.
func (a *App) codeShown(ctx context.Context, key store.Key) {
	m := oneStepLeft(time.Now().Add(10 * time.Minute))
	if r, ok := a.waiting.take(key); ok {
		a.waiting.put(key, r)
		if err := a.reply(ctx, r, m); err != nil {
			a.Log.WarnContext(ctx, "person not told of the code", "user", key.UserID, "err", err)
		}
		return
	}
	if err := a.tell(ctx, key, "", "", m); err != nil {
		a.Log.WarnContext(ctx, "person not told of the code", "user", key.UserID, "err", err)
	}
}
