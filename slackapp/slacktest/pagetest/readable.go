package pagetest

import (
	"context"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Screen gives the tab a size in CSS pixels, and the light or the dark scheme.
func (tb *Tab) Screen(width, height int64, dark bool) {
	tb.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	tb.Do(chromedp.EmulateViewport(width, height))
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		tb.t.Fatalf("the %s scheme: %v", scheme, err)
	}
}

// unreadable finds text on screen whose contrast with what is behind it is below 4.5 to 1, or 3 to 1 when it is large
// (WCAG 2.2, 1.4.3), and a page wider than the screen (1.4.10).
const unreadable = `() => {
	const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
	const rgba = (colour) => {
		canvas.clearRect(0, 0, 1, 1);
		canvas.fillStyle = colour;
		canvas.fillRect(0, 0, 1, 1);
		return [...canvas.getImageData(0, 0, 1, 1).data].map((v, i) => (i === 3 ? v / 255 : v));
	};
	const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
	const behind = (el) => {
		const layers = [];
		for (let e = el; e; e = e.parentElement) layers.push(rgba(getComputedStyle(e).backgroundColor));
		return layers.reverse().reduce((below, top) => over(top, below), rgba("Canvas"));
	};
	const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
		const v = c[i] / 255;
		return sum + weight * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
	}, 0);
	const found = new Set();
	const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (all.nextNode()) {
		const el = all.currentNode.parentElement, words = all.currentNode.data.trim();
		if (!/[\p{L}\p{N}]/u.test(words) || el.closest("script, style, noscript") || !el.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
		const style = getComputedStyle(el), below = behind(el);
		let opacity = 1;
		for (let e = el; e; e = e.parentElement) opacity *= getComputedStyle(e).opacity;
		if (el.matches(":disabled *, :disabled")) continue;
		const ink = rgba(style.color);
		ink[3] *= opacity;
		const [a, b] = [light(over(ink, below)), light(below)];
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
		if (ratio < (large ? 3 : 4.5)) found.add(ratio.toFixed(2) + ":1 " + el.localName + "." + el.className + " “" + words.slice(0, 40) + "”");
	}
	const wide = document.scrollingElement.scrollWidth - innerWidth;
	if (wide > 0) found.add("the page is " + wide + " px wider than the screen");
	return [...found].join("\n");
}`

// Unreadable lists what people cannot read well on the tab as it is now: too little contrast, or beyond the screen's edge.
func (tb *Tab) Unreadable() []string {
	tb.t.Helper()
	found := tb.Text(unreadable)
	if found == "" {
		return nil
	}
	return strings.Split(found, "\n")
}
