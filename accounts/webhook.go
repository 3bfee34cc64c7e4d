package accounts

import (
	"context"
	"errors"
	"slices"

	"linearbot/linear"
	"linearbot/store"
)

const webhookPage = 500

// HandleWebhook acts on the authorization events of Linear; others are ignored.
// An event is a hint: whether access is gone is asked of Linear itself.
func (m *Manager) HandleWebhook(ctx context.Context, e linear.WebhookEvent) error {
	if e.OrganizationID == "" || e.Type != "OAuthAuthorization" && e.Type != "OAuthApp" {
		return nil
	}
	filter := store.AccountFilter{State: store.Active, OrgID: e.OrganizationID, Limit: webhookPage}
	var all []error
	for {
		page, next, err := m.DB.Accounts(ctx, filter)
		if err != nil {
			return errors.Join(append(all, err)...)
		}
		_, err = m.probeAll(ctx, slices.DeleteFunc(page, func(a store.Account) bool { return !concerns(e, a) }))
		all = append(all, err)
		if next == "" {
			return errors.Join(all...)
		}
		filter.After = next
	}
}

// concerns reports whether an event may be about an account's grant: OAuthApp is
// about everybody, OAuthAuthorization about one person. Who installed an app is
// not known of its grants, so those are asked as well.
func concerns(e linear.WebhookEvent, a store.Account) bool {
	return e.Type == "OAuthApp" || a.ViewerID == e.UserID || a.Actor == actorApp
}
