package slackapp_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"testing"
	"time"

	"linearbot/accounts"
	"linearbot/linear/lineartest"
	"linearbot/slackapp"
	"linearbot/store"
)

const hookSecret = "webhook-secret"

// newHookWorld is a world whose Linear sends webhooks and repeats at once what was
// not taken.
func newHookWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, worldOptions{
		Linear: func(o *lineartest.Options) { o.WebhookRetries = []time.Duration{time.Millisecond, time.Millisecond} },
		App:    func(c *slackapp.Config) { c.Webhook = accounts.NewSecret(hookSecret) },
	})
	w.linear.UpdateApp(func(app *lineartest.OAuthApp) {
		app.WebhookURL, app.WebhookSecret = w.web.URL+"/webhooks/linear", hookSecret
	})
	return w
}

// delivers waits until Linear has tried n deliveries of a kind, and returns the last.
func (w *world) delivers(kind string, n int) lineartest.Delivery {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	var found []lineartest.Delivery
	err := w.linear.Await(ctx, func() bool {
		found = nil
		for _, d := range w.linear.Deliveries() {
			if d.Type == kind {
				found = append(found, d)
			}
		}
		return len(found) >= n
	})
	if err != nil {
		w.t.Fatalf("%d deliveries of %s, want %d: %+v", len(found), kind, n, found)
	}
	return found[n-1]
}

// again sends the body of a delivery once more, freshly signed, and returns the status.
func (w *world) again(d lineartest.Delivery) int {
	w.t.Helper()
	mac := hmac.New(sha256.New, []byte(hookSecret))
	mac.Write([]byte(d.Body))
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.web.URL+"/webhooks/linear", bytes.NewReader([]byte(d.Body)))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Linear-Delivery", d.ID)
	r.Header.Set("Linear-Signature", hex.EncodeToString(mac.Sum(nil)))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	_ = resp.Body.Close() // its text means nothing
	return resp.StatusCode
}

// Access is removed in Linear and nobody asks: the event alone brings the DM.
func TestWebhookOfARevocationBringsTheDM(t *testing.T) {
	t.Parallel()
	w := newHookWorld(t)
	w.connect(w.alice)
	w.linear.RevokeAccess(mailOf(w.alice))
	w.sees(w.alice, w.alice.DM(), "Your Linear connection stopped working")
	if s := w.state(w.alice); s != store.Revoked {
		t.Errorf("the account is %s", s)
	}
}

// The database is locked while Linear delivers: it is told so within its 5 s, and
// the same delivery counts when it comes again.
func TestWebhookCountsAfterOurOwnFailure(t *testing.T) {
	t.Parallel()
	w := newHookWorld(t)
	w.connect(w.alice)
	created := w.delivers("OAuthAuthorization", 1)
	free := w.lock()
	w.linear.RevokeAccess(mailOf(w.alice))
	first := w.delivers("OAuthAuthorization", 2)
	free()
	if first.Status != http.StatusServiceUnavailable || first.ID == created.ID {
		t.Errorf("while the database is locked the delivery ends %d (%s), want 503", first.Status, first.Problem)
	}
	if second := w.delivers("OAuthAuthorization", 3); second.ID != first.ID || second.Status != http.StatusOK {
		t.Errorf("the second try is %+v, want the same delivery, taken", second)
	}
	w.sees(w.alice, w.alice.DM(), "Your Linear connection stopped working")
}

// A delivery that comes once more after its person has reconnected changes
// nothing, whether it is known or carries another id.
func TestLateWebhookLeavesANewConnectionAlone(t *testing.T) {
	t.Parallel()
	w := newHookWorld(t)
	w.connect(w.alice)
	w.linear.RevokeAccess(mailOf(w.alice))
	w.sees(w.alice, w.alice.DM(), "Your Linear connection stopped working")
	late := w.delivers("OAuthAuthorization", 2)
	w.connect(w.alice)
	w.delivers("OAuthAuthorization", 3)
	if got := w.again(late); got != http.StatusOK {
		t.Errorf("a delivery that is known ends %d, want 200", got)
	}
	late.ID = "another"
	if got := w.again(late); got != http.StatusOK {
		t.Errorf("a delivery under another id ends %d, want 200", got)
	}
	if _, err := w.accounts.ProbeDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := w.state(w.alice); s != store.Active {
		t.Errorf("the new connection is %s", s)
	}
}

// lock keeps the database's write lock, as another process would, until the
// function it returns is called.
func (w *world) lock() (free func()) {
	w.t.Helper()
	other, err := store.Open(w.t.Context(), "sqlite:"+w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	held, let, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := other.UpdateAccount(context.WithoutCancel(w.t.Context()), key(w.alice), func(_ *store.Tx, a store.Account) (store.Account, error) {
			close(held)
			<-let
			return a, nil
		})
		ended <- err
	}()
	<-held
	return func() {
		close(let)
		closed(w.t, <-ended)
		closed(w.t, other.Close())
	}
}
