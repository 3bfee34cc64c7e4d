package slackapp

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"linearbot/store"
)

// request is one envelope with what every handler needs of it: who, where, and
// the two ways to answer. Exactly one of Command, Interaction, Event is set.
type request struct {
	ID       string // the envelope's own id: the seed of every id made for it
	Op       string // command, view.new_issue, action.assign_me, event.message …
	Key      store.Key
	HomeTeam string
	Channel  string
	Thread   string
	Trigger  string // dies after 3 s and one use
	Response string // response_url; a secret: 5 uses in 30 minutes
	Ref      string // eight characters, in the log, the audit and the reply
	What     string // what was asked for, after "I'll finish": creating “Fix login”
	Said     string // timestamp of the message that asks, if one does
	Public   bool   // others read the answer: private teams stay out of it
	Spoken   bool   // in plain words
	Saved    bool   // a read is answered with what was seen before
	Resumed  bool   // taken up again after a restart or a connect: triggers are dead

	// What the words of a failure need to know.
	Reads   bool      // nothing could have been changed
	wrote   bool      // something was changed in Linear
	Checked bool      // the person was told that a change without an answer is looked up
	Creates bool      // it makes an issue: a form may take over
	Issue   string    // the identifier it is about
	URL     string    // the issue in Linear
	Team    string    // the issue's team
	Doing   string    // after "you can't": "edit issues in Design"
	SavedAt time.Time // how old the answer is that a read could show instead

	talk     *sync.Mutex // one reply at a time: the sign of progress, the answer
	began    time.Time   // when it came
	row      string      // where it is in the inbox; differs from ID once it became another request
	raw      inbound     // as it came, so that it can be held and taken up again
	answered bool        // a reply is out; the next one replaces it
	putOff   bool        // it goes on later: its envelope stays in the inbox
	came     time.Time   // when it came first, before any restart
	late     bool        // a form that is answered before its work is done
	counted  bool        // its failure was counted
	raced    error       // how a form ended that nobody waits for any more

	Shown    []string // identifiers the answer shows, in order
	Hidden   int      // issues a public answer left out
	Answered string   // the text of an answer that was shown piece by piece
	kept     bool     // the turn is in memory
	Title    string   // what a conversation that begins here is called

	Command     *slack.SlashCommand
	Interaction *slack.InteractionCallback
	Event       *slackevents.EventsAPIEvent
}

// modalID is the form a press was made in; "" outside of forms.
func (r *request) modalID() string {
	if r.Interaction == nil || r.Interaction.View.Type != slack.VTModal {
		return ""
	}
	return r.Interaction.View.ID
}

// pressed reports whether the request is a press on something in a message, a form or
// on Home.
func (r *request) pressed() bool {
	return r.Interaction != nil && r.Interaction.Type == slack.InteractionTypeBlockActions
}

// readRequest parses an envelope's payload. The error says what was malformed.
func readRequest(in inbound) (*request, error) {
	var r *request
	var err error
	switch in.Type {
	case "slash_commands":
		r, err = readCommand(in.Payload)
	case "interactive":
		r, err = readInteraction(in.Payload)
	case "events_api":
		r, err = readEvent(in.Payload)
	default:
		err = fmt.Errorf("envelope type %q is unknown", in.Type)
	}
	if err != nil {
		return nil, err
	}
	r.raw, r.began, r.talk = in, time.Now(), new(sync.Mutex)
	r.came = r.began
	return r, nil
}

func readCommand(payload json.RawMessage) (*request, error) {
	var c slack.SlashCommand
	if err := json.Unmarshal(payload, &c); err != nil {
		return nil, fmt.Errorf("read slash command: %w", err)
	}
	if c.UserID == "" {
		return nil, errNobody
	}
	return &request{
		ID: c.TriggerID, Op: "command", Ref: newRef(), Command: &c,
		Key:      store.Key{TeamID: tenant(c.EnterpriseID, c.TeamID), UserID: c.UserID},
		HomeTeam: c.TeamID, Channel: c.ChannelID, Trigger: c.TriggerID, Response: c.ResponseURL,
	}, nil
}

func readInteraction(payload json.RawMessage) (*request, error) {
	var i slack.InteractionCallback
	if err := json.Unmarshal(payload, &i); err != nil {
		return nil, fmt.Errorf("read interaction: %w", err)
	}
	if i.User.ID == "" {
		return nil, errNobody
	}
	r := &request{
		ID: i.TriggerID, Op: interactionOp(i), Ref: newRef(), Interaction: &i,
		Key:      store.Key{TeamID: tenant(interactionEnterprise(i), i.Team.ID), UserID: i.User.ID},
		HomeTeam: i.Team.ID, Channel: i.Channel.ID, Trigger: i.TriggerID, Response: i.ResponseURL,
		Thread: i.Container.ThreadTs,
	}
	if r.ID == "" {
		r.ID = strings.Join([]string{i.ActionTs, i.User.ID, i.View.ID, i.View.Hash, i.CallbackID}, ".")
	}
	return r, nil
}

func readEvent(payload json.RawMessage) (*request, error) {
	e, err := slackevents.ParseEvent(payload, slackevents.OptionNoVerifyToken())
	if err != nil {
		return nil, fmt.Errorf("read event: %w", err)
	}
	r := &request{Op: "event." + e.InnerEvent.Type, Ref: newRef(), Event: &e, HomeTeam: e.TeamID}
	r.Key.TeamID = e.TeamID
	if outer, ok := e.Data.(*slackevents.EventsAPICallbackEvent); ok {
		r.ID = outer.EventID
		r.Key.TeamID = tenant(outer.EnterpriseID, e.TeamID)
	}
	switch inner := e.InnerEvent.Data.(type) {
	case *slackevents.MessageEvent:
		r.Key.UserID, r.Channel, r.Thread = inner.User, inner.Channel, inner.ThreadTimeStamp
	case *slackevents.AppMentionEvent:
		r.Key.UserID, r.Channel, r.Thread = inner.User, inner.Channel, inner.ThreadTimeStamp
	case *slackevents.AppHomeOpenedEvent:
		r.Key.UserID, r.Channel = inner.User, inner.Channel
	case *slackevents.LinkSharedEvent:
		r.Key.UserID, r.Channel = inner.User, inner.Channel
	}
	return r, nil
}

// interactionOp names what was done: the view, the shortcut or the action.
func interactionOp(i slack.InteractionCallback) string {
	switch i.Type {
	case slack.InteractionTypeViewSubmission, slack.InteractionTypeViewClosed:
		return string(i.Type) + "." + i.View.CallbackID
	case slack.InteractionTypeBlockSuggestion:
		return "suggest." + baseAction(i.ActionID)
	case slack.InteractionTypeBlockActions:
		if len(i.ActionCallback.BlockActions) > 0 {
			return "action." + baseAction(i.ActionCallback.BlockActions[0].ActionID)
		}
	}
	return string(i.Type) + "." + i.CallbackID
}

func interactionEnterprise(i slack.InteractionCallback) string {
	if i.Enterprise.ID != "" {
		return i.Enterprise.ID
	}
	return i.Team.EnterpriseID
}

// tenant is the enterprise if there is one, else the workspace: user ids are
// unique within it (Slack: Enterprise Grid).
func tenant(enterprise, team string) string {
	if enterprise != "" {
		return enterprise
	}
	return team
}

// newRef is a reference a person can read out: eight letters and digits.
func newRef() string { return rand.Text()[:8] }
