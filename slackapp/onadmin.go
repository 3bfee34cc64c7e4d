package slackapp

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"linearbot/store"
)

// adminAt is where an admin stands in the view: it travels in its metadata.
type adminAt struct {
	Tab    string      `json:"t"`
	State  store.State `json:"s,omitempty"` // filters of People
	Name   string      `json:"n,omitempty"`
	Pages  []string    `json:"p,omitempty"` // where the pages before this one began
	After  string      `json:"a,omitempty"`
	Person string      `json:"u,omitempty"` // filters of Audit
	Action string      `json:"c,omitempty"`
	Result string      `json:"r,omitempty"`
	Days   int         `json:"d,omitempty"` // of Usage, and how far Audit goes back
}

func (at adminAt) meta() string {
	b, err := json.Marshal(at)
	if err != nil || len(b) > maxMeta {
		return "{}"
	}
	return string(b)
}

func readAdminAt(text string) adminAt {
	var at adminAt
	if err := json.Unmarshal([]byte(text), &at); err != nil {
		return adminAt{}
	}
	return at
}

// maxMeta is what a view's private metadata holds (Slack).
const maxMeta = 3000

// commandAdmin opens the admin view. The right to see it is asked at every press.
func (a *App) commandAdmin(ctx context.Context, r *request) error {
	if !a.isAdmin(ctx, r) {
		return a.reply(ctx, r, adminOnly())
	}
	if r.Trigger == "" || r.Resumed {
		return a.reply(ctx, r, sayText("Type "+code(a.Word+" admin", 60)+" to open the admin view."))
	}
	p, err := a.adminTab(ctx, r, adminAt{Tab: tabPeople})
	if err != nil {
		return err
	}
	_, err = a.Quick.OpenViewContext(ctx, r.Trigger, p.view())
	return a.opened(err)
}

// isAdmin asks Slack anew, past the cache: somebody may have lost the right a
// moment ago. Without an answer nobody is one.
func (a *App) isAdmin(ctx context.Context, r *request) bool {
	a.people.forget(r.Key.UserID)
	who, err := a.people.get(ctx, r.Key, r.HomeTeam)
	if err != nil {
		a.Log.WarnContext(ctx, "right of an admin not confirmed", "user", r.Key.UserID, "ref", r.Ref, "err", err)
		return false
	}
	return a.admin(who)
}

// onAdmin handles a press inside the admin view.
func (a *App) onAdmin(ctx context.Context, r *request, action, value string) error {
	if action == actAdmin {
		return a.commandAdmin(ctx, r)
	}
	if !a.isAdmin(ctx, r) {
		return a.reply(ctx, r, adminOnly())
	}
	at, notice := readAdminAt(r.Interaction.View.PrivateMetadata), ""
	switch action {
	case actAdminTab:
		at = adminAt{Tab: value}
	case actAdminFilter:
		at.Pages, at.After = nil, ""
		at = at.filtered(r.Interaction.ActionCallback.BlockActions[0], value)
	case actAdminName:
		at.Pages, at.After, at.Name = nil, "", value
	case actAdminPage:
		at = at.turned(value)
	case actAdminExport:
		if err := a.exportAudit(ctx, r, at); err != nil {
			return err
		}
		notice = "The log is in your direct messages."
	case actAdminPolicy:
		if err := a.setPolicy(ctx, r); err != nil {
			return err
		}
	case actAdminActing:
		return a.pressActing(ctx, r, value)
	case actAdminMore:
		done, err := a.adminDoes(ctx, r, value)
		if err != nil || done == "" {
			return err
		}
		notice = done
	}
	return a.redrawAdmin(ctx, r, at, notice, r.Interaction.View.ID)
}

func (a *App) redrawAdmin(ctx context.Context, r *request, at adminAt, notice, viewID string) error {
	p, err := a.adminTab(ctx, r, at)
	if err != nil {
		return err
	}
	p.Notice = notice
	_, err = a.API.UpdateViewContext(ctx, p.view(), "", "", viewID)
	return wrapSlack("views.update", err)
}

// filtered applies one choice of a filter; the block names the filter.
func (at adminAt) filtered(act *slack.BlockAction, value string) adminAt {
	filter := strings.TrimPrefix(act.ActionID, actAdminFilter+".")
	if value == "all" {
		value = ""
	}
	switch filter {
	case "person":
		at.Person = act.SelectedUser
	case "action":
		at.Action = value
	case "result":
		at.Result = value
	case "days":
		at.Days, _ = strconv.Atoi(value) // no number is no filter
	default:
		at.State = store.State(value)
	}
	return at
}

// turned goes to another page: "next:…" or "prev".
func (at adminAt) turned(value string) adminAt {
	if after, ok := strings.CutPrefix(value, "next:"); ok {
		at.Pages, at.After = append(at.Pages, at.After), after
		return at
	}
	if n := len(at.Pages); n > 0 {
		at.After, at.Pages = at.Pages[n-1], at.Pages[:n-1]
	}
	return at
}

// adminDoes carries out a choice from a person's menu: "ask:U123". What takes
// something away is asked once more in a form of its own; then done is "".
func (a *App) adminDoes(ctx context.Context, r *request, value string) (done string, err error) {
	what, id, _ := strings.Cut(value, ":")
	key := store.Key{TeamID: r.Key.TeamID, UserID: id}
	switch what {
	case moreDetails:
		account, err := a.Accounts.Status(ctx, key)
		if err != nil {
			return "", err
		}
		return "", a.openOver(ctx, r, accountView(account, time.Now()))
	case moreForce, moreBar:
		return "", a.openOver(ctx, r, forceView(value, id, what == moreBar))
	case moreAskAgain:
		return a.askAgain(ctx, r, key)
	case moreAllow:
		return mention(id) + " may use Linear here again.", a.Accounts.Unblock(ctx, key, r.Key.UserID)
	case moreShareID:
		return mention(id) + " may now connect a Linear account that serves another person.", a.Accounts.Share(ctx, key, r.Key.UserID)
	}
	return "", nil
}

const (
	settingAsked = "asked_to_reconnect"
	askedFor     = 24 * time.Hour // until somebody may be asked again
)

// askAgain sends the DM that asks to reconnect, at most once a day.
func (a *App) askAgain(ctx context.Context, r *request, key store.Key) (string, error) {
	if who, err := a.people.get(ctx, key, r.HomeTeam); err == nil && who.Gone {
		return mention(key.UserID) + " is deactivated in Slack, so I didn't ask.", nil
	}
	var last time.Time
	err := a.DB.ChangeSetting(ctx, key.TeamID, key.UserID, settingAsked, func(old []byte) (next store.SettingChange, err error) {
		if last = (time.Time{}); old != nil {
			if err := json.Unmarshal(old, &last); err != nil {
				a.Log.WarnContext(ctx, "last request to reconnect not read", "user", key.UserID, "err", err)
			}
		}
		if time.Since(last) >= askedFor {
			next.JSON, err = json.Marshal(time.Now())
		}
		return next, err
	})
	if err != nil {
		return "", err
	}
	if time.Since(last) < askedFor {
		return mention(key.UserID) + " was asked " + moment(last) + ". I ask once a day.", nil
	}
	if err := a.tell(ctx, key, "", "", askToReconnect(r.Key.UserID)); err != nil {
		return "", err
	}
	return "Asked " + mention(key.UserID) + " to reconnect.", nil
}

// submitForce takes somebody's access after the second question.
func (a *App) submitForce(ctx context.Context, r *request) any {
	v := r.Interaction.View
	if !a.isAdmin(ctx, r) {
		view := loading("Linear admin", "Only workspace admins can do this. Nothing was changed.")
		return slack.NewUpdateViewSubmissionResponse(&view)
	}
	what, id, _ := strings.Cut(v.PrivateMetadata, ":")
	key := store.Key{TeamID: r.Key.TeamID, UserID: id}
	notice, err := "Deleted the stored access of "+mention(id)+".", error(nil)
	if what == moreBar {
		notice = mention(id) + " can no longer use Linear here."
		err = a.Accounts.Block(ctx, key, r.Key.UserID)
	} else {
		err = a.Accounts.DisconnectBy(ctx, key, r.Key.UserID)
	}
	if err == nil {
		err = a.DB.DropTickets(ctx, store.HeldTicket, key)
	}
	if err != nil {
		view := failedView("Linear admin", a.failure(ctx, r, err), "")
		return slack.NewUpdateViewSubmissionResponse(&view)
	}
	go a.afterAck(ctx, func(ctx context.Context) {
		a.SendNotices(ctx)
		if err := a.redrawAdmin(ctx, r, adminAt{Tab: tabPeople}, notice, v.PreviousViewID); err != nil {
			a.Log.InfoContext(ctx, "admin view not redrawn", "ref", r.Ref, "err", err)
		}
	})
	return nil
}

// submitAdmin finds people by the name in the field.
func (a *App) submitAdmin(ctx context.Context, r *request) any {
	if !a.isAdmin(ctx, r) {
		view := loading("Linear admin", "Only workspace admins can open this.")
		return slack.NewUpdateViewSubmissionResponse(&view)
	}
	at := readAdminAt(r.Interaction.View.PrivateMetadata)
	at.Pages, at.After, at.Name = nil, "", r.Interaction.View.State.Values["people_name"][actAdminName].Value
	p, err := a.adminTab(ctx, r, at)
	view := p.view()
	if err != nil {
		view = failedView("Linear admin", a.failure(ctx, r, err), "")
	}
	return slack.NewUpdateViewSubmissionResponse(&view)
}

// The audit as a file of comma-separated values, in pieces a message can hold.
const (
	exportMax   = 1000
	exportPiece = 2800
)

// exportAudit sends what the tab shows to the admin's DM.
func (a *App) exportAudit(ctx context.Context, r *request, at adminAt) error {
	entries, err := a.DB.Audit(ctx, at.audit(r.Key.TeamID, exportMax))
	if err != nil {
		return err
	}
	rows := [][]string{{"time", "who", "action", "target", "result", "source", "ref"}}
	for _, e := range entries {
		rows = append(rows, []string{e.At.UTC().Format(time.RFC3339), e.Key.UserID, e.Action, e.Target, e.Result, e.Source, e.Ref})
	}
	var text strings.Builder
	w := csv.NewWriter(&text)
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("write audit as CSV: %w", err)
	}
	m := sayText(fmt.Sprintf("*Audit log* · %s, newest first.", plural(len(entries), "entry", "entries")))
	for _, part := range lineChunks(text.String(), exportPiece) {
		if len(m.Blocks) == 4 { // a message holds about 12,000 characters
			if err := a.tell(ctx, r.Key, "", "", m); err != nil {
				return err
			}
			m = Message{}
		}
		m = m.with(section("```" + escape(part) + "```"))
	}
	return a.tell(ctx, r.Key, "", "", m)
}

// lineChunks cuts text into parts of whole lines of at most size bytes.
func lineChunks(text string, size int) []string {
	var all []string
	var now strings.Builder
	for line := range strings.Lines(text) {
		if now.Len()+len(line) > size && now.Len() > 0 {
			all = append(all, now.String())
			now.Reset()
		}
		now.WriteString(line)
	}
	if now.Len() > 0 {
		all = append(all, now.String())
	}
	return all
}
