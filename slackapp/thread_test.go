package slackapp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
)

// post is a message at a minute after 18:20 UTC on 2026-11-23.
func post(user string, minute int, text string) slack.Message {
	return slack.Message{Msg: slack.Msg{User: user, Text: text, Timestamp: fmt.Sprintf("%d.%06d", 1795458000+minute*60, minute)}}
}

func threadOf(messages ...slack.Message) thread {
	people := map[string]author{
		"U1": {Name: "Alice Chen", Mention: "https://linear.app/acme/profiles/alice"},
		"U2": {Name: "Bob Ito"},
		"U3": {Name: "Eve", Company: "Globex"},
	}
	return thread{
		Messages: messages, Channel: "payments", Permalink: "https://acme.slack.test/archives/C1/p1",
		Author:      func(id string) author { return people[id] },
		ChannelName: func(string) string { return "ops" },
		LinkTo:      func(ts string) string { return "https://acme.slack.test/p" + ts },
	}
}

func TestThreadBecomesADescription(t *testing.T) {
	t.Parallel()
	edited := post("U2", 0, "Payments *loop* &amp; fail, see <https://log.test|the log> <@U1>\n```if a &lt; b```")
	edited.Edited = &slack.Edited{User: "U2"}
	bot := post("", 3, "deploy done :tada:")
	bot.BotID, bot.Username, bot.SubType = "B1", "Deploys", "bot_message"
	file := post("U3", 5, "look in <#C2>")
	file.Files = []slack.File{
		{Name: "shot.png", Mimetype: "image/png", Size: 1000, URLPrivate: "https://files.slack.test/shot.png"},
		{Name: "video.mov", Size: 312 << 20, URLPrivate: "https://files.slack.test/video.mov"},
	}
	joined := post("U1", 1, "<@U1> has joined the channel")
	joined.SubType = "channel_join"
	in := threadOf(file, bot, joined, edited)
	in.Description = "Customers are charged twice."
	in.Attached = func(f slack.File) string {
		if f.Size > fileBytes {
			return ""
		}
		return "https://uploads.linear.test/" + f.Name
	}
	got := in.transcribe()
	want := "Customers are charged twice.\n\n---\n**From Slack** [#payments](https://acme.slack.test/archives/C1/p1) · 3 messages · 2026-11-23 18:20–18:25 UTC\n" +
		"**People:** Bob Ito (Slack only), Deploys (Slack only), Eve · Globex\n\n" +
		"**Bob Ito** · [18:20](https://acme.slack.test/p1795458000.000000) (edited)\nPayments **loop** & fail, see [the log](https://log.test) https://linear.app/acme/profiles/alice\n\n```\nif a < b\n```\n\n" +
		"**Deploys** (bot) · [18:23](https://acme.slack.test/p1795458180.000003)\ndeploy done 🎉\n\n" +
		"**Eve** · Globex · [18:25](https://acme.slack.test/p1795458300.000005)\nlook in #ops\n" +
		"![shot.png](https://uploads.linear.test/shot.png)\n📎 [video.mov](https://files.slack.test/video.mov) (in Slack, 312 MB is too large to attach)"
	if diff := cmp.Diff(want, got.Body); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	got.Body = ""
	if diff := cmp.Diff(transcript{Messages: 3, People: 3, Files: 2, Company: []string{"Globex"}, TooLarge: []string{"video.mov (312 MB) is too large; I linked it instead."}}, got); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func TestLongThreadKeepsTheFirstTwentyAndTheLatest(t *testing.T) {
	t.Parallel()
	var all []slack.Message
	for n := range 412 {
		all = append(all, post("U2", n, fmt.Sprintf("message number %d.", n)))
	}
	got := threadOf(all...).transcribe()
	for n := range 412 {
		want := n < 20 || n >= 412-180
		if has := strings.Contains(got.Body, fmt.Sprintf("message number %d.", n)); has != want {
			t.Fatalf("message %d in the body: %v, want %v", n, has, want)
		}
	}
	if want := "… 212 messages left out, see Slack"; !strings.Contains(got.Body, want) {
		t.Errorf("body lacks %q", want)
	}
	if got, want := got.longNotice(), "I included the first 20 and latest 180 messages."; got != want {
		t.Errorf("notice %q, want %q", got, want)
	}
}

func TestThreadOfLongMessagesStaysInBounds(t *testing.T) {
	t.Parallel()
	var all []slack.Message
	for n := range 60 {
		all = append(all, post("U2", n, fmt.Sprintf("start%d ", n)+strings.Repeat("word ", 1700)))
	}
	got := threadOf(all...).transcribe()
	if n := length(got.Body); n > threadChars+2000 {
		t.Errorf("body has %d characters, want about %d", n, threadChars)
	}
	if !strings.Contains(got.Body, "start0 ") || !strings.Contains(got.Body, "left out, see Slack") {
		t.Error("the first message or the note about missing ones is not there")
	}
}

func TestEmptyThread(t *testing.T) {
	t.Parallel()
	got := thread{Description: "only this"}.transcribe()
	if want := "only this\n\n---\n**From Slack** a direct message · no messages"; got.Body != want {
		t.Errorf("body = %q, want %q", got.Body, want)
	}
}

func TestTitleFromMessage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Login fails on Safari. Since noon.":                           "Login fails on Safari",
		"<@U1> *Login* fails on `Safari`, see <https://a.b|log> <@U2>": "Login fails on Safari, see log",
		"first line\nsecond":                                           "first line",
		"a &lt; b :tada:":                                              "a < b 🎉",
		"v1.2 breaks. Help":                                            "v1.2 breaks",
		"token ghp_" + strings.Repeat("a", 36) + " leaked":             "token [hidden: GitHub token] leaked",
		"<@U1>": "",
	} {
		if got := titleFrom(slack.Message{Msg: slack.Msg{Text: text}}, slackNames{}); got != want {
			t.Errorf("titleFrom(%q) = %q, want %q", text, got, want)
		}
	}
	if got := titleFrom(slack.Message{Msg: slack.Msg{Text: strings.Repeat("long words ", 50)}}, slackNames{}); length(got) > titleChars {
		t.Errorf("title has %d characters", length(got))
	}
}
