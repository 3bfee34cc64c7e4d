package slackapp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"linearbot/store"
)

// opinion is why an answer of the model did not help, as a person wrote it.
type opinion struct {
	At     time.Time
	Ref    string // of the answer
	Reason []byte // sealed
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
func feedbackView(ref string) slack.ModalViewRequest {
	reason := optional(fieldReason, "What was wrong?", textInput(actField, "", maxReason, true))
	reason.Hint = plain("Your admins can read this. Leave it empty if you like.", maxInputLabel)
	return modal(viewFeedback, "Not helpful", "Send", "Skip", ref, reason)
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
		if _, err := a.Quick.OpenViewContext(ctx, r.Trigger, feedbackView(ref)); err == nil {
			return nil
		}
	}
	return a.tell(ctx, r.Key, r.Channel, r.Thread, sayText("Thank you, noted."))
}

// submitFeedback keeps the reason, sealed, for the Usage tab.
func (a *App) submitFeedback(ctx context.Context, r *request) any {
	reason := strings.TrimSpace(newHider().hide(fieldText(r.Interaction.View.State, fieldReason)))
	if reason == "" {
		return nil
	}
	if err := a.keepOpinion(ctx, r.Key.TeamID, r.Interaction.View.PrivateMetadata, reason); err != nil {
		a.Log.ErrorContext(ctx, "reason not kept", "ref", r.Ref, "err", err)
		view := failedView("Not helpful", a.failure(ctx, r, err), "")
		return slack.NewUpdateViewSubmissionResponse(&view)
	}
	return nil
}

func (a *App) keepOpinion(ctx context.Context, team, ref, reason string) error {
	sealed, err := a.Sealer.Seal([]byte(reason), opinionAD(team))
	if err != nil {
		return fmt.Errorf("seal feedback: %w", err)
	}
	return changeList(ctx, a.DB, team, feedbackSetting, maxOpinions, func(all []opinion) []opinion {
		return append(all, opinion{At: time.Now(), Ref: ref, Reason: sealed})
	})
}

func opinionAD(team string) []byte { return []byte(feedbackSetting + "/" + team) }

// feedbackRow is what people thought of the answers, with the latest reasons.
func (a *App) feedbackRow(ctx context.Context, team string, entries []store.Entry, since time.Time) factRow {
	helpful, all := 0, 0
	for _, e := range entries {
		if e.Action == feedbackAction {
			all++
			if e.Result == "helpful" {
				helpful++
			}
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
		reason, err := a.Sealer.Open(opinions[n].Reason, opinionAD(team))
		if err != nil {
			continue // an older key: the count is left
		}
		latest = append(latest, "“"+cut(oneLine(string(reason)), 110)+"” (Ref "+opinions[n].Ref+")")
	}
	row.Note = strings.Join(latest, " · ")
	return row
}
