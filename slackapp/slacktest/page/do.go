package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"linearbot/slackapp/slacktest"
)

// move is one thing a person does, as a tab sends it.
type move struct {
	Do      string         `json:"do"`
	Label   string         `json:"label"` // how the list of what happened calls it
	Channel string         `json:"channel"`
	TS      string         `json:"ts"`     // the message it is done to
	Link    string         `json:"link"`   // of that message, where it is done to the card below a link
	Thread  string         `json:"thread"` // root of the thread it happens in
	View    string         `json:"view"`   // the modal or Home it is done in
	Name    string         `json:"name"`   // block id/action id, callback id, emoji or person
	Choices []string       `json:"choices"`
	Values  map[string]any `json:"values"` // by block id/action id: a string or a list of strings
	Text    string         `json:"text"`
}

// outcome is what a tab is told at once; everything else it reads from the state.
type outcome struct {
	Failure string             `json:"failure,omitempty"` // what Slack itself shows
	Gone    bool               `json:"gone,omitempty"`    // it was done to something no longer there
	Refused bool               `json:"refused,omitempty"` // messages stand under the fields of the form
	Problem string             `json:"problem,omitempty"` // the page asked for something impossible
	Options []slacktest.Option `json:"options,omitempty"`
}

const (
	maxMove  = 1 << 20
	moveTime = 10 * time.Second // more than Slack's own 3 s: ours must not cut them short
)

// serveDo lets the person of a tab do one thing, and answers when Slack has its acknowledgement.
func (p *page) serveDo(w http.ResponseWriter, r *http.Request) {
	u, person, ok := p.person(r)
	if !ok {
		http.Error(w, "nobody of that name works here", http.StatusNotFound)
		return
	}
	var m move
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxMove)).Decode(&m); err != nil {
		http.Error(w, "the request cannot be read", http.StatusBadRequest)
		return
	}
	hand, known := hands[m.Do]
	if !known {
		http.Error(w, "nobody can do that", http.StatusBadRequest)
		return
	}
	if m.Label != "" {
		p.note(u, m.Label)
	}
	// The tab may close while the app is thinking; what a person did stays done.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), moveTime)
	defer cancel()
	options, err := hand(ctx, p, person, m)
	writeJSON(w, outcomeOf(options, err))
}

// outcomeOf sorts the error of a hand: Slack's words, messages under fields (which the view shows), or something gone.
func outcomeOf(options []slacktest.Option, err error) outcome {
	if err == nil {
		return outcome{Options: options}
	}
	if failed, ok := errors.AsType[*slacktest.FailedError](err); ok {
		return outcome{Failure: failed.Text}
	}
	if _, ok := errors.AsType[slacktest.FieldErrors](err); ok {
		return outcome{Refused: true}
	}
	if errors.Is(err, slacktest.ErrNotVisible) || errors.Is(err, slacktest.ErrNoDialog) {
		return outcome{Gone: true}
	}
	return outcome{Problem: err.Error()}
}

// hand does one kind of thing for a person.
type hand func(context.Context, *page, *slacktest.Person, move) ([]slacktest.Option, error)

// does makes a hand of a function that only succeeds or fails.
func does(f func(context.Context, *slacktest.Person, move) error) hand {
	return func(ctx context.Context, _ *page, p *slacktest.Person, m move) ([]slacktest.Option, error) {
		return nil, f(ctx, p, m)
	}
}

// hands are all things a visitor can do, each by a method of slacktest.Person.
var hands = map[string]hand{
	"command": does(func(ctx context.Context, p *slacktest.Person, m move) error { return p.Command(ctx, m.Channel, m.Text) }),
	"say":     does(say),
	"edit":    does(func(_ context.Context, p *slacktest.Person, m move) error { return p.Edit(m.message(), m.Text) }),
	"delete":  does(func(_ context.Context, p *slacktest.Person, m move) error { return p.Delete(m.message()) }),
	"react":   does(func(_ context.Context, p *slacktest.Person, m move) error { return p.React(m.message(), m.Name) }),
	"invite":  invite,
	"click": does(func(ctx context.Context, p *slacktest.Person, m move) error {
		return p.Click(ctx, m.surface(), m.Name, m.Choices...)
	}),
	"confirm": does(func(ctx context.Context, p *slacktest.Person, _ move) error { return p.Confirm(ctx) }),
	"dismiss": does(func(_ context.Context, p *slacktest.Person, _ move) error { return p.Dismiss() }),
	"fill": does(func(ctx context.Context, p *slacktest.Person, m move) error {
		return p.Fill(ctx, slacktest.View{ID: m.View}, m.values())
	}),
	"submit": does(func(ctx context.Context, p *slacktest.Person, m move) error {
		return p.Submit(ctx, slacktest.View{ID: m.View}, m.values())
	}),
	"close": does(closeView),
	"shortcut": does(func(ctx context.Context, p *slacktest.Person, m move) error {
		return p.MessageShortcut(ctx, m.Name, m.message())
	}),
	"global": does(func(ctx context.Context, p *slacktest.Person, m move) error { return p.GlobalShortcut(ctx, m.Name) }),
	"home":   does(func(ctx context.Context, p *slacktest.Person, _ move) error { return p.OpenHome(ctx) }),
	"tab":    does(func(ctx context.Context, p *slacktest.Person, _ move) error { return p.OpenMessagesTab(ctx) }),
	"look":   does(func(_ context.Context, p *slacktest.Person, m move) error { return p.Look(m.Channel) }),
	"stop":   does(func(ctx context.Context, p *slacktest.Person, m move) error { return p.Stop(ctx, m.Channel, m.Thread) }),
	"suggest": func(ctx context.Context, _ *page, p *slacktest.Person, m move) ([]slacktest.Option, error) {
		return p.Suggest(ctx, m.surface(), m.Name, m.Text)
	},
	"restart": func(_ context.Context, p *page, _ *slacktest.Person, _ move) ([]slacktest.Option, error) {
		if p.opt.Restart == nil {
			return nil, errors.New("the app cannot be restarted from here")
		}
		return nil, p.opt.Restart()
	},
}

func (m move) message() slacktest.Message {
	return slacktest.Message{Channel: m.Channel, TS: m.TS}
}

func (m move) surface() slacktest.Surface {
	if m.View != "" {
		return slacktest.View{ID: m.View}
	}
	if m.Link != "" {
		return slacktest.Card{Message: m.message(), URL: m.Link}
	}
	return m.message()
}

// values turns JSON lists into lists of strings, as Fill takes them.
func (m move) values() map[string]any {
	out := map[string]any{}
	for name, v := range m.Values {
		if list, ok := v.([]any); ok {
			texts := make([]string, len(list))
			for i, e := range list {
				texts[i] = fmt.Sprint(e)
			}
			v = texts
		}
		out[name] = v
	}
	return out
}

func say(ctx context.Context, p *slacktest.Person, m move) error {
	if strings.TrimSpace(m.Text) == "" {
		return nil
	}
	if m.Thread == "" {
		_, err := p.Say(ctx, m.Channel, m.Text)
		return err
	}
	_, err := p.ReplyInThread(ctx, slacktest.Message{Channel: m.Channel, TS: m.Thread}, m.Text)
	return err
}

// invite is Slack's own /invite.
func invite(_ context.Context, p *page, person *slacktest.Person, m move) ([]slacktest.Option, error) {
	for _, u := range p.slack.Users() {
		if u.Name == strings.TrimPrefix(m.Name, "@") {
			return nil, person.Invite(m.Channel, u.ID)
		}
	}
	return nil, &slacktest.FailedError{Text: "We couldn't find anyone called " + m.Name + " to invite."}
}

// closeView closes a modal if it is still the topmost: a second press must not close the one beneath.
func closeView(ctx context.Context, p *slacktest.Person, m move) error {
	if p.View().ID != m.View {
		return fmt.Errorf("close %s: %w", m.View, slacktest.ErrNotVisible)
	}
	return p.CloseView(ctx)
}
