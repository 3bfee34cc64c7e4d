package slackapp

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"linearbot/accounts"
	"linearbot/linear"
	"linearbot/store"
)

//go:embed web/*.html
var webFiles embed.FS

var pages = template.Must(template.ParseFS(webFiles, "web/*.html"))

const (
	bodyCap    = 5 * time.Second // reading a delivery: Linear waits no longer for its answer
	webhookCap = 3 * time.Second // taking an event down
	probeCap   = 5 * time.Minute // asking about everybody an event is about
)

// The largest bodies that are read.
const (
	webhookMax = 5 << 20
	formMax    = 64 << 10
)

// Handler serves the routes people and Linear meet: the connect page, the OAuth
// callback, and Linear's webhooks when a secret is configured.
func (a *App) Handler() http.Handler {
	browser := http.NewServeMux()
	browser.HandleFunc("GET /connect/{token}", a.showConnect)
	browser.HandleFunc("POST /connect/{token}", a.startConnect)
	browser.HandleFunc("GET /oauth/callback", a.finishConnect)
	mux := http.NewServeMux()
	mux.Handle("/", a.shielded(a.sameOrigin(browser)))
	if a.Webhook.Reveal() != "" {
		mux.HandleFunc("/webhooks/linear", a.takeWebhook)
	}
	return mux
}

// sameOrigin lets no other site press a button of ours. Our own origin is named,
// since a proxy may put another Host before it.
func (a *App) sameOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	if u, err := url.Parse(a.Accounts.PublicURL); err != nil {
		a.Log.Error("public address not understood", "err", err)
	} else if err := guard.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
		a.Log.Error("public address is no origin", "err", err)
	}
	return guard.Handler(next)
}

// shielded sets the headers every page carries. No script runs on any of them.
func (a *App) shielded(next http.Handler) http.Handler {
	// The form's redirect leads to Linear's consent page (CSP: form-action covers it).
	policy := "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self' " + a.Accounts.AuthURL
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, formMax)
		next.ServeHTTP(w, r)
	})
}

// consentPage is what the connect page shows.
type consentPage struct {
	Handle    string
	Workspace string
	Scopes    []string
	AsApp     bool
	From      string // the workspace it replaces
}

// endPage is what a page says that leads nowhere further.
type endPage struct {
	Title string
	Text  string
	Code  string // to be typed in Slack
	Good  bool
}

func (a *App) showConnect(w http.ResponseWriter, r *http.Request) {
	c, err := a.Accounts.Inspect(r.Context(), r.PathValue("token"))
	if err != nil {
		a.endWith(w, r, err)
		return
	}
	p := consentPage{Handle: c.Person.Handle, Workspace: c.Person.Workspace, AsApp: c.Actor == "app", From: c.SwitchingFrom}
	for _, s := range c.Scopes {
		p.Scopes = append(p.Scopes, scopeWords(s))
	}
	a.render(w, r, http.StatusOK, "consent.html", p)
}

func (a *App) startConnect(w http.ResponseWriter, r *http.Request) {
	to, err := a.Accounts.Begin(r.Context(), r.PathValue("token"))
	if err != nil {
		a.endWith(w, r, err)
		return
	}
	http.SetCookie(w, to.Cookie)
	http.Redirect(w, r, to.URL, http.StatusSeeOther)
}

func (a *App) finishConnect(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet { // a HEAD may not use the state up
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	q := r.URL.Query()
	back := accounts.Callback{
		State: once(q, "state"), Code: once(q, "code"), Error: q.Get("error"), ErrorDescription: q.Get("error_description"),
	}
	if c, err := r.Cookie(a.Accounts.CookieName(back.State)); err == nil {
		back.Cookie = c.Value
	}
	done, err := a.Accounts.Complete(r.Context(), back)
	if denied, ok := errors.AsType[*accounts.DeniedError](err); ok {
		a.denied(r.Context(), denied.Key)
	}
	if err != nil {
		a.endWith(w, r, err)
		return
	}
	if done.Code != "" {
		a.codeShown(r.Context(), done.Account.Key)
		a.render(w, r, http.StatusOK, "end.html", endPage{
			Title: "One step left", Code: done.Code,
			Text: "Type this in Slack only if you asked for it. Anyone you give it to can act as you in Linear.",
		})
		return
	}
	if done.Asks != nil {
		a.workspaceAsked(r.Context(), done.Account, *done.Asks)
		a.render(w, r, http.StatusOK, "end.html", endPage{
			Title: "One question left",
			Text:  "Go back to Slack and choose: replace " + done.Asks.From.OrgName + " with " + done.Asks.To.OrgName + ", or keep " + done.Asks.From.OrgName + ". Nothing is changed until then.",
		})
		return
	}
	a.connectionMade(r.Context(), done.Account)
	a.render(w, r, http.StatusOK, "end.html", endPage{Good: true, Title: "You're connected.", Text: "Go back to Slack."})
}

// once is a parameter that may not come twice (OAuth, RFC 6749 §3.1); "" when it does.
func once(q url.Values, name string) string {
	if len(q[name]) != 1 {
		return ""
	}
	return q.Get(name)
}

// endWith shows what went wrong in the browser.
func (a *App) endWith(w http.ResponseWriter, r *http.Request, err error) {
	ref := newRef()
	status, page := a.endPage(err, ref)
	a.Log.InfoContext(r.Context(), "connecting ended", "ref", ref, "err", err)
	a.render(w, r, status, "end.html", page)
}

func (a *App) endPage(err error, ref string) (int, endPage) {
	again := " Type " + a.Word + " connect in Slack to get a new link."
	denied, isDenied := errors.AsType[*accounts.DeniedError](err)
	switch held, isHeld := errors.AsType[*accounts.IdentityHeldError](err); {
	case isHeld && held != nil:
		return http.StatusConflict, endPage{Title: "Already connected", Text: "That Linear account is already connected to " + a.handleOf(held.By) + ". Ask an admin if this is wrong. Nothing was connected."}
	case errors.Is(err, accounts.ErrLinkGone), errors.Is(err, accounts.ErrStateGone):
		return http.StatusGone, endPage{Title: "This link was used or has expired", Text: "Nothing was connected." + again}
	case errors.Is(err, accounts.ErrCodeRefused):
		return http.StatusBadGateway, endPage{Title: "Linear didn't finish the sign-in", Text: "It no longer accepts the approval it has just given, which happens when it is having trouble. Nothing was connected." + again + " Ref " + ref}
	case errors.Is(err, accounts.ErrWrongBrowser):
		return http.StatusForbidden, endPage{Title: "This link belongs to someone else.", Text: "Type " + a.Word + " connect in Slack to get yours."}
	case isDenied && denied.Said != "access_denied":
		return http.StatusBadGateway, endPage{Title: "Linear didn't finish the sign-in", Text: "It sent you back without an approval, which happens when it is having trouble. Nothing was connected." + again + " Ref " + ref}
	case errors.Is(err, accounts.ErrDenied):
		return http.StatusOK, endPage{Title: "You didn't approve", Text: "Nothing was connected." + again}
	case errors.Is(err, accounts.ErrAdminOnly):
		return http.StatusForbidden, endPage{Title: "Only workspace admins can do this", Text: "Here the bot acts in Linear as an app, and an admin has to connect it. Nothing was connected."}
	case errors.Is(err, accounts.ErrBlocked):
		return http.StatusForbidden, endPage{Title: "Turned off by your Slack admin", Text: "Nothing was connected."}
	case errors.Is(err, linear.ErrTransient), errors.Is(err, linear.ErrRateLimited):
		return http.StatusBadGateway, endPage{Title: "Linear isn't responding", Text: "Nothing was connected." + again + " Ref " + ref}
	}
	return http.StatusInternalServerError, endPage{Title: "Something went wrong on our side", Text: "Nothing was connected." + again + " Ref " + ref}
}

// handleOf names a person of the workspace, from what is known.
func (a *App) handleOf(key store.Key) string {
	if who, ok := a.people.fresh(key.UserID); ok && who.Handle != "" {
		return "@" + who.Handle
	}
	return "another person in Slack"
}

func (a *App) render(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	var b strings.Builder
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		a.Log.ErrorContext(r.Context(), "page not rendered", "page", name, "err", err)
		http.Error(w, "Something went wrong on our side.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := io.WriteString(w, b.String()); err != nil {
		a.Log.DebugContext(r.Context(), "page not sent", "err", err)
	}
}

// takeWebhook verifies and hands on one delivery of Linear.
func (a *App) takeWebhook(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyCap)); err != nil {
		a.Log.DebugContext(r.Context(), "webhook read without a deadline of its own", "err", err)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, webhookMax))
	if err != nil {
		a.Counters.webhooks.WithLabelValues("refused").Inc()
		a.Log.WarnContext(r.Context(), "webhook not read", "err", err)
		status := http.StatusRequestTimeout
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, http.StatusText(status), status)
		return
	}
	e, err := linear.VerifyWebhook(a.Webhook.Reveal(), r.Header, body, time.Now())
	if err != nil {
		a.Counters.webhooks.WithLabelValues("refused").Inc()
		a.Log.WarnContext(r.Context(), "webhook refused", "err", err)
		http.Error(w, "bad signature", http.StatusBadRequest)
		return
	}
	due, err := a.noteWebhook(r.Context(), e)
	if err != nil {
		a.Counters.webhooks.WithLabelValues("failed").Inc()
		a.Log.ErrorContext(r.Context(), "webhook not taken", "type", e.Type, "err", err)
		http.Error(w, "not taken, try again", http.StatusServiceUnavailable)
		return
	}
	result := "ignored"
	if due > 0 {
		result = "taken"
		a.probeSoon(r.Context())
	}
	a.Counters.webhooks.WithLabelValues(result).Inc()
	w.WriteHeader(http.StatusOK)
}

// noteWebhook takes an event down. Linear waits 5 s and then delivers again in a
// minute, an hour and six hours.
func (a *App) noteWebhook(ctx context.Context, e linear.WebhookEvent) (due int, err error) {
	ctx, cancel := context.WithTimeout(ctx, webhookCap)
	defer cancel()
	return a.Accounts.NoteWebhook(ctx, e)
}

// probeSoon asks Linear about the accounts that an event has made due. What cannot
// be done now is left to the scheduled probe.
func (a *App) probeSoon(ctx context.Context) {
	err := a.queue.put(job{
		name: "probe", log: a.Log, cap: probeCap, done: func(error) {},
		run: func(ctx context.Context) error {
			_, err := a.Accounts.ProbeDue(ctx)
			a.SendNotices(ctx)
			return err
		},
	})
	if err != nil {
		a.Log.WarnContext(ctx, "probe left to the schedule", "err", err)
	}
}
