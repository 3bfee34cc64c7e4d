package linear

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

var kinds = []error{
	ErrUnauthenticated, ErrForbidden, ErrNotFound, ErrInvalidInput, ErrRateLimited, ErrTooComplex, ErrTransient, ErrOutcomeUnknown,
}

// FuzzReply: whatever arrives, it is data or exactly one kind of failure, never
// both kinds, never a panic; and what a change may have done is never called transient.
func FuzzReply(f *testing.F) {
	f.Add(200, `{"data":{"viewer":{"id":"x"}}}`, true)
	f.Add(400, `{"errors":[{"message":"x","extensions":{"type":"ratelimited"}}]}`, true)
	f.Add(200, `{"errors":[{"message":"Entity not found: Issue","path":["issue",0],"extensions":{"validationErrors":[{"property":"a"}]}}],"data":null}`, false)
	f.Add(401, `{"errors":"no"}`, true)
	f.Add(503, `<html>`, true)
	f.Add(200, `{"errors":[[],{},null,7,{"extensions":[]}],"data":{"a":1}}`, true)
	f.Add(200, `{"error":{"message":"x"}}`, false)
	f.Fuzz(func(t *testing.T, status int, body string, writes bool) {
		data, err := reply{status, http.Header{}, []byte(body)}.read("Op", time.Now())
		err = call{op: "Op", writes: writes}.judge(data, err)
		if err == nil {
			if !json.Valid(data) || isNull(data) {
				t.Fatalf("no error and no data for %q", body)
			}
			return
		}
		matched := 0
		for _, kind := range kinds {
			if errors.Is(err, kind) {
				matched++
			}
		}
		if matched != 1 {
			t.Errorf("%v matches %d kinds", err, matched)
		}
		if writes && errors.Is(err, ErrTransient) {
			t.Errorf("a change that was answered %d %q is called transient", status, body)
		}
		if _, ok := AsToolError(err); !ok {
			t.Errorf("no tool error for %v", err)
		}
	})
}

// FuzzToolInput: any input is refused with a named reason or becomes a request
// that encodes; update and list never widen what was asked.
func FuzzToolInput(f *testing.F) {
	f.Add(0, `{"title":"x","team":"ENG","priority":"high","labels":"bug"}`)
	f.Add(1, `{"issueId":"ENG-1","state":"done","assigneeId":null,"estimate":"3"}`)
	f.Add(2, `{"assignee":"me","priority":["1",2],"first":"5","labels":["bug"],"createdAfter":"-P7D"}`)
	f.Add(2, `{"not":{"state":["done"]},"state":{"a":1},"cycle":[null]}`)
	f.Add(3, `{"query":"{ viewer { id } }","variables":"{}"}`)
	f.Fuzz(func(t *testing.T, tool int, input string) {
		d := testDirectory()
		name := toolTable[uint(tool)%uint(len(toolTable))].Name
		given, err := ValidateInput(name, json.RawMessage(input))
		if err != nil {
			if e, ok := errors.AsType[*ToolError](err); !ok || e.Code == "" || e.Message == "" {
				t.Fatalf("ValidateInput() = %v, want a worded *ToolError", err)
			}
			if json.Unmarshal([]byte(input), &given) != nil || given == nil {
				return
			}
		}
		var result any
		switch name {
		case ToolCreate:
			result, _, err = ResolveCreate(d, given)
		case ToolUpdate:
			result, _, err = ResolveUpdate(d, Issue{Identifier: "ENG-1"}, given)
		case ToolList:
			result, _, err = ResolveList(d, given)
		}
		if err != nil {
			if _, ok := AsToolError(err); !ok {
				t.Fatalf("%v is no tool error", err)
			}
			return
		}
		if _, err := json.Marshal(result); err != nil {
			t.Fatalf("the request does not encode: %v", err)
		}
	})
}

func FuzzParseRef(f *testing.F) {
	for _, seed := range []string{"ENG-1", "https://linear.app/a/issue/ENG-1/x", "<https://linear.app/a/issue/ENG-1|x>", "http://[", "a-1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ref, ok := ParseRef(text)
		if !ok {
			return
		}
		again, ok := ParseRef(ref)
		if !ok || again != ref || strings.ContainsAny(ref, " \n\t<>/\"") {
			t.Errorf("ParseRef(%q) = %q, again %q", text, ref, again)
		}
	})
}
