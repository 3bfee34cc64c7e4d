// Package pagetest drives the page of a local Slack in a headless Chromium, as a visitor would. Only tests import it.
package pagetest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience bounds every wait for something to appear.
const patience = 20 * time.Second

// Tab is one browser tab on the page.
type Tab struct {
	t   *testing.T
	ctx context.Context
}

// OpenBrowser starts a headless Chromium, or skips the test where there is none.
func OpenBrowser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no chromium, chromium-browser or google-chrome on this machine: the page is not tried in a browser")
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 820), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), flags...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx) // tabs made from a context that has run share its browser
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

// OpenTab opens an address in a tab of its own.
func OpenTab(t *testing.T, browser context.Context, address string) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	tb := &Tab{t, ctx}
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil { // no deadline: it would end the browser
		t.Fatalf("open %s: %v", address, err)
	}
	return tb
}

// Do runs browser actions within a minute, and shows the screen when they fail.
func (tb *Tab) Do(actions ...chromedp.Action[chromedp.Void]) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, time.Minute)
	defer cancel()
	err := chromedp.Do(ctx, actions...)
	if err == nil {
		return
	}
	tb.Shot("failed")
	words, _ := chromedp.Run(tb.ctx, chromedp.Evaluate[string](`document.body.innerText`)) // only to explain the failure
	tb.t.Fatalf("browser: %v; the page says:\n%s", err, words)
}

// Until waits for a predicate of the page.
func (tb *Tab) Until(what, predicate string, args ...any) {
	tb.t.Helper()
	end := time.Now().Add(patience)
	var err error
	for time.Now().Before(end) { // again when the tab moves to another page while we look
		_, err = chromedp.Run(tb.ctx, chromedp.PollFunction[bool](predicate, chromedp.WithPollingArgs(args...), chromedp.WithPollingTimeout(time.Until(end))))
		if err == nil || tb.ctx.Err() != nil {
			break
		}
	}
	if err == nil {
		return
	}
	tb.Shot("failed")
	words, _ := chromedp.Run(tb.ctx, chromedp.Evaluate[string](`document.body.innerText`)) // only to explain the failure
	tb.t.Fatalf("waiting for %s: %v; the page says:\n%s", what, err, words)
}

// See waits until something is on screen.
func (tb *Tab) See(selector string) {
	tb.t.Helper()
	tb.Do(chromedp.WaitVisible(selector))
}

// Reads waits until words stand inside an element.
func (tb *Tab) Reads(selector, words string) {
	tb.t.Helper()
	tb.Until(words+" in "+selector, `(s, w) => [...document.querySelectorAll(s)].some((e) => e.innerText.includes(w))`, selector, words)
}

// Gone waits until nothing matches a selector.
func (tb *Tab) Gone(selector string) {
	tb.t.Helper()
	tb.Until("the end of "+selector, `(s) => !document.querySelector(s)`, selector)
}

// Click presses what a selector finds first.
func (tb *Tab) Click(selector string) {
	tb.t.Helper()
	tb.Do(chromedp.WaitVisible(selector), chromedp.Click(selector))
}

// Write types into a field.
func (tb *Tab) Write(selector, text string) {
	tb.t.Helper()
	tb.Do(chromedp.WaitVisible(selector), chromedp.SendKeys(selector, text))
}

// Set puts text in place of what a field holds.
func (tb *Tab) Set(selector, text string) {
	tb.t.Helper()
	tb.Do(chromedp.WaitVisible(selector), chromedp.Focus(selector))
	tb.Text(`(s) => document.querySelector(s).select()`, selector)
	tb.Do(chromedp.SendKeys(selector, text))
}

// Text is what a JavaScript function of the page answers.
func (tb *Tab) Text(function string, args ...any) string {
	tb.t.Helper()
	list, err := json.Marshal(append([]any{}, args...))
	if err != nil {
		tb.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(tb.ctx, time.Minute)
	defer cancel()
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf(`String((%s)(...%s) ?? "")`, function, list)))
	if err != nil {
		tb.t.Fatalf("%s: %v", function, err)
	}
	return answer
}

// Choose picks a value of an HTML select.
func (tb *Tab) Choose(selector, value string) {
	tb.t.Helper()
	tb.Do(chromedp.WaitVisible(selector), chromedp.SetValue(selector, value))
}

// Press clicks the button, link or menu entry that carries exactly these words: in the open menu or dialog, if there is
// one, else anywhere.
func (tb *Tab) Press(words string) {
	tb.t.Helper()
	tb.Until("something to press called "+words, `(w) => {
		const root = document.querySelector(".popup") ?? [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
		const el = [...root.querySelectorAll("button, a, [role=option]")].find((e) => e.getClientRects().length &&
			(e.innerText.trim() === w || e.querySelector("span")?.innerText.trim() === w));
		el?.click();
		return Boolean(el);
	}`, words)
}

// Shot keeps a picture of the tab among the test's artifacts.
func (tb *Tab) Shot(name string) {
	tb.t.Helper()
	png, err := chromedp.Run(tb.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		tb.t.Logf("screenshot %s: %v", name, err)
		return
	}
	if err := os.WriteFile(filepath.Join(tb.t.ArtifactDir(), name+".png"), png, 0o600); err != nil {
		tb.t.Fatal(err)
	}
}
