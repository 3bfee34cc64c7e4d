package page_test

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// tab is one browser tab on the page.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// openBrowser starts a headless Chromium, or skips the test where there is none.
func openBrowser(t *testing.T) context.Context {
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
	return ctx
}

// openTab opens an address of the page in a tab of its own.
func openTab(t *testing.T, browser context.Context, web *httptest.Server, address string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	tb := &tab{t, ctx}
	if err := chromedp.Do(ctx, chromedp.Navigate(web.URL+address)); err != nil { // no deadline: it would end the browser
		t.Fatalf("open %s: %v", address, err)
	}
	tb.see("#side .row")
	return tb
}

// do runs browser actions within a minute, and shows the screen when they fail.
func (tb *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, time.Minute)
	defer cancel()
	err := chromedp.Do(ctx, actions...)
	if err == nil {
		return
	}
	tb.shot("failed")
	words, _ := chromedp.Run(tb.ctx, chromedp.Evaluate[string](`document.body.innerText`)) // only to explain the failure
	tb.t.Fatalf("browser: %v; the page says:\n%s", err, words)
}

// until waits for a predicate of the page.
func (tb *tab) until(what, predicate string, args ...any) {
	tb.t.Helper()
	_, err := chromedp.Run(tb.ctx, chromedp.PollFunction[bool](predicate, chromedp.WithPollingArgs(args...), chromedp.WithPollingTimeout(20*time.Second)))
	if err == nil {
		return
	}
	tb.shot("failed")
	words, _ := chromedp.Run(tb.ctx, chromedp.Evaluate[string](`document.body.innerText`)) // only to explain the failure
	tb.t.Fatalf("waiting for %s: %v; the page says:\n%s", what, err, words)
}

// see waits until something is on screen.
func (tb *tab) see(selector string) {
	tb.t.Helper()
	tb.do(chromedp.WaitVisible(selector))
}

// reads waits until words stand inside an element.
func (tb *tab) reads(selector, words string) {
	tb.t.Helper()
	tb.until(words+" in "+selector, `(s, w) => [...document.querySelectorAll(s)].some((e) => e.innerText.includes(w))`, selector, words)
}

// click presses what a selector finds first.
func (tb *tab) click(selector string) {
	tb.t.Helper()
	tb.do(chromedp.WaitVisible(selector), chromedp.Click(selector))
}

// write types into a field.
func (tb *tab) write(selector, text string) {
	tb.t.Helper()
	tb.do(chromedp.WaitVisible(selector), chromedp.SendKeys(selector, text))
}

// press clicks the button, link or menu entry that carries exactly these words.
func (tb *tab) press(words string) {
	tb.t.Helper()
	tb.until("something to press called "+words, `(w) => {
		const all = [...document.querySelectorAll("dialog[open] button, dialog[open] .option, .popup button, .popup .option, main button, main a, aside button")];
		const el = all.find((e) => e.innerText.trim() === w && e.offsetParent !== null);
		if (!el) return false;
		el.click();
		return true;
	}`, words)
}

// shot keeps a picture of the tab among the test's artifacts.
func (tb *tab) shot(name string) {
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
