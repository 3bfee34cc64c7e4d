package pagetest

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Type presses the keys of a text, in whatever has the focus. kb has the keys that are no letters.
func (tb *Tab) Type(keys string) {
	tb.t.Helper()
	tb.Do(chromedp.KeyEvent(keys))
}

// focused names what has the focus, as a screen reader would.
const focused = `() => {
	const e = document.activeElement;
	const name = e.getAttribute("aria-label") || e.labels?.[0]?.innerText || e.querySelector("span")?.innerText || e.innerText || e.placeholder;
	return (name || e.localName).slice(0, 40);
}`

// Focused is the name of what has the focus.
func (tb *Tab) Focused() string {
	tb.t.Helper()
	return tb.Text(focused)
}

// TabTo goes to something by the Tab key alone, backwards when asked to, and fails when that never gets there.
func (tb *Tab) TabTo(name string, back bool) {
	tb.t.Helper()
	var passed []string
	for range 80 {
		if back {
			tb.Do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
		} else {
			tb.Type(kb.Tab)
		}
		at := tb.Focused()
		if at == name {
			return
		}
		passed = append(passed, at)
	}
	tb.Shot("failed")
	tb.t.Fatalf("the Tab key never gets to %q; it passes %q", name, passed)
}
