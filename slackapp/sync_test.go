package slackapp

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/slack-go/slack"
)

// A form that comes while too many are under way stays open with what was typed, and
// says so: an empty acknowledgement would close it and lose the text.
func TestBusyFormsStayOpen(t *testing.T) {
	t.Parallel()
	a := &App{Config: Config{Counters: NewCounters(), Log: slog.New(slog.DiscardHandler)}, sync: make(chan struct{})} // no room
	for name, c := range map[string]struct {
		kind   slack.InteractionType
		blocks []slack.Block
		want   string
	}{
		"with fields": {
			slack.InteractionTypeViewSubmission,
			[]slack.Block{section("Words"), input("title", "Title", textInput("title", "", 10, false))},
			`{"response_action":"errors","errors":{"title":"Too much is going on right now, so I didn't start on this. Nothing was changed. Try again in a minute."}}`,
		},
		"without":   {slack.InteractionTypeViewSubmission, []slack.Block{section("Sure?")}, `{"response_action":"update","view":{"type":"modal"`},
		"typeahead": {slack.InteractionTypeBlockSuggestion, nil, `{"options":[]}`},
	} {
		r := &request{Ref: "ab12cd34", Interaction: &slack.InteractionCallback{Type: c.kind, View: slack.View{Blocks: slack.Blocks{BlockSet: c.blocks}}}}
		var got any
		a.answer(t.Context(), inbound{}, r, func(_ context.Context, payload any) error { got = payload; return nil })
		text, err := json.Marshal(got)
		if err != nil || !strings.HasPrefix(string(text), c.want) {
			t.Errorf("%s: %s, %v, want %s", name, text, err, c.want)
		}
	}
}
