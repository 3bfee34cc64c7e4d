package modeltest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sync"
	"time"
)

// Reply is what the scripted model answers.
type Reply struct {
	Blocks []ReplyBlock
	Stop   string // stop_reason; empty: tool_use when there is a call, else end_turn
	Usage  Usage
	Noise  bool // between its events: pings, comments, events and fields nobody knows, thoughts, CRLF
	Fault  Fault
}

// ReplyBlock is text, or a call when Name is set.
type ReplyBlock struct {
	Text  string
	Name  string
	ID    string // empty: a fresh one
	Input string // JSON; sent as it is, so it may be broken
}

// Usage is the token count of a reply.
type Usage struct {
	In, CacheWrite, CacheRead, Out int64
}

// Fault is something that goes wrong with a reply.
type Fault struct {
	Status     int           // answer with this status and no stream
	Kind       string        // the error type beside Status, or of MidStream
	RetryAfter time.Duration // header beside Status
	MidStream  bool          // an error event in the middle
	CutAfter   int           // end the stream after so many events
	HangAfter  int           // say nothing more after so many events, until the caller goes
	Silent     bool          // not even headers, until the caller goes
}

// Say answers with text.
func Say(text string) Reply { return Reply{Blocks: []ReplyBlock{{Text: text}}} }

// Call answers with a tool call. input is encoded to JSON.
func Call(name string, input any) Reply {
	raw, err := json.Marshal(input)
	if err != nil {
		panic(fmt.Sprintf("modeltest: input of %s: %v", name, err)) // a script that cannot be sent
	}
	return Reply{Blocks: []ReplyBlock{{Name: name, Input: string(raw)}}}
}

// And puts the blocks of another reply behind those of r.
func (r Reply) And(other Reply) Reply {
	r.Blocks = append(append([]ReplyBlock(nil), r.Blocks...), other.Blocks...)
	return r
}

// Script answers with the replies in turn, and with the last one from then on.
func Script(replies ...Reply) func(Request) Reply {
	var mu sync.Mutex
	n := 0
	return func(Request) Reply {
		mu.Lock()
		defer mu.Unlock()
		r := replies[min(n, len(replies)-1)]
		n++
		return r
	}
}

// Rule answers when the newest text of the user matches. Then gets the number of
// tool-call rounds since, from 0, and the submatches.
type Rule struct {
	When *regexp.Regexp
	Then func(r Request, round int, match []string) Reply
}

// Rules answers by the first rule that matches, else with otherwise.
func Rules(otherwise Reply, rules ...Rule) func(Request) Reply {
	return func(r Request) Reply {
		said := r.Said()
		for _, rule := range rules {
			if match := rule.When.FindStringSubmatch(said); match != nil {
				return rule.Then(r, r.round(), match)
			}
		}
		return otherwise
	}
}

// round counts the messages of the model since the user last said something.
func (r Request) round() int {
	n := 0
	for i := len(r.Messages) - 1; i >= 0; i-- {
		m := r.Messages[i]
		if m.Role == "assistant" {
			n++
			continue
		}
		for _, b := range m.Content {
			if b.Type == "text" {
				return n
			}
		}
	}
	return n
}
