// Package pagetest drives the page of a local Slack in a headless Chromium, as a visitor would. Only tests import it.
package pagetest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// patience bounds every wait for something to appear.
const patience = 20 * time.Second

// Tab is one browser tab on the page.
type Tab struct {
	t   *testing.T
	ctx context.Context
	end context.CancelFunc
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
	var err error
	for range 3 { // it crashes at the start now and then, which says nothing of the page
		var ctx context.Context
		if ctx, err = launch(t, path); err == nil {
			return ctx
		}
	}
	t.Fatalf("start %s: %v", path, err)
	panic("unreachable")
}

func launch(t *testing.T, path string) (context.Context, error) {
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 820), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), flags...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx) // tabs made from a context that has run share its browser
	t.Cleanup(cancel)
	return ctx, chromedp.Do(ctx)
}

// OpenTab opens an address in a tab of its own.
func OpenTab(t *testing.T, browser context.Context, address string) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	tb := &Tab{t, ctx, cancel}
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil { // no deadline: it would end the browser
		t.Fatalf("open %s: %v", address, err)
	}
	return tb
}

// front brings the tab before the others, as a person does: Chromium stops drawing those behind.
func (tb *Tab) front() {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	if _, err := chromedp.Call(ctx, page.BringToFront, cdp.Empty{}); err != nil {
		tb.t.Fatalf("bring the tab to the front: %v", err)
	}
}

// Close ends the tab.
func (tb *Tab) Close() { tb.end() }

// Do runs browser actions within a minute, and shows the screen when they fail.
func (tb *Tab) Do(actions ...chromedp.Action[chromedp.Void]) {
	tb.t.Helper()
	tb.front()
	ctx, cancel := context.WithTimeout(tb.ctx, time.Minute)
	defer cancel()
	err := chromedp.Do(ctx, actions...)
	if err == nil {
		return
	}
	tb.Shot("failed")
	words := tb.Text(`() => document.body.innerText`)
	tb.t.Fatalf("browser: %v; the page says:\n%s", err, words)
}

// Until waits for a predicate of the page. It asks again and again by itself: what waits inside a page is lost when the
// tab moves to another one, and never woken in a tab that is not drawn.
func (tb *Tab) Until(what, predicate string, args ...any) {
	tb.t.Helper()
	tb.front()
	list, err := json.Marshal(append([]any{}, args...))
	if err != nil {
		tb.t.Fatal(err)
	}
	ask := chromedp.Evaluate[bool](fmt.Sprintf(`Boolean((%s)(...%s))`, predicate, list))
	again := time.NewTicker(25 * time.Millisecond)
	defer again.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		ctx, cancel := context.WithTimeout(tb.ctx, 5*time.Second)
		var held bool
		held, err = chromedp.Run(ctx, ask)
		cancel()
		if held {
			return
		}
		select {
		case <-tb.ctx.Done():
			tb.t.Fatalf("waiting for %s: the tab is gone: %v", what, context.Cause(tb.ctx))
		case <-again.C:
		}
	}
	tb.Shot("failed")
	tb.t.Fatalf("waiting for %s (%v); the page says:\n%s", what, err, tb.Text(`() => document.body.innerText`))
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
// one, else the last on the page, which is the newest of a conversation.
func (tb *Tab) Press(words string) {
	tb.t.Helper()
	tb.Until("something to press called "+words, `(w) => {
		const root = document.querySelector(".popup") ?? [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
		const el = [...root.querySelectorAll("button, a, [role=option]")].findLast((e) => e.getClientRects().length &&
			(e.innerText.trim() === w || e.querySelector("span")?.innerText.trim() === w));
		el?.click();
		return Boolean(el);
	}`, words)
}

// Follow presses a link that opens a tab of its own, and returns that tab.
func (tb *Tab) Follow(words string) *Tab {
	tb.t.Helper()
	opened := chromedp.WaitNewTarget(tb.ctx, func(i *target.Info) bool { return strings.HasPrefix(i.URL, "http") })
	tb.Press(words)
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	select {
	case id := <-opened:
		tab, end := chromedp.NewContext(tb.ctx, chromedp.WithTargetID(id))
		tb.t.Cleanup(end)
		if err := chromedp.Do(tab); err != nil { // no deadline: it would end the tab
			tb.t.Fatalf("look at the tab of %s: %v", words, err)
		}
		return &Tab{tb.t, tab, end}
	case <-ctx.Done():
		tb.t.Fatalf("%s opened nothing: %v", words, context.Cause(ctx))
		return nil
	}
}

// Shot keeps a picture of the tab among the test's artifacts.
func (tb *Tab) Shot(name string) {
	tb.t.Helper()
	tb.front()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		tb.t.Logf("screenshot %s: %v", name, err)
		return
	}
	if err := os.WriteFile(filepath.Join(tb.t.ArtifactDir(), name+".png"), png, 0o600); err != nil {
		tb.t.Fatal(err)
	}
}

// Picture writes the tab as it is on screen to a PNG file.
func (tb *Tab) Picture(path string) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, png, 0o644)
	}
	if err != nil {
		tb.t.Fatalf("picture %s: %v", path, err)
	}
}
