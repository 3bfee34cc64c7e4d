package slacktest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"linearbot/slackapp/slacktest"
)

// call makes one Web API call as a form with the bot token, and returns the decoded answer.
func call(t *testing.T, s *slacktest.Server, method string, form map[string]string) map[string]any {
	t.Helper()
	v := url.Values{"token": {s.BotToken}}
	for k, e := range form {
		v.Set(k, e)
	}
	return send(t, s.APIURL+method, "application/x-www-form-urlencoded", "", v.Encode())
}

// send posts a body and returns the decoded answer, with the HTTP status under "status".
func send(t *testing.T, link, contentType, bearer, body string) map[string]any {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, link, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if json.Unmarshal(raw, &out) != nil {
		out["text"] = string(raw)
	}
	out["status"], out["retry"] = resp.StatusCode, resp.Header.Get("Retry-After")
	return out
}

func section(text string) string {
	return `{"type":"section","text":{"type":"mrkdwn","text":` + quote(text) + `}}`
}

func quote(text string) string { raw, _ := json.Marshal(text); return string(raw) }

func many(n int, block string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(block+",", n), ",") + "]"
}

func actions(elements string) string { return `[{"type":"actions","elements":[` + elements + `]}]` }

func TestMessagesRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	mine := call(t, s, "chat.postMessage", map[string]string{"channel": "C0GENERAL", "text": "mine"})["ts"].(string)
	theirs := s.Thread("C0GENERAL", "Could the weekly")[0].TS
	const ch = "C0GENERAL"
	for name, c := range map[string]struct {
		method string
		form   map[string]string
		want   string
	}{
		"nothing to say":             {"chat.postMessage", map[string]string{"channel": ch}, "no_text"},
		"unknown channel":            {"chat.postMessage", map[string]string{"channel": "C0NONE", "text": "x"}, "channel_not_found"},
		"private channel unseen":     {"chat.postMessage", map[string]string{"channel": "C0LEADS", "text": "x"}, "channel_not_found"},
		"public channel, not in it":  {"chat.postMessage", map[string]string{"channel": "C0DESIGN", "text": "x"}, "not_in_channel"},
		"archived":                   {"chat.postMessage", map[string]string{"channel": "C0OLD", "text": "x"}, "is_archived"},
		"thread unknown":             {"chat.postMessage", map[string]string{"channel": ch, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"},
		"markdown beside text":       {"chat.postMessage", map[string]string{"channel": ch, "text": "x", "markdown_text": "y"}, "markdown_text_conflict"},
		"markdown too long":          {"chat.postMessage", map[string]string{"channel": ch, "markdown_text": strings.Repeat("x", 12_001)}, "msg_too_long"},
		"blocks are no JSON":         {"chat.postMessage", map[string]string{"channel": ch, "blocks": "[{"}, "invalid_blocks_format"},
		"51 blocks":                  {"chat.postMessage", map[string]string{"channel": ch, "blocks": many(51, section("x"))}, "invalid_blocks"},
		"blocks too long together":   {"chat.postMessage", map[string]string{"channel": ch, "blocks": many(5, section(strings.Repeat("x", 2900)))}, "msg_blocks_too_long"},
		"metadata without a type":    {"chat.postMessage", map[string]string{"channel": ch, "text": "x", "metadata": `{"event_payload":{}}`}, "invalid_metadata_schema"},
		"ephemeral to an outsider":   {"chat.postEphemeral", map[string]string{"channel": ch, "user": "U0ERIN", "text": "x"}, "user_not_in_channel"},
		"update beyond 4,000 bytes":  {"chat.update", map[string]string{"channel": ch, "ts": mine, "text": strings.Repeat("é", 2001)}, "msg_too_long"},
		"update of another's":        {"chat.update", map[string]string{"channel": ch, "ts": theirs, "text": "x"}, "cant_update_message"},
		"update of nothing":          {"chat.update", map[string]string{"channel": ch, "ts": "1.000001", "text": "x"}, "message_not_found"},
		"delete of another's":        {"chat.delete", map[string]string{"channel": ch, "ts": theirs}, "cant_delete_message"},
		"permalink of nothing":       {"chat.getPermalink", map[string]string{"channel": ch, "message_ts": "1.000001"}, "message_not_found"},
		"stream for nobody":          {"chat.startStream", map[string]string{"channel": ch, "thread_ts": mine}, "missing_recipient_user_id"},
		"append to a closed stream":  {"chat.appendStream", map[string]string{"channel": ch, "ts": mine, "markdown_text": "x"}, "message_not_in_streaming_state"},
		"unfurl of another link":     {"chat.unfurl", map[string]string{"channel": ch, "ts": theirs, "unfurls": `{"https://linear.app/x":{}}`}, "cannot_unfurl_message"},
		"replies, unknown thread":    {"conversations.replies", map[string]string{"channel": ch, "ts": "1.000001"}, "thread_not_found"},
		"replies, not in channel":    {"conversations.replies", map[string]string{"channel": "C0DESIGN", "ts": mine}, "not_in_channel"},
		"replies, private channel":   {"conversations.replies", map[string]string{"channel": "C0LEADS", "ts": mine}, "channel_not_found"},
		"replies, over 1,000":        {"conversations.replies", map[string]string{"channel": ch, "ts": mine, "limit": "1001"}, "invalid_limit"},
		"emoji nobody uploaded":      {"reactions.add", map[string]string{"channel": ch, "timestamp": mine, "name": "linear"}, "invalid_name"},
		"user unknown":               {"users.info", map[string]string{"user": "U0NOBODY"}, "user_not_found"},
		"e-mail of a stranger":       {"users.lookupByEmail", map[string]string{"email": "erin@globex.test"}, "users_not_found"},
		"direct message to a bot":    {"conversations.open", map[string]string{"users": "U0DEPLOY"}, "cannot_dm_bot"},
		"scope not in the manifest":  {"conversations.join", map[string]string{"channel": "C0DESIGN"}, "missing_scope"},
		"method that does not exist": {"chat.shout", nil, "unknown_method"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := call(t, s, c.method, c.form)
			if got["error"] != c.want || got["ok"] != false || got["status"] != http.StatusOK {
				t.Errorf("%s = %v, want ok:false %s with HTTP 200", c.method, got, c.want)
			}
		})
	}
}

func TestBlocksRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	long := strings.Repeat("x", 3001)
	option := func(text, value string) string {
		return `{"text":{"type":"plain_text","text":` + quote(text) + `},"value":` + quote(value) + `}`
	}
	button := func(text, more string) string {
		return `{"type":"button","action_id":"a","text":{"type":"plain_text","text":` + quote(text) + `}` + more + `}`
	}
	for name, c := range map[string]struct{ blocks, want string }{
		"section text":           {"[" + section(long) + "]", "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		"section text empty":     {"[" + section("") + "]", "must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		"section without text":   {`[{"type":"section"}]`, "missing required field: text or fields [json-pointer:/blocks/0]"},
		"section fields":         {`[{"type":"section","fields":` + many(11, `{"type":"mrkdwn","text":"x"}`) + `}]`, "no more than 10 items allowed [json-pointer:/blocks/0/fields]"},
		"header markup":          {`[{"type":"header","text":{"type":"mrkdwn","text":"x"}}]`, "unsupported type: mrkdwn"},
		"header length":          {`[{"type":"header","text":{"type":"plain_text","text":` + quote(long[:151]) + `}}]`, "must be less than 151 characters"},
		"context elements":       {`[{"type":"context","elements":` + many(11, `{"type":"mrkdwn","text":"x"}`) + `}]`, "no more than 10 items"},
		"actions elements":       {actions(strings.TrimSuffix(strings.Repeat(button("x", "")+",", 26), ",")), "no more than 25 items"},
		"same action id":         {actions(button("x", "") + "," + button("y", "")), "`action_id` \"a\" already exists"},
		"same block id":          {`[{"type":"divider","block_id":"d"},{"type":"divider","block_id":"d"}]`, "`block_id` \"d\" already exists"},
		"button text":            {actions(button(long[:76], "")), "must be less than 76 characters"},
		"button value":           {actions(button("x", `,"value":`+quote(long[:2001]))), "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"},
		"button style":           {actions(button("x", `,"style":"default"`)), "must be a valid enum value"},
		"button property":        {actions(button("x", `,"colour":"red"`)), "invalid additional property: colour"},
		"confirm text":           {actions(button("x", `,"confirm":{"title":{"type":"plain_text","text":"t"},"text":{"type":"plain_text","text":`+quote(long[:301])+`},"confirm":{"type":"plain_text","text":"y"},"deny":{"type":"plain_text","text":"n"}}`)), "must be less than 301 characters"},
		"option text":            {actions(`{"type":"static_select","options":[` + option(long[:76], "v") + `]}`), "must be less than 76 characters"},
		"option value":           {actions(`{"type":"static_select","options":[` + option("x", long[:76]) + `]}`), "must be less than 76 characters"},
		"101 options":            {actions(`{"type":"static_select","options":` + many(101, option("x", "v")) + `}`), "no more than 100 items"},
		"no options":             {actions(`{"type":"static_select","options":[]}`), "no fewer than 1 items"},
		"initial option unknown": {actions(`{"type":"static_select","options":[` + option("x", "v") + `],"initial_option":` + option("y", "w") + `}`), "must exactly match"},
		"6 overflow options":     {actions(`{"type":"overflow","options":` + many(6, option("x", "v")) + `}`), "no more than 5 items"},
		"11 checkboxes":          {actions(`{"type":"checkboxes","options":` + many(11, option("x", "v")) + `}`), "no more than 10 items"},
		"multi select in a row":  {actions(`{"type":"multi_static_select","options":[` + option("x", "v") + `]}`), "unsupported type: multi_static_select"},
		"text input in a row":    {actions(`{"type":"plain_text_input"}`), "unsupported type: plain_text_input"},
		"image without alt text": {`[{"type":"image","image_url":"https://x.test/a.png"}]`, "missing required field: alt_text"},
		"unknown block":          {`[{"type":"sparkles"}]`, "unsupported type: sparkles"},
		"alert in a message":     {`[{"type":"alert"}]`, "unsupported type: alert"},
		"markdown length":        {`[{"type":"markdown","text":` + quote(strings.Repeat("x", 12_001)) + `}]`, "must be less than 12001 characters"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := call(t, s, "chat.postMessage", map[string]string{"channel": "C0GENERAL", "text": "x", "blocks": c.blocks})
			wantRefusal(t, got, "invalid_blocks", c.want)
		})
	}
}

func wantRefusal(t *testing.T, got map[string]any, code, line string) {
	t.Helper()
	meta, _ := got["response_metadata"].(map[string]any)
	raw := &bytes.Buffer{}
	for _, m := range toList(meta["messages"]) {
		raw.WriteString(m.(string) + "\n")
	}
	if got["error"] != code || !strings.Contains(raw.String(), "[ERROR] ") || !strings.Contains(raw.String(), line) {
		t.Errorf("got %v, want %s with %q", got, code, line)
	}
}

func toList(v any) []any { list, _ := v.([]any); return list }

func TestViewsRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	view := func(more string) string {
		return `{"type":"modal","title":{"type":"plain_text","text":"T"}` + more + `}`
	}
	input := `{"type":"input","label":{"type":"plain_text","text":"L"},"element":{"type":"plain_text_input"}}`
	for name, c := range map[string]struct{ view, code, want string }{
		"no trigger known":         {view(`,"blocks":[]`), "invalid_trigger_id", ""},
		"no title":                 {`{"type":"modal","blocks":[]}`, "invalid_arguments", "missing required field: title [json-pointer:/view]"},
		"title over 24":            {`{"type":"modal","title":{"type":"plain_text","text":"1234567890123456789012345"},"blocks":[]}`, "invalid_arguments", "must be less than 25 characters"},
		"input without submit":     {view(`,"blocks":[` + input + `]`), "invalid_arguments", "missing required field: submit"},
		"101 blocks":               {view(`,"blocks":` + many(101, `{"type":"divider"}`)), "invalid_arguments", "no more than 100 items allowed [json-pointer:/view/blocks]"},
		"private metadata":         {view(`,"blocks":[],"private_metadata":` + quote(strings.Repeat("x", 3001))), "invalid_arguments", "must be less than 3001 characters [json-pointer:/view/private_metadata]"},
		"callback id":              {view(`,"blocks":[],"callback_id":` + quote(strings.Repeat("x", 256))), "invalid_arguments", "must be less than 256 characters"},
		"home opened as modal":     {`{"type":"home","blocks":[]}`, "invalid_arguments", "must be of type: modal"},
		"markdown block":           {view(`,"blocks":[{"type":"markdown","text":"x"}]`), "invalid_arguments", "unsupported type: markdown"},
		"two elements take focus":  {view(`,"submit":{"type":"plain_text","text":"S"},"blocks":` + many(2, strings.Replace(input, `"plain_text_input"`, `"plain_text_input","focus_on_load":true`, 1))), "invalid_arguments", "focus_on_load"},
		"initial value over limit": {view(`,"submit":{"type":"plain_text","text":"S"},"blocks":[` + strings.Replace(input, `"plain_text_input"`, `"plain_text_input","max_length":3,"initial_value":"long"`, 1) + `]`), "invalid_arguments", "must be less than 4 characters"},
		"over 250 kB":              {view(`,"blocks":` + many(100, section(strings.Repeat("x", 2600)))), "view_too_large", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := send(t, s.APIURL+"views.open", "application/json", s.BotToken, `{"trigger_id":"1.2","view":`+c.view+`}`)
			if c.want == "" {
				if got["error"] != c.code {
					t.Errorf("got %v, want %s", got, c.code)
				}
				return
			}
			wantRefusal(t, got, c.code, c.want)
		})
	}
}

func TestTokensAndScopes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	const form, js = "application/x-www-form-urlencoded", "application/json"
	for name, c := range map[string]struct{ method, contentType, bearer, body, want string }{
		"no token":                  {"auth.test", form, "", "", "not_authed"},
		"wrong token":               {"auth.test", form, "", "token=xoxb-wrong", "invalid_auth"},
		"token inside JSON":         {"auth.test", js, "", `{"token":"` + s.BotToken + `"}`, "not_authed"},
		"app token for a method":    {"auth.test", form, "", "token=" + s.AppToken, "not_allowed_token_type"},
		"bot token for a socket":    {"apps.connections.open", js, s.BotToken, "", "not_allowed_token_type"},
		"app token as a form field": {"apps.connections.open", form, "", "token=" + s.AppToken, "invalid_auth"},
		"half JSON":                 {"views.open", js, s.BotToken, "{", "invalid_json"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := send(t, s.APIURL+c.method, c.contentType, c.bearer, c.body); got["error"] != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
	s.WithdrawScope("reactions:write")
	got := call(t, s, "reactions.add", nil)
	if got["error"] != "missing_scope" || got["needed"] != "reactions:write" || !strings.Contains(got["provided"].(string), "chat:write") {
		t.Errorf("missing scope = %v", got)
	}
	s.WithdrawScope("users:read.email")
	user := call(t, s, "users.info", map[string]string{"user": "U0ALICE"})["user"].(map[string]any)
	if email := user["profile"].(map[string]any)["email"]; email != nil {
		t.Errorf("e-mail shown without its scope: %v", email)
	}
}

func TestRateLimitsAndFaults(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *slacktest.Options) { o.RateLimits = true })
	post := func() map[string]any {
		return call(t, s, "chat.postMessage", map[string]string{"channel": "C0GENERAL", "text": "x"})
	}
	var last map[string]any
	for range 8 { // bursts of five, then one a second
		last = post()
	}
	if last["status"] != http.StatusTooManyRequests || last["retry"] != "1" {
		t.Errorf("sixth message in a burst = %v", last)
	}
	authTest := func() map[string]any { return call(t, s, "auth.test", nil) }
	s.Inject(slacktest.Fault{Method: "auth.test", Times: 1, Status: http.StatusInternalServerError})
	if got := authTest(); got["status"] != http.StatusInternalServerError || !strings.Contains(got["text"].(string), "<html>") {
		t.Errorf("500 = %v", got)
	}
	s.Inject(slacktest.Fault{Method: "*", Times: 1, Code: "fatal_error"})
	if got := authTest(); got["error"] != "fatal_error" {
		t.Errorf("coded fault = %v", got)
	}
	s.Inject(slacktest.Fault{Method: "auth.test", Times: 1, RetryAfter: 7})
	if got := authTest(); got["retry"] != "7" {
		t.Errorf("429 = %v", got)
	}
	remove := s.Inject(slacktest.Fault{Method: "auth.test", Reset: true})
	if _, err := http.PostForm(s.APIURL+"auth.test", url.Values{"token": {s.BotToken}}); err == nil { //nolint:noctx // cut at once
		t.Error("a reset connection answered")
	}
	remove()
	start := time.Now()
	s.Inject(slacktest.Fault{Method: "auth.test", Times: 1, Delay: 30 * time.Millisecond})
	if got := authTest(); got["ok"] != true || time.Since(start) < 30*time.Millisecond {
		t.Errorf("delayed call = %v after %v", got, time.Since(start))
	}
	s.Inject(slacktest.Fault{Method: "conversations.open", Times: 1, Status: 500, Applied: true})
	before := len(s.Channels(""))
	call(t, s, "conversations.open", map[string]string{"users": "U0ERIN"})
	if got := len(s.Channels("")); got != before+1 {
		t.Error("an applied fault did not take effect")
	}
}
