package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/store"
)

// homesMax bounds the remembered Homes; then they are forgotten and read anew.
const homesMax = 5000

// homes remembers what each person's Home showed last, so that it is painted at
// once the next time.
type homes struct {
	mu    sync.Mutex
	known map[store.Key]home
}

func (h *homes) get(key store.Key) (home, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	last, ok := h.known[key]
	return last, ok
}

func (h *homes) put(key store.Key, last home) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.known == nil || len(h.known) >= homesMax {
		h.known = make(map[store.Key]home)
	}
	h.known[key] = last
}

// homePage is what My issues shows: a view and where in it. A paging button
// carries it.
type homePage struct {
	View   string `json:"v"`
	After  string `json:"a,omitempty"`
	Before string `json:"b,omitempty"`
	First  int    `json:"n"`
}

func (p homePage) value() string {
	b, err := json.Marshal(p)
	if err != nil || len(b) > maxValue {
		return ""
	}
	return string(b)
}

// publishHome paints the Home tab in the view that was chosen last.
func (a *App) publishHome(ctx context.Context, key store.Key, homeTeam string) error {
	last, _ := a.homes.get(key)
	return a.showHome(ctx, key, homeTeam, homePage{View: firstOf(last.View, "open"), First: 1})
}

// showHome paints the Home tab: at once from what is known, then with fresh rows.
// A failed refresh keeps what was there and says so.
func (a *App) showHome(ctx context.Context, key store.Key, homeTeam string, p homePage) error {
	account, err := a.Accounts.Status(ctx, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	h := home{Account: account, Word: a.Word, Version: a.Version, View: p.View, First: p.First, Reader: a.Provider}
	if who, err := a.people.get(ctx, key, homeTeam); err == nil {
		h.Admin = a.admin(who)
	}
	if account.State != store.Active {
		return a.paint(ctx, key, h)
	}
	h.Reading = true
	if last, ok := a.homes.get(key); ok && last.View == p.View && last.Account.ViewerID == account.ViewerID {
		h.Issues, h.Prev, h.Next, h.At, h.First, h.Reading = last.Issues, last.Prev, last.Next, last.At, last.First, false
	}
	h.Recent, h.Waiting = a.recentIssues(ctx, key, h), a.waitingPreviews(ctx, key)
	if err := a.paint(ctx, key, h); err != nil {
		return err
	}
	found, err := a.homeRows(ctx, key, homeTeam, p)
	h.Reading = false
	if err != nil {
		h.Failed, h.Ref = time.Now(), newRef()
		a.Log.WarnContext(ctx, "home not refreshed", "user", key.UserID, "ref", h.Ref, "err", err)
		if again, stErr := a.Accounts.Status(ctx, key); stErr == nil {
			h.Account = again
		}
		return a.paint(ctx, key, h)
	}
	h.Issues, h.At, h.First = found.Issues, time.Now(), p.First
	h.Prev, h.Next = p.around(found)
	h.Recent = a.recentIssues(ctx, key, h)
	a.homes.put(key, h)
	return a.paint(ctx, key, h)
}

// around are the pages before and after this one, as their buttons carry them.
func (p homePage) around(found linear.IssuePage) (prev, next string) {
	if p.First > 1 {
		prev = homePage{View: p.View, Before: found.Before, First: max(1, p.First-listRows)}.value()
	}
	if found.HasMore {
		next = homePage{View: p.View, After: found.After, First: p.First + len(found.Issues)}.value()
	}
	return prev, next
}

// homeRows reads one page of a view: one request to Linear once names are warm. A
// state that no team has makes a view empty, not wrong.
func (a *App) homeRows(ctx context.Context, key store.Key, homeTeam string, p homePage) (linear.IssuePage, error) {
	i := slices.IndexFunc(homeViews(), func(v homeView) bool { return v.Value == p.View })
	cmd, err := assistant.ParseCommand(homeViews()[max(i, 0)].Command)
	if err != nil {
		return linear.IssuePage{}, err
	}
	s, dir, err := a.names(ctx, key)
	if err != nil {
		return linear.IssuePage{}, err
	}
	plan, err := assistant.Compile(cmd, dir, assistant.Defaults{Now: a.clockOf(ctx, &request{Key: key, HomeTeam: homeTeam})})
	if err == nil {
		input := plan.Steps[0].Input
		input["first"] = listRows
		if p.After != "" {
			input["after"] = p.After
		}
		if p.Before != "" {
			input["before"] = p.Before
		}
		var page linear.IssuePage
		if page, err = a.readList(ctx, s, input); err == nil {
			return page, nil
		}
	}
	if _, unknown := errors.AsType[*linear.NameError](err); unknown {
		return linear.IssuePage{}, nil
	}
	return linear.IssuePage{}, err
}

func (a *App) paint(ctx context.Context, key store.Key, h home) error {
	_, err := a.API.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: key.UserID, View: h.view()})
	return wrapSlack("views.publish", err)
}

// refreshHome repaints Home after something it shows has changed. It is a
// courtesy: its failure is only logged.
func (a *App) refreshHome(ctx context.Context, key store.Key, homeTeam string) {
	if err := a.publishHome(ctx, key, homeTeam); err != nil {
		a.Log.InfoContext(ctx, "home not repainted", "user", key.UserID, "err", err)
	}
}

// onHome handles what is pressed on Home.
func (a *App) onHome(ctx context.Context, r *request, action, value string) error {
	switch {
	case action == actHomeMore && value == moreStatus:
		r.Response = ""
		return a.commandStatus(ctx, r)
	case action == actHomeMore && (value == moreReconnect || value == moreAddOrg):
		return a.pressConnect(ctx, r)
	case action == actHomeMore && value == moreDisconnect:
		return a.openOver(ctx, r, disconnectView())
	}
	p := homePage{View: value, First: 1}
	if action == actHomeNext || action == actHomePrev {
		if err := json.Unmarshal([]byte(value), &p); err != nil {
			return err
		}
	}
	return a.showHome(ctx, r.Key, r.HomeTeam, p)
}

// submitDisconnect follows the confirm form that Home opens.
func (a *App) submitDisconnect(ctx context.Context, r *request) any {
	view := loading("Disconnect Linear?", "Disconnected. Your stored access was deleted.")
	if err := a.disconnect(ctx, r); err != nil {
		view = failedView("Disconnect Linear?", a.failure(ctx, r, err), "")
	}
	go a.afterAck(ctx, func(ctx context.Context) { a.refreshHome(ctx, r.Key, r.HomeTeam) })
	return slack.NewUpdateViewSubmissionResponse(&view)
}

// paintRefusal is Home for somebody who may not use the bot.
func (a *App) paintRefusal(ctx context.Context, r *request, refused error) error {
	view := slack.HomeTabViewRequest{
		Type: slack.VTHomeTab, CallbackID: viewHome,
		Blocks: slack.Blocks{BlockSet: append(blocks(header("Linear in Slack")), say(refused, "").blocks()...)},
	}
	_, err := a.API.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: r.Key.UserID, View: view})
	return wrapSlack("views.publish", err)
}
