package slackapp

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"linearbot/store"
)

// opinion is why an answer of the model did not help, as a person wrote it.
type opinion struct {
	At     time.Time
	User   string `json:",omitempty"`
	Ref    string // of the answer
	Reason []byte // sealed
}

// rated is the answer that a form is about, and where it stands.
type rated struct {
	Ref     string `json:"r"`
	Channel string `json:"c,omitempty"`
	Thread  string `json:"t,omitempty"`
}

const (
	feedbackSetting = "assistant.feedback"
	maxOpinions     = 50  // the latest are kept
	maxReason       = 500 // characters
	feedbackAction  = "feedback"
)

// feedbackButtons ask whether an answer of the model helped.
func feedbackButtons(ref string) slack.Block {
	return slack.NewContextActionsBlock("", slack.NewFeedbackButtonsBlockElement(actFeedback,
		slack.NewFeedbackButton(plain("Helpful", maxLabel), "good:"+ref).WithAccessibilityLabel("This answer helped"),
		slack.NewFeedbackButton(plain("Not helpful", maxLabel), "bad:"+ref).WithAccessibilityLabel("This answer did not help")))
}

// feedbackView asks what was wrong; it may stay empty.
func feedbackView(about rated) slack.ModalViewRequest {
	meta, err := json.Marshal(about)
	if err != nil {
		panic(err) // three texts
	}
	reason := optional(fieldReason, "What was wrong?", textInput(actField, "", maxReason, true))
	reason.Hint = plain("Your admins can read this. Leave it empty if you like.", maxInputLabel)
	return modal(viewFeedback, "Not helpful", "Send", "Skip", string(meta), reason)
}

// pressFeedback writes down what a person thought of an answer, and asks why it
// did not help.
func (a *App) pressFeedback(ctx context.Context, r *request, value string) error {
	verdict, ref, _ := strings.Cut(value, ":")
	result := "not_helpful"
	if verdict == "good" {
		result = "helpful"
	}
	if err := a.DB.AppendAudit(ctx, store.Entry{At: time.Now(), Key: r.Key, Action: feedbackAction, Result: result, Ref: ref, Source: sourceWords}); err != nil {
		return fmt.Errorf("keep feedback: %w", err)
	}
	if verdict != "good" {
		if _, err := a.Quick.OpenViewContext(ctx, r.Trigger, feedbackView(rated{ref, r.Channel, r.Thread})); err == nil {
			return nil
		}
	}
	return a.tell(ctx, r.Key, r.Channel, r.Thread, sayText(opinionNoted))
}

const opinionNoted = "Thank you, noted."

// submitFeedback keeps the reason, sealed, for the Usage tab, and says so where the
// answer stands.
func (a *App) submitFeedback(ctx context.Context, r *request) any {
	var about rated
	if err := json.Unmarshal([]byte(r.Interaction.View.PrivateMetadata), &about); err != nil {
		return a.opinionLost(ctx, r, err)
	}
	reason := strings.TrimSpace(newHider().hide(fieldText(r.Interaction.View.State, fieldReason)))
	if reason != "" {
		if err := a.keepOpinion(ctx, r.Key, about.Ref, reason); err != nil {
			return a.opinionLost(ctx, r, err)
		}
	}
	go a.afterAck(ctx, func(ctx context.Context) {
		if err := a.tell(ctx, r.Key, about.Channel, about.Thread, sayText(opinionNoted)); err != nil {
			a.Log.InfoContext(ctx, "person not thanked", "ref", r.Ref, "err", err)
		}
	})
	return nil
}

func (a *App) opinionLost(ctx context.Context, r *request, err error) any {
	a.Log.ErrorContext(ctx, "reason not kept", "ref", r.Ref, "err", err)
	view := failedView("Not helpful", a.failure(ctx, r, err), "")
	return slack.NewUpdateViewSubmissionResponse(&view)
}

// keepOpinion keeps the last reason that a person gave for an answer.
func (a *App) keepOpinion(ctx context.Context, key store.Key, ref, reason string) error {
	sealed, err := a.Sealer.Seal([]byte(reason), opinionAD(key.TeamID))
	if err != nil {
		return fmt.Errorf("seal feedback: %w", err)
	}
	return changeList(ctx, a.DB, key.TeamID, feedbackSetting, maxOpinions, func(all []opinion) []opinion {
		all = slices.DeleteFunc(all, func(o opinion) bool { return o.User == key.UserID && o.Ref == ref })
		return append(all, opinion{At: time.Now(), User: key.UserID, Ref: ref, Reason: sealed})
	})
}

func opinionAD(team string) []byte { return []byte(feedbackSetting + "/" + team) }

// press is one person's opinion of one answer.
type press struct{ user, ref string }

// lastPresses are what people pressed last, true for helpful. entries are the newest first.
func lastPresses(entries []store.Entry) map[press]bool {
	last := map[press]bool{}
	for _, e := range entries {
		by := press{e.Key.UserID, e.Ref}
		if _, later := last[by]; e.Action == feedbackAction && !later {
			last[by] = e.Result == "helpful"
		}
	}
	return last
}

// feedbackRow is what people thought of the answers, with the latest reasons of those
// who did not change their minds.
func (a *App) feedbackRow(ctx context.Context, team string, entries []store.Entry, since time.Time) factRow {
	last := lastPresses(entries)
	helpful, all := 0, len(last)
	for _, yes := range last {
		if yes {
			helpful++
		}
	}
	row := factRow{Name: "Answers found helpful", Value: "Nobody has said yet."}
	if all > 0 {
		row.Value = fmt.Sprintf("%d of %d", helpful, all)
	}
	opinions, err := readList[opinion](ctx, a.DB, team, feedbackSetting)
	if err != nil {
		a.Log.WarnContext(ctx, "reasons not read", "err", err)
	}
	var latest []string
	for n := len(opinions) - 1; n >= 0 && len(latest) < 2 && opinions[n].At.After(since); n-- {
		if last[press{opinions[n].User, opinions[n].Ref}] {
			continue
		}
		reason, err := a.Sealer.Open(opinions[n].Reason, opinionAD(team))
		if err != nil {
			continue // an older key: the count is left
		}
		latest = append(latest, "“"+cut(oneLine(string(reason)), 110)+"” (Ref "+opinions[n].Ref+")")
	}
	row.Note = strings.Join(latest, " · ")
	return row
}
