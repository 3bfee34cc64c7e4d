package page_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"linearbot/slackapp/slacktest"
	"linearbot/slackapp/slacktest/pagetest"
)

// fakeApp opens the modal of testdata/every-input.json at each slash command, and
// keeps what is submitted and pressed.
type fakeApp struct {
	t     *testing.T
	slack *slacktest.Server

	mu        sync.Mutex
	submitted json.RawMessage // the state's values
	pressed   []string        // action id and value
}

func startApp(t *testing.T, s *slacktest.Server) *fakeApp {
	t.Helper()
	a := &fakeApp{t: t, slack: s}
	api := slack.New(s.BotToken, slack.OptionAPIURL(s.APIURL), slack.OptionAppLevelToken(s.AppToken))
	socket := socketmode.New(api, socketmode.OptionLog(slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)))
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = socket.RunContext(ctx) }) // ends with ctx
	running.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-socket.Events:
				if e.Request != nil && e.Request.EnvelopeID != "" {
					_ = socket.Ack(*e.Request, a.answer(e)...) // an ack that is lost shows in the test
				}
			}
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
	if err := s.Await(t.Context(), func() bool { return s.Sockets() > 0 }); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *fakeApp) answer(e socketmode.Event) []any {
	switch d := e.Data.(type) {
	case slack.SlashCommand:
		a.call("views.open", url.Values{"trigger_id": {d.TriggerID}, "view": {read(a.t, "every-input.json")}})
	case slack.InteractionCallback:
		switch d.Type {
		case slack.InteractionTypeBlockSuggestion:
			return []any{map[string]any{"options": []any{option("Suggested " + d.Value)}}}
		case slack.InteractionTypeViewSubmission:
			a.keep(e.Request.Payload)
		case slack.InteractionTypeBlockActions:
			a.mu.Lock()
			for _, b := range d.ActionCallback.BlockActions {
				a.pressed = append(a.pressed, strings.TrimSpace(b.ActionID+" "+b.Value+b.SelectedOption.Value))
			}
			a.mu.Unlock()
		}
	}
	return nil
}

func option(text string) map[string]any {
	return map[string]any{"text": map[string]any{"type": "plain_text", "text": text}, "value": strings.ToLower(text)}
}

func (a *fakeApp) keep(payload json.RawMessage) {
	var p struct {
		View struct {
			State struct {
				Values json.RawMessage `json:"values"`
			} `json:"state"`
		} `json:"view"`
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		a.t.Errorf("submission: %v", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.submitted = p.View.State.Values
}

// call is one Web API call, which must succeed.
func (a *fakeApp) call(method string, form url.Values) {
	form.Set("token", a.slack.BotToken)
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.slack.APIURL+method, strings.NewReader(form.Encode()))
	if err != nil {
		a.t.Error(err)
		return
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Error(err)
		return
	}
	defer resp.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer["ok"] != true {
		a.t.Errorf("%s: %v, %v", method, answer, err)
	}
}

func read(t *testing.T, name string) string {
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

// describe says in a line what a person, or their screen reader, finds where an
// element stands: what it is, its name, placeholder, value and hint.
const describe = `(id) => {
  const e = document.querySelector('[data-action="' + id + '"]');
  if (!e) return "nothing";
  const words = (x) => (x?.innerText ?? "").replace(/\s+/g, " ").trim();
  const group = e.closest("fieldset");
  const named = e.getAttribute("aria-label") ?? (words(e.labels?.[0]) || words(group?.querySelector("legend")) || "unnamed");
  const ticks = [...e.querySelectorAll("input")].map((i) => (i.checked ? "[x] " : "[ ] ") + words(i.closest("label"))).join(", ");
  const empty = e.querySelector(".placeholder");
  const value = ticks || (e.localName === "button" ? (empty ? "" : words(e.querySelector(".select-words") ?? e)) : e.value);
  const hint = words(document.getElementById(e.getAttribute("aria-describedby")));
  return [e.localName + (e.type && e.type !== e.localName && e.localName === "input" ? " " + e.type : "") + (e.disabled ? ", disabled" : ""),
    named, "(" + (e.placeholder || words(empty)) + ")", value, hint].join(" | ");
}`

// TestEveryElement draws each kind of block and element, also those no message of ours uses yet.
func TestEveryElement(t *testing.T) {
	t.Parallel()
	slack, web := newPage(t)
	app := startApp(t, slack)
	browser := pagetest.OpenBrowser(t)
	t.Run("inputs are named, filled and submitted", func(t *testing.T) {
		everyInput(t, app, pagetest.OpenTab(t, browser, web.URL+"/?as=alice&in=C0ENG"))
	})
	t.Run("blocks are shown and their elements can be used", func(t *testing.T) {
		everyBlock(t, app, pagetest.OpenTab(t, browser, web.URL+"/?as=bob&in=C0ENG"))
	})
}

func everyInput(t *testing.T, app *fakeApp, alice *pagetest.Tab) {
	alice.Write("#main textarea", "/linear")
	alice.Click("#main .send")
	alice.Reads("dialog h2", "Every input")
	for action, want := range map[string]string{
		"text":          "input text | Text (optional) | (Say something) | Hello | One line",
		"long":          "textarea | Long (optional) | (Say more) | Two lines |",
		"rich":          "textarea | Rich (optional) | (Say it) | |",
		"mail":          "input email | Mail (optional) | () | alice@acme.test |",
		"link":          "input url | Link (optional) | () | https://acme.test |",
		"number":        "input text | Number | () | 3 | From 1 to 8",
		"date":          "input date | Date (optional) | () | 2026-11-30 |",
		"time":          "input time | Time (optional) | () | 09:30 |",
		"moment":        "input datetime-local | Moment (optional) | () | |",
		"file":          "input file, disabled | File (optional) | () | |",
		"one":           "button | One (optional) | () | Beta |",
		"grouped":       "button | Grouped (optional) | (Pick one) | |",
		"many":          "button | Many (optional) | () | Alpha Beta |",
		"asked":         "button | Asked (optional) | (Search) | |",
		"asked_many":    "button | Asked many (optional) | (Search) | |",
		"person":        "button | Person (optional) | () | Bob Diaz (@bob) |",
		"people":        "button | People (optional) | (Choose an option) | |",
		"place":         "button | Place (optional) | (Choose an option) | |",
		"places":        "button | Places (optional) | (Choose an option) | |",
		"channel":       "button | Channel (optional) | () | # general |",
		"channels":      "button | Channels (optional) | (Choose an option) | |",
		"ticks":         "div | Ticks (optional) | () | [ ] Alpha The first, [x] Beta |",
		"radio":         "div | Radio (optional) | () | [x] Alpha The first, [ ] Beta |",
		"never_existed": "nothing",
	} {
		got := strings.TrimSpace(alice.Text(describe, action))
		if squeeze(got) != squeeze(want) {
			t.Errorf("%s is %q, want %q", action, got, want)
		}
	}
	if got := alice.Text(`() => document.activeElement.dataset.action`); got != "long" {
		t.Errorf("the focus is on %q, want the element that asked for it", got)
	}
	alice.Shot("inputs")

	alice.Set(`[data-action="number"]`, "3.5")
	alice.Press("Send it")
	alice.Reads("dialog .error", "Enter a whole number")
	if got := alice.Text(`() => document.activeElement.dataset.action + " " + document.activeElement.getAttribute("aria-invalid")`); got != "number true" {
		t.Errorf("after the refusal the focus is on %q, want the wrong field", got)
	}
	alice.Set(`[data-action="number"]`, "5")
	alice.Set(`[data-action="rich"]`, "Words")
	alice.Click(`[data-action="asked"]`)
	alice.Write(".popup .search", "abc")
	alice.Press("Suggested abc")
	alice.Reads(`[data-action="asked"]`, "Suggested abc")
	alice.Press("Send it")
	alice.Gone("dialog[open]")
	app.mu.Lock()
	defer app.mu.Unlock()
	if diff := cmp.Diff(values(t, read(t, "every-value.json")), values(t, string(app.submitted))); diff != "" {
		t.Errorf("submitted (-want +got):\n%s", diff)
	}
}

// squeeze leaves out the spaces around what is empty.
func squeeze(s string) string { return strings.ReplaceAll(s, " ", "") }

func values(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func everyBlock(t *testing.T, app *fakeApp, bob *pagetest.Tab) {
	app.call("chat.postMessage", url.Values{"channel": {"C0ENG"}, "text": {"Blocks"}, "blocks": {read(t, "every-block.json")}})
	bob.Reads("#main .header", "Header")
	const last = "#main .message:last-child "
	for _, c := range []struct{ what, js, want string }{
		{"header", `s => document.querySelector(s + ".header").innerText`, "Header 🎫"},
		{"section", `s => document.querySelector(s + ".section strong").innerText`, "bold"},
		{"mention", `s => document.querySelector(s + ".section .mention").innerText`, "@bob"},
		{"fields", `s => [...document.querySelectorAll(s + ".field")].map((f) => f.innerText).join("/")`, "Status\nTodo/plain *text*"},
		{"thumbnail", `s => document.querySelector(s + ".thumb").getAttribute("aria-label")`, "A graph"},
		{"context", `s => document.querySelector(s + ".context").innerText.replace(/\s+/g, " ").trim()`, "▪ by Alice"},
		{"context image", `s => document.querySelector(s + ".context [role=img]").getAttribute("aria-label")`, "Her face"},
		{"divider", `s => document.querySelector(s + "hr.divider").localName`, "hr"},
		{"picture", `s => document.querySelector(s + ".image-block").innerText.replace(/\s+/g, " ")`, "Retries 🖼 Retries per minute"},
		{"markdown", `s => [...document.querySelectorAll(s + ".markdown li")].map((e) => e.innerText).join()`, "one,two"},
		{"rich list", `s => document.querySelector(s + ".rich ol").innerText.trim()`, "first"},
		{"rich quote", `s => document.querySelector(s + ".rich blockquote").innerText`, "quoted"},
		{"rich code", `s => document.querySelector(s + ".rich pre").innerText`, "code()"},
		{"table", `s => [...document.querySelectorAll(s + "th, " + s + "td")].map((e) => e.innerText).join()`, "Team,Open,ENG,42"},
		{"task", `s => document.querySelector(s + ".task .mark").getAttribute("aria-label")`, "complete"},
		{"unknown", `s => document.querySelector(s + ".unknown").innerText`, "This block (data_table) is not drawn here."},
		{"primary button", `s => document.querySelector(s + ".button.primary").innerText`, "Go"},
		{"danger button", `s => document.querySelector(s + ".button.danger").getAttribute("aria-label")`, "Delete for good"},
		{"link button", `s => document.querySelector(s + "a.button").href`, "https://acme.test/"},
		{"overflow", `s => document.querySelector(s + "[data-action=more]").getAttribute("aria-label")`, "More"},
		{"menu", `s => document.querySelector(s + "[data-action=prio]").innerText.replace(/\s+/g, " ")`, "Low ⌄"},
		{"feedback", `s => [...document.querySelectorAll(s + "[data-action=rate]")].map((e) => e.getAttribute("aria-label")).join()`, "It helped,Not helpful"},
		{"icon button", `s => document.querySelector(s + "[data-action=bin]").getAttribute("aria-label")`, "Remove it"},
	} {
		if got := bob.Text(c.js, last); got != c.want {
			t.Errorf("%s shows %q, want %q", c.what, got, c.want)
		}
	}
	bob.Shot("blocks")
	nameless := bob.Text(`() => [...document.querySelectorAll("button, a[href], input, textarea")].filter((e) => e.getClientRects().length &&
		!(e.getAttribute("aria-label") || e.labels?.length || /[\p{L}\p{N}]/u.test(e.innerText))).map((e) => e.outerHTML.slice(0, 90)).join("\n")`)
	if nameless != "" {
		t.Errorf("controls without a name:\n%s", nameless)
	}

	bob.Press("Go")
	bob.Click(last + "[data-action=danger]")
	bob.Reads("dialog.confirm", "This cannot be taken back.")
	if got := bob.Text(`() => document.querySelector("dialog.confirm").innerText.replace(/\s+/g, " ")`); got != "Delete it? This cannot be taken back. Keep Delete" {
		t.Errorf("the dialog says %q", got)
	}
	bob.Shot("confirm")
	bob.Press("Keep")
	bob.Gone("dialog[open]")
	bob.Click(last + "[data-action=danger]")
	bob.See("dialog.confirm")
	bob.Press("Delete")
	bob.Gone("dialog[open]")
	bob.Click(last + "[data-action=more]")
	bob.Press("Move")
	bob.Click(last + `[aria-label="It helped"]`)
	bob.Click(last + "[data-action=bin]")
	want := []string{"go 7", "danger", "more move", "rate good", "bin trash"}
	if err := app.slack.Await(t.Context(), func() bool { app.mu.Lock(); defer app.mu.Unlock(); return len(app.pressed) >= len(want) }); err != nil {
		t.Fatal(err)
	}
	app.mu.Lock()
	defer app.mu.Unlock()
	if diff := cmp.Diff(want, app.pressed); diff != "" {
		t.Errorf("pressed (-want +got):\n%s", diff)
	}
}
