package accounts

import (
	"context"
	"errors"

	"linearbot/linear"
	"linearbot/store"
)

// HandleWebhook acts on the authorization events of Linear; others are ignored.
// An event is a hint: whether access is gone is asked of Linear itself.
func (m *Manager) HandleWebhook(ctx context.Context, e linear.WebhookEvent) error {
	filter := store.AccountFilter{State: store.Active, OrgID: e.OrganizationID, Limit: 500}
	switch e.Type {
	case "OAuthAuthorization":
		filter.ViewerID = e.UserID
	case "OAuthApp":
	default:
		return nil
	}
	if filter.OrgID == "" || e.Type == "OAuthAuthorization" && filter.ViewerID == "" {
		return nil
	}
	var all []error
	for {
		page, next, err := m.DB.Accounts(ctx, filter)
		if err != nil {
			return err
		}
		for _, a := range page {
			if err := m.probe(ctx, a); err != nil && !errors.Is(err, ErrRevoked) {
				all = append(all, err)
			}
		}
		if next == "" {
			return errors.Join(all...)
		}
		filter.After = next
	}
}
