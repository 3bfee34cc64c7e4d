package slacktest

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Call is one Web API call or response URL post, as the "what happened" panel shows it.
type Call struct {
	Method string // chat.postMessage …; "response_url" for posts to one
	At     time.Time
	Took   time.Duration
	Status int
	Error  string // Slack's code, "" when ok
	Args   Object // without the token
}

// Calls returns every Web API call so far, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// CountCalls tells how often a method was called.
func (s *Server) CountCalls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.calls {
		if c.Method == method {
			n++
		}
	}
	return n
}

// apiError is an answer with ok:false; extra holds what Slack adds beside the code.
type apiError struct {
	code  string
	extra Object
}

func (e *apiError) Error() string { return e.code }

func fail(code string) error { return &apiError{code: code} }

// invalid is a refusal with Slack's "[ERROR] … [json-pointer:…]" lines.
func invalid(code string, problems []string) error {
	return &apiError{code, Object{"response_metadata": Object{"messages": problems}}}
}

// method is one Web API method: its rate tier, the scopes of which the caller needs one, and what it does with the lock held.
type method struct {
	tier   int
	scopes []string
	run    func(*Server, args) (Object, error)
}

// methods is the part of Slack's Web API this server has (tiers and scopes: method reference data, 2026-08).
func methods() map[string]method {
	history := []string{"channels:history", "groups:history", "im:history", "mpim:history"}
	read := []string{"channels:read", "groups:read", "im:read", "mpim:read"}
	write := []string{"chat:write"}
	return map[string]method{
		"auth.test":                             {5, nil, (*Server).authTest},
		"apps.connections.open":                 {3, nil, (*Server).openConnection},
		"chat.postMessage":                      {5, write, (*Server).postMessage},
		"chat.postEphemeral":                    {4, write, (*Server).postEphemeral},
		"chat.update":                           {3, write, (*Server).updateMessage},
		"chat.delete":                           {3, write, (*Server).deleteMessage},
		"chat.getPermalink":                     {5, nil, (*Server).getPermalink},
		"chat.unfurl":                           {3, []string{"links:write"}, (*Server).unfurl},
		"chat.startStream":                      {2, write, (*Server).startStream},
		"chat.appendStream":                     {4, write, (*Server).appendStream},
		"chat.stopStream":                       {2, write, (*Server).stopStream},
		"views.open":                            {4, nil, (*Server).openView},
		"views.push":                            {4, nil, (*Server).pushView},
		"views.update":                          {4, nil, (*Server).updateView},
		"views.publish":                         {4, nil, (*Server).publishView},
		"conversations.replies":                 {3, history, (*Server).replies},
		"conversations.history":                 {3, history, (*Server).history},
		"conversations.info":                    {3, read, (*Server).channelInfo},
		"conversations.list":                    {2, read, (*Server).listChannels},
		"conversations.members":                 {4, read, (*Server).listMembers},
		"conversations.open":                    {3, []string{"im:write", "mpim:write"}, (*Server).openDirect},
		"conversations.join":                    {3, []string{"channels:join"}, (*Server).joinChannel},
		"users.info":                            {4, []string{"users:read"}, (*Server).userInfo},
		"users.list":                            {2, []string{"users:read"}, (*Server).listUsers},
		"users.lookupByEmail":                   {3, []string{"users:read.email"}, (*Server).lookupByEmail},
		"usergroups.users.list":                 {2, []string{"usergroups:read"}, (*Server).groupUsers},
		"bots.info":                             {3, []string{"users:read"}, (*Server).botInfo},
		"team.info":                             {3, []string{"team:read"}, (*Server).teamInfo},
		"files.info":                            {4, []string{"files:read"}, (*Server).fileInfo},
		"reactions.add":                         {3, []string{"reactions:write"}, (*Server).addReaction},
		"reactions.remove":                      {2, []string{"reactions:write"}, (*Server).removeReaction},
		"assistant.threads.setStatus":           {5, write, (*Server).setStatus},
		"assistant.threads.setTitle":            {4, []string{"assistant:write"}, (*Server).setTitle},
		"assistant.threads.setSuggestedPrompts": {4, []string{"assistant:write"}, (*Server).setPrompts},
		"agents.sessions.setStatus":             {3, write, (*Server).setSession},
		"agents.sessions.rename":                {3, write, (*Server).renameSession},
		"entity.presentDetails":                 {3, nil, (*Server).presentDetails},
	}
}

// serveAPI answers one call: parse, fault, authenticate, limit, check the scope, run, record.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	start, name := time.Now(), r.PathValue("method")
	a, token, inHeader, err := readArgs(r)
	if err != nil {
		writeJSON(w, http.StatusOK, Object{"ok": false, "error": err.Error()})
		return
	}
	f := s.takeFault(name)
	if !f.wait(r.Context()) {
		return
	}
	answer, status := Object{}, http.StatusOK
	if f.applies() {
		s.mu.Lock()
		answer, err = s.call(name, a, token, inHeader)
		if err == nil && token == s.BotToken {
			w.Header().Set("X-Oauth-Scopes", strings.Join(slices.Sorted(maps.Keys(s.scopes)), ","))
		}
		s.mu.Unlock()
		answer, status = refusal(w, answer, err)
	}
	if f.fails() {
		status, answer = f.answer(w), Object{"error": f.label()}
	} else {
		writeJSON(w, status, answer)
	}
	code, _ := answer["error"].(string)
	s.record(Call{Method: name, At: start, Took: time.Since(start), Status: status, Error: code, Args: Object(a)})
}

// call runs one method on behalf of a token. The lock is held.
func (s *Server) call(name string, a args, token string, inHeader bool) (Object, error) {
	m, ok := s.methods[name]
	if !ok {
		return nil, &apiError{"unknown_method", Object{"req_method": name}}
	}
	opensSocket := name == "apps.connections.open"
	switch {
	case token == "":
		return nil, fail("not_authed")
	case token != s.BotToken && token != s.AppToken:
		return nil, fail("invalid_auth")
	case s.uninstalled:
		return nil, fail("account_inactive")
	case opensSocket != (token == s.AppToken):
		return nil, fail("not_allowed_token_type")
	case opensSocket && !inHeader:
		return nil, fail("invalid_auth") // the app-level token counts only in the header
	}
	if wait := s.limited(name, m.tier, a.str("channel")); wait > 0 {
		return nil, &apiError{"ratelimited", Object{"retry_after": wait}}
	}
	if len(m.scopes) > 0 && !slices.ContainsFunc(m.scopes, func(sc string) bool { return s.scopes[sc] }) {
		return nil, s.missing(m.scopes[0])
	}
	return m.run(s, a)
}

// missing is Slack's missing_scope with what was needed and what the token has.
func (s *Server) missing(scope string) error {
	return &apiError{"missing_scope", Object{
		"needed": scope, "provided": strings.Join(slices.Sorted(maps.Keys(s.scopes)), ","),
	}}
}

// refusal turns a method's result into Slack's body and status: errors are HTTP 200, only limits are 429.
func refusal(w http.ResponseWriter, answer Object, err error) (Object, int) {
	if err == nil {
		out := Object{"ok": true}
		maps.Copy(out, answer)
		return out, http.StatusOK
	}
	out := Object{"ok": false, "error": err.Error()}
	var refused *apiError
	if errors.As(err, &refused) {
		if refused.code == "ratelimited" {
			w.Header().Set("Retry-After", itoa(refused.extra["retry_after"].(int)))
			return out, http.StatusTooManyRequests
		}
		maps.Copy(out, refused.extra)
	}
	return out, http.StatusOK
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client went away; there is nobody to tell
}

// record notes a call, keeping the latest 10,000.
func (s *Server) record(c Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.calls) >= 10_000 {
		s.calls = slices.Delete(s.calls, 0, 1000)
	}
	s.calls = append(s.calls, c)
	s.touch(Change{Kind: "call", ID: c.Method})
}

// args are the arguments of a call: strings from a form or a query, JSON values from a JSON body.
type args Object

// readArgs reads the arguments and the token wherever Slack accepts them: form field, Bearer header, GET query.
func readArgs(r *http.Request) (a args, token string, inHeader bool, err error) {
	a = args{}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token, inHeader = strings.TrimSpace(bearer), true
	}
	r.Body = http.MaxBytesReader(nil, r.Body, 4<<20)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, "", false, fail("request_timeout")
		}
		if len(body) > 0 && json.Unmarshal(body, &a) != nil {
			return nil, "", false, fail("invalid_json")
		}
		return a, token, inHeader, nil
	}
	if err := r.ParseMultipartForm(4 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, "", false, fail("invalid_form_data")
	}
	for k, v := range r.Form {
		a[k] = v[0]
	}
	if token == "" {
		token = a.str("token")
	}
	delete(a, "token")
	return a, token, inHeader, nil
}

func (a args) str(key string) string {
	switch v := a[key].(type) {
	case string:
		return v
	case float64:
		return itoa(int(v))
	case bool:
		if v {
			return "true"
		}
	}
	return ""
}

func (a args) has(key string) bool { _, ok := a[key]; return ok }

func (a args) flag(key string) bool { v := a.str(key); return v == "true" || v == "1" }

// json decodes an argument that is JSON inside a form field, or already JSON. Absent is not an error.
func (a args) json(key string, into any) error {
	v, ok := a[key]
	if !ok || v == nil || v == "" {
		return nil
	}
	text, isText := v.(string)
	if !isText {
		raw, err := json.Marshal(v)
		if err != nil {
			return err
		}
		text = string(raw)
	}
	return json.Unmarshal([]byte(text), into)
}
