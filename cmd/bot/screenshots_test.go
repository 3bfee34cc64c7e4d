package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"linearbot/slackapp/slacktest"
	"linearbot/slackapp/slacktest/pagetest"
)

// picturesDir is where make screenshots wants the pictures of the documents.
var picturesDir = flag.String("pictures", "", "write the pictures of the documents to this directory")

// maxPicture is how large a picture in the repository may be.
const maxPicture = 160_000

// TestPictures plays what the documents show on a demo, and takes their pictures
// in a real browser. It is no check: it runs when pictures are asked for.
func TestPictures(t *testing.T) {
	if *picturesDir == "" {
		t.Skip("-pictures is not set: no pictures are taken")
	}
	b := pagetest.OpenBrowser(t)
	p := newTour(t, stageOptions{Dir: t.TempDir(), Model: stageModel{Kind: modelScripted}})
	page, err := p.servePage(t.Context(), "127.0.0.1:0", stageModel{Kind: modelScripted}.note())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := page.close(); err != nil {
			t.Error(err)
		}
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
	c := &camera{t: t, tour: p, browser: b, page: page.url}
	for _, scene := range []func(){
		c.connect, c.card, c.form, c.thread, c.list, c.preview, c.home, c.health, c.board, c.revoked,
	} {
		scene()
	}
}

// camera plays scenes and takes pictures of them.
type camera struct {
	*tour
	t       *testing.T
	browser context.Context
	page    string
}

func (c *camera) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// open opens a tab of a size on a place of the demo page.
func (c *camera) open(query string, width, height int64) *pagetest.Tab {
	c.t.Helper()
	tab := pagetest.OpenTab(c.t, c.browser, c.page+query)
	tab.Do(chromedp.EmulateViewport(width, height))
	return tab
}

// shoot writes a picture of a tab, once words stand in what a selector finds.
func (c *camera) shoot(tab *pagetest.Tab, name, selector, words string) {
	c.t.Helper()
	tab.Reads(selector, words)
	path := filepath.Join(*picturesDir, name+".png")
	tab.Picture(path)
	info, err := os.Stat(path)
	c.must(err)
	if info.Size() > maxPicture {
		c.t.Errorf("%s has %d bytes, more than %d", path, info.Size(), maxPicture)
	}
	c.t.Logf("%s: %d bytes", path, info.Size())
}

const (
	wide, high    = 1180, 760
	narrow, short = 760, 620
)

func (c *camera) connect() {
	ctx := c.t.Context()
	c.must(c.types(ctx, c.alice, general, "/linear create Login fails on Safari team:ENG p:high label:bug assignee:me"))
	m, err := c.sees(ctx, c.alice, general, "Connect your Linear account")
	c.must(err)
	tab := c.open("?as=alice&in="+general, narrow, short)
	c.shoot(tab, "gallery/connect", "#main", "Connect your Linear account")
	tab.Close()
	c.must(c.approve(ctx, c.alice, m, "Connect Linear", aliceMail))
	_, err = c.sees(ctx, c.alice, general, "Login fails on Safari")
	c.must(err)
}

func (c *camera) card() {
	ctx := c.t.Context()
	c.must(c.types(ctx, c.alice, engineering, "/linear show ENG-98"))
	_, err := c.sees(ctx, c.alice, engineering, "Payment retries loop")
	c.must(err)
	tab := c.open("?as=alice&in="+engineering, narrow, short)
	defer tab.Close()
	c.shoot(tab, "gallery/card", "#main", "Payment retries loop")
}

func (c *camera) form() {
	tab := c.open("?as=alice&in="+general, narrow, 860)
	defer tab.Close()
	tab.Write("#main textarea", "/linear")
	tab.Click("#main .send")
	tab.Reads("dialog.modal .select", "Engineering")
	tab.Write("dialog.modal input[type=text]", "Refunds go out twice")
	c.shoot(tab, "gallery/new-issue", "body", "Create issue")
	tab.Press("Cancel")
}

func (c *camera) thread() {
	c.must(c.threadToIssue(c.t.Context()))
	root := c.slack.Thread(engineering, "Login fails on Safari 26")[0]
	tab := c.open("?as=bob&in="+engineering+"&thread="+root.TS, wide, high)
	defer tab.Close()
	c.shoot(tab, "thread", "body", "Created")
}

func (c *camera) list() {
	ctx := c.t.Context()
	c.must(c.types(ctx, c.alice, general, "/linear mine p:high"))
	_, err := c.sees(ctx, c.alice, general, "Session list shows revoked devices")
	c.must(err)
	tab := c.open("?as=alice&in="+general, narrow, 820)
	defer tab.Close()
	c.shoot(tab, "gallery/list", "#main", "Session list shows revoked devices")
}

func (c *camera) preview() {
	ctx := c.t.Context()
	c.must(c.says(ctx, c.alice, c.alice.DM(), "What should I look at first? Start it"))
	m, err := c.sees(ctx, c.alice, c.alice.DM(), "Ready to make 1 change")
	c.must(err)
	tab := c.open("?as=alice&in="+c.alice.DM()+"&thread="+m.ThreadTS, wide, short)
	defer tab.Close()
	c.shoot(tab, "preview", "body", "Ready to make 1 change")
}

func (c *camera) home() {
	tab := c.open("?as=alice&tab=home&in="+c.alice.DM(), narrow, 900)
	defer tab.Close()
	c.shoot(tab, "gallery/home", "#main", "Connected")
	tab.Press("Settings")
	tab.Reads("dialog.modal h2", "Settings")
	c.shoot(tab, "gallery/settings", "body", "Settings")
	tab.Press("Cancel")
}

func (c *camera) health() {
	tab := c.open("?as=carol&in="+general, narrow, 860)
	defer tab.Close()
	tab.Write("#main textarea", "/linear admin")
	tab.Click("#main .send")
	tab.Reads("dialog.modal", "Health")
	tab.Press("Health")
	c.shoot(tab, "gallery/health", "dialog.modal", "Slack socket")
}

func (c *camera) board() {
	tab := pagetest.OpenTab(c.t, c.browser, c.linear.URL)
	defer tab.Close()
	tab.Do(chromedp.EmulateViewport(wide, high))
	c.shoot(tab, "board", "body", "Payment retries loop")
}

func (c *camera) revoked() {
	ctx := c.t.Context()
	c.linear.RevokeAccess(aliceMail)
	m, err := c.sees(ctx, c.alice, c.alice.DM(), "Your Linear connection stopped working")
	c.must(err)
	if !strings.Contains(slacktest.Text(m), "Reconnect") {
		c.t.Error("no way back is offered")
	}
	tab := c.open("?as=alice&in="+c.alice.DM(), narrow, short)
	defer tab.Close()
	c.shoot(tab, "gallery/revoked", "#main", "Reconnect")
}
