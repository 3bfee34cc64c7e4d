package slackapp_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
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

// TestWebhookFaults: whatever is posted to the webhook address is answered at once and
// with its own status, and what Linear has not signed just now changes nothing.
func TestWebhookFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{App: func(c *slackapp.Config) { c.Webhook = accounts.NewSecret(hookSecret) }}) // Linear itself sends nothing
	w.connect(w.alice)
	account, err := w.accounts.Status(t.Context(), key(w.alice))
	if err != nil {
		t.Fatal(err)
	}
	event := func(at time.Time, rest string) string {
		return fmt.Sprintf(`{"type":"OAuthAuthorization","action":"revoked","organizationId":%q,"userId":%q,"webhookTimestamp":%d,"createdAt":%q%s}`,
			account.OrgID, account.ViewerID, at.UnixMilli(), time.Now().Add(time.Hour).Format(time.RFC3339), rest)
	}
	now := time.Now()
	good := event(now, "")
	for name, c := range map[string]struct {
		method string
		body   string
		change func(http.Header)
		want   int
	}{
		"no signature":             {"POST", good, func(h http.Header) { h.Del("Linear-Signature") }, 400},
		"another signature":        {"POST", good, func(h http.Header) { h.Set("Linear-Signature", strings.Repeat("0", 64)) }, 400},
		"a signature that is none": {"POST", good, func(h http.Header) { h.Set("Linear-Signature", "sha256=zz") }, 400},
		"signed, then changed":     {"POST", good + " ", nil, 400},
		"two minutes old":          {"POST", event(now.Add(-2*time.Minute), ""), nil, 400},
		"from the future":          {"POST", event(now.Add(2*time.Minute), ""), nil, 400},
		"no time":                  {"POST", `{"type":"OAuthApp","organizationId":"` + account.OrgID + `"}`, func(h http.Header) { h.Set("Linear-Timestamp", fmt.Sprint(now.UnixMilli())) }, 400},
		"no JSON":                  {"POST", "hello", nil, 400},
		"JSON cut short":           {"POST", good[:len(good)-1], nil, 400},
		"null":                     {"POST", "null", nil, 400},
		"a list":                   {"POST", "[" + good + "]", nil, 400},
		"a type that is no word":   {"POST", fmt.Sprintf(`{"type":5,"webhookTimestamp":%d}`, now.UnixMilli()), nil, 400},
		"nothing":                  {"POST", "", nil, 400},
		"deep":                     {"POST", event(now, `,"data":`+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)), nil, 400},
		"20 MB":                    {"POST", event(now, `,"pad":"`+strings.Repeat("x", 20<<20)+`"`), nil, 413},
		"a type nobody knows":      {"POST", fmt.Sprintf(`{"type":"Brand New","organizationId":%q,"webhookTimestamp":%d}`, account.OrgID, now.UnixMilli()), nil, 200},
		"1 MB, of somebody else":   {"POST", strings.Replace(event(now, `,"pad":"`+strings.Repeat("x", 1<<20)+`"`), account.ViewerID, "nobody", 1), nil, 200},
		"looked at":                {"GET", "", nil, 405},
		"put":                      {"PUT", good, nil, 405},
		"only the head":            {"HEAD", "", nil, 405},
	} {
		t.Run(name, func(t *testing.T) {
			signed := strings.TrimSuffix(c.body, " ")
			if status := w.posts(t, c.method, c.body, signed, "another "+name, c.change); status != c.want {
				t.Errorf("%s ends %d, want %d", name, status, c.want)
			}
			if now, err := w.accounts.Status(t.Context(), key(w.alice)); err != nil || now.State != store.Active || !now.ProbeAt.Equal(account.ProbeAt) {
				t.Errorf("%s: the account is %s, %v, to be asked about at %v, before at %v", name, now.State, err, now.ProbeAt, account.ProbeAt)
			}
		})
	}
	// What is signed counts whatever its other headers say, and once.
	asked := w.linear.CountRequests("Viewer")
	for _, kind := range []string{"text/plain", "application/json"} {
		if status := w.posts(t, "POST", good, good, "the same", func(h http.Header) { h.Set("Content-Type", kind) }); status != 200 {
			t.Errorf("as %s it ends %d, want 200", kind, status)
		}
	}
	w.await("Linear to be asked", func() bool { return w.linear.CountRequests("Viewer") > asked })
	if n := w.linear.CountRequests("Viewer") - asked; n != 1 {
		t.Errorf("Linear was asked %d times about one event, want once", n)
	}
}

// posts sends a body to the webhook address with the signature of another, perhaps the
// same, and returns the status.
func (w *world) posts(t *testing.T, method, body, signed, delivery string, change func(http.Header)) int {
	t.Helper()
	mac := hmac.New(sha256.New, []byte(hookSecret))
	mac.Write([]byte(signed))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, w.web.URL+"/webhooks/linear", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Linear-Delivery", delivery)
	r.Header.Set("Linear-Signature", hex.EncodeToString(mac.Sum(nil)))
	if change != nil {
		change(r.Header)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close() // its text means nothing
	return resp.StatusCode
}

// A body that does not come is not waited for longer than Linear waits for an answer.
func TestWebhookThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	w := newHookWorld(t)
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(w.web.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	began := time.Now()
	if _, err := io.WriteString(conn, "POST /webhooks/linear HTTP/1.1\r\nHost: bot.test\r\nContent-Length: 100\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(began.Add(patience)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestTimeout {
		t.Errorf("a body that does not end ends %d after %v, want 408", resp.StatusCode, time.Since(began))
	}
}
