package assistant

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// What a provider takes as the id and as the name of a call that is told to it again.
var (
	callID   = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,100}$`)
	callName = regexp.MustCompile(`[^a-zA-Z0-9_-]+`)
)

// callsOf are the calls of a reply. An id that cannot be told again, or was used
// before, is replaced: each call is answered once.
func (t *talk) callsOf(r ModelReply) []ModelCall {
	var calls []ModelCall
	for _, b := range r.Blocks {
		if b.Call == nil {
			continue
		}
		c := *b.Call
		for n := len(t.ids); t.ids[c.ID] || !callID.MatchString(c.ID); n++ {
			c.ID = fmt.Sprintf("call_%d", n)
		}
		t.ids[c.ID] = true
		calls = append(calls, c)
	}
	return calls
}

// said puts a reply into the conversation, as it is told to the model again: broken
// inputs as empty ones. It reports whether there was anything in it.
func (t *talk) said(reply ModelReply, calls []ModelCall) bool {
	var blocks []ModelBlock
	for _, b := range reply.Blocks {
		if b.Call == nil && strings.TrimSpace(b.Text) != "" {
			blocks = append(blocks, ModelBlock{Text: strings.TrimRight(b.Text, " \t\r\n")})
		}
	}
	for _, c := range calls {
		if _, err := objectOf(c.Input); err != nil {
			c.Input = json.RawMessage("{}")
		}
		if c.Name = callName.ReplaceAllString(clip(c.Name, 60), "_"); c.Name == "" {
			c.Name = "_"
		}
		blocks = append(blocks, ModelBlock{Call: &c})
	}
	last := len(t.messages) - 1
	switch {
	case len(blocks) == 0:
		return false
	case t.messages[last].FromModel: // it was paused in the middle
		t.messages[last].Blocks = append(slices.Clip(t.messages[last].Blocks), blocks...)
	default:
		t.messages = append(t.messages, ModelMessage{FromModel: true, Blocks: blocks})
	}
	return true
}

func resultBlocks(results []ModelResult) []ModelBlock {
	var blocks []ModelBlock
	for _, r := range results {
		blocks = append(blocks, ModelBlock{Result: &r})
	}
	return blocks
}
