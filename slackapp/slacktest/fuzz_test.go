package slacktest

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzBlocks: whatever is posted as blocks is taken or refused, never a crash; complaints have Slack's form, and what is
// taken can be rendered and used.
func FuzzBlocks(f *testing.F) {
	for _, seed := range []string{
		`[]`, `[null]`, `[{}]`, `[{"type":"section","text":{"type":"mrkdwn","text":"x"}}]`, `[{"type":"input","element":7}]`,
		`[{"type":"actions","elements":[null]}]`, `[{"type":"actions","block_id":1}]`, `[{"type":"context","elements":{}}]`,
		`[{"type":"rich_text","elements":[{"type":"rich_text_list","elements":[1]}]}]`,
		`[{"type":"actions","elements":[{"type":"static_select","options":[{"text":3}],"initial_option":{}}]}]`,
		`[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"x"},"confirm":{}}]}]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		body, err := readContent(args{"text": "x", "blocks": text})
		if refused, ok := err.(*apiError); ok { //nolint:errorlint // readContent wraps nothing
			meta, _ := refused.extra["response_metadata"].(Object)
			problems, _ := meta["messages"].([]string)
			for _, p := range problems {
				if !strings.HasPrefix(p, "[ERROR] ") || !strings.HasSuffix(p, "]") || !strings.Contains(p, "[json-pointer:/") {
					t.Errorf("complaint %q", p)
				}
			}
			return
		}
		v := View{Type: "modal", Blocks: body.blocks}
		v.setInitial()
		v.problems()
		Text(v)
		if _, err := json.Marshal(v.State); err != nil {
			t.Error(err)
		}
	})
}

// FuzzRewrite: what a person types comes back when markup is undone, and no raw bracket of theirs survives.
func FuzzRewrite(f *testing.F) {
	for _, seed := range []string{"a & b <c>", "@alice #general", "https://x.test/?a=1&b=2.", "@channel <@U0BOB>", "<!here>"} {
		f.Add(seed)
	}
	m, err := loadManifest([]byte("display_information: {name: x}"))
	if err != nil {
		f.Fatal(err)
	}
	s := &Server{manifest: m, workspace: newWorkspace(m, ""), changed: make(chan struct{})}
	s.populate()
	f.Fuzz(func(t *testing.T, text string) {
		got := s.rewrite("U0ALICE", text, true)
		if strings.Contains(text, "<!") && !strings.Contains(text, "@") && strings.Contains(got, "<!") {
			t.Errorf("rewrite(%q) = %q mentions somebody", text, got)
		}
		plain := typed.FindString(text) == ""
		if plain && got != text {
			t.Errorf("rewrite(%q) = %q, want it unchanged", text, got)
		}
	})
}
