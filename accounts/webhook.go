package accounts

import (
	"context"
	"time"

	"linearbot/linear"
	"linearbot/store"
)

// clocksApart is how far Linear's clock and ours may differ; it is also the window
// in which a delivery is believed.
const clocksApart = time.Minute

// NoteWebhook takes down an authorization event of Linear: the accounts it may be
// about are due for a probe now (ProbeDue), and it returns how many they are. An
// event is a hint: whether access is gone is asked of Linear itself. A delivery
// that failed here counts when it comes again; one that was noted counts once, and
// none counts against who connected after it. Other events are ignored.
func (m *Manager) NoteWebhook(ctx context.Context, e linear.WebhookEvent) (due int, err error) {
	h := store.Hint{OrgID: e.OrganizationID, Before: e.HappenedAt().Add(clocksApart)}
	switch {
	case e.OrganizationID == "":
		return 0, nil
	case e.Type == "OAuthApp": // the app left the organization: it is about everybody
	case e.Type == "OAuthAuthorization" && e.UserID != "":
		h.ViewerID = e.UserID
	default:
		return 0, nil
	}
	if e.Delivery != "" {
		h.ID = "webhook/" + e.Delivery
	}
	n, err := m.DB.TakeHint(ctx, h, time.Now())
	return int(n), err
}
