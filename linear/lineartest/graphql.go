package lineartest

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"sync"

	"github.com/graph-gophers/graphql-go"
	gqlerrors "github.com/graph-gophers/graphql-go/errors"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

//go:embed schema.graphql
var schemaText string

// engines holds the two readings of the schema: one judges documents, one runs them.
type engines struct {
	judge *ast.Schema
	run   *graphql.Schema
}

var schema = sync.OnceValue(func() engines {
	return engines{
		judge: gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphql", Input: schemaText}),
		run:   graphql.MustParseSchema(schemaText, &root{}, graphql.UseFieldResolvers()),
	}
})

// graphqlBody is what a client posts.
type graphqlBody struct {
	Query         string         `json:"query"`
	OperationName string         `json:"operationName"`
	Variables     map[string]any `json:"variables"`
}

// graphql is POST /graphql. The order of checks is: credentials, number of requests,
// document, complexity, scopes, rate limit; only then is anything executed. Each request counts,
// also one that is refused.
func (s *Server) graphql(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	c := &call{s: s, now: s.now()}
	var problem *apiError
	c.viewer, c.grant, problem = s.authenticate(r.Header.Get("Authorization"), c.now)
	c.w = s.worldOf(c.viewer)
	c.budget = s.budgetOf(c.viewer, c.grant, r.RemoteAddr, c.now)
	if limited := c.admit(w.Header()); limited != nil {
		problem = limited
	}
	s.mu.Unlock()
	if problem != nil {
		sendProblem(w, problem)
		return
	}
	req, problem := readBody(r)
	if problem != nil {
		sendProblem(w, problem)
		return
	}
	doc, problem := judge(req)
	if problem != nil {
		sendProblem(w, problem)
		return
	}
	s.mu.Lock()
	status, body := s.execute(r.Context(), w.Header(), c, doc)
	s.mu.Unlock()
	for _, then := range c.after {
		then()
	}
	sendJSON(w, status, body)
}

// execute runs a judged document; Server.mu is held.
func (s *Server) execute(ctx context.Context, h http.Header, c *call, d *document) (status int, body any) {
	if c.grant != nil && d.mutates {
		if problem := c.grant.lacks(d.fields); problem != nil {
			return problem.httpStatus, errorBody(problem)
		}
	}
	if problem := c.spend(h, d.cost, slices.Contains(d.fields, endpointSearched)); problem != nil {
		return problem.httpStatus, errorBody(problem)
	}
	out := schema().run.Exec(context.WithValue(ctx, callKey{}, c), d.text, d.operation, d.variables)
	s.publish(Event{})
	return answerOf(out)
}

// answerOf puts the engine's answer into Linear's envelope.
func answerOf(out *graphql.Response) (status int, body any) {
	if len(out.Errors) == 0 {
		return http.StatusOK, map[string]any{"data": out.Data}
	}
	status = http.StatusOK
	if len(out.Data) == 0 { // refused before execution
		status, out.Data = http.StatusBadRequest, json.RawMessage("null")
	}
	list := make([]map[string]any, len(out.Errors))
	for i, e := range out.Errors {
		list[i] = wireError(e, status)
	}
	return status, map[string]any{"data": out.Data, "errors": list}
}

func wireError(e *gqlerrors.QueryError, status int) map[string]any {
	ext := e.Extensions
	if own, ok := errors.AsType[*apiError](e.ResolverError); ok {
		ext = own.Extensions()
	}
	if ext == nil {
		kind := "internal error"
		if status == http.StatusBadRequest {
			kind = "graphql error"
		}
		ext = map[string]any{"type": kind, "userError": false}
	}
	path := e.Path
	if path == nil {
		path = []any{}
	}
	return map[string]any{"message": e.Message, "path": path, "locations": append([]gqlerrors.Location{}, e.Locations...), "extensions": ext}
}

func errorBody(e *apiError) map[string]any {
	body := map[string]any{"errors": []any{map[string]any{"message": e.message, "extensions": e.Extensions()}}}
	if e.httpStatus == http.StatusUnauthorized || e.code == "RATELIMITED" {
		body["data"] = nil
	}
	return body
}

func sendProblem(w http.ResponseWriter, e *apiError) { sendJSON(w, e.httpStatus, errorBody(e)) }

func readBody(r *http.Request) (graphqlBody, *apiError) {
	var b graphqlBody
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return b, badDocument("This operation has been blocked as a potential Cross-Site Request Forgery (CSRF). Please send a content-type of application/json.")
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(raw, &b) != nil {
		return b, badDocument("POST body is not valid JSON")
	}
	if b.Query == "" {
		return b, badDocument("GraphQL operations must contain a non-empty `query`.")
	}
	return b, nil
}
