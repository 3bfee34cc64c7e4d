package slackapp

import (
	"strings"
	"testing"

	"github.com/slack-go/slack"
)

// What an app says in blocks alone gives a title and a text like any message.
func TestBlocksOnlyMessage(t *testing.T) {
	t.Parallel()
	var m slack.Message
	m.Timestamp, m.BotID, m.SubType = "1764295200.000100", "B1", "bot_message"
	m.Blocks.BlockSet = blocks(header("Deploy of checkout failed"), section("Stage *eu-1*: out of disk. See the log."))
	if got := titleFrom(m, slackNames{}); got != "Deploy of checkout failed" {
		t.Errorf("title = %q", got)
	}
	body := thread{Messages: []slack.Message{m}, Author: func(string) author { return author{Name: "deploybot"} }}.transcribe().Body
	if !strings.Contains(body, "Deploy of checkout failed") || !strings.Contains(body, "out of disk") {
		t.Errorf("the issue says:\n%s", body)
	}
}
