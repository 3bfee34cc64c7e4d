package linear

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// singleQueryLimit is what Linear accepts for one document; it is checked before
// execution, so that filters do not help.
const singleQueryLimit = 10_000

func TestDocumentsStayUnderTheComplexityLimit(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(documents())) {
		for form, text := range map[string]string{"full": documents()[name].full, "lean": documents()[name].lean} {
			doc, err := parser.ParseQuery(&ast.Source{Input: text})
			if err != nil {
				t.Fatalf("%s (%s): %v", name, form, err)
			}
			cost := complexity(t, doc, doc.Operations[0].SelectionSet, 0)
			dear := complexity(t, doc, doc.Operations[0].SelectionSet, 1)
			t.Logf("%-18s %-4s %7.1f, in the dearer reading %7.1f", name, form, cost, dear)
			if dear >= singleQueryLimit {
				t.Errorf("%s (%s) costs %.0f points, or %.0f when each row of a connection pays for it too; want under %d", name, form, cost, dear, singleQueryLimit)
			}
			if doc.Operations[0].Name != name || len(doc.Operations) != 1 {
				t.Errorf("%s (%s) does not hold exactly the operation of its name", name, form)
			}
		}
	}
}

// complexity follows Linear's documented formula: a scalar 0.1, an object 1, a
// connection its children times first. A page size in a variable counts as our
// own maximum. The formula does not say whether the connection's own point is
// multiplied as well: perRow 1 reads it that way.
func complexity(t *testing.T, doc *ast.QueryDocument, set ast.SelectionSet, perRow float64) float64 {
	t.Helper()
	var sum float64
	for _, s := range set {
		switch s := s.(type) {
		case *ast.FragmentSpread:
			sum += complexity(t, doc, doc.Fragments.ForName(s.Name).SelectionSet, perRow)
		case *ast.InlineFragment:
			sum += complexity(t, doc, s.SelectionSet, perRow)
		case *ast.Field:
			if len(s.SelectionSet) == 0 {
				sum += 0.1
				continue
			}
			times := 1.0
			if child, ok := s.SelectionSet[0].(*ast.Field); ok && child.Name == "nodes" {
				times = pageOfField(t, s)
			}
			sum += 1 + (times-1)*perRow + times*complexity(t, doc, s.SelectionSet, perRow)
		}
	}
	return sum
}

func pageOfField(t *testing.T, f *ast.Field) float64 {
	t.Helper()
	first := f.Arguments.ForName("first")
	if first == nil {
		t.Errorf("connection %s has no first: Linear charges 50", f.Name)
		return 50
	}
	if first.Value.Kind == ast.Variable {
		return maxPage
	}
	n, err := first.Value.Value(nil)
	if err != nil {
		t.Fatal(err)
	}
	return float64(n.(int64))
}

// TestDocumentsAreValidAtLinear holds every document we send against Linear's
// published schema.
func TestDocumentsAreValidAtLinear(t *testing.T) {
	t.Parallel()
	schema := linearSchema(t)
	for name, d := range documents() {
		for form, text := range map[string]string{"full": d.full, "lean": d.lean} {
			if _, err := gqlparser.LoadQueryWithRules(schema, text, nil); err != nil {
				t.Errorf("%s (%s): %v", name, form, err)
			}
		}
	}
}

func TestLeanDocumentsLackOptionalFields(t *testing.T) {
	t.Parallel()
	for name, d := range documents() {
		if strings.Contains(d.lean, "visibility") || strings.Contains(d.lean, "trashed") {
			t.Errorf("the lean form of %s asks for optional fields:\n%s", name, d.lean)
		}
		if strings.Contains(d.full, "optional") {
			t.Errorf("the full form of %s still carries marks", name)
		}
	}
}

// linearSchema loads Linear's published schema, or skips.
func linearSchema(t *testing.T) *ast.Schema {
	t.Helper()
	path := os.Getenv("LINEAR_SCHEMA")
	if path == "" {
		t.Skip("LINEAR_SCHEMA is not set: nothing was checked against Linear's real schema")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestVariablesAreValidAtLinear holds what the resolvers produce against the
// input types of Linear's published schema.
func TestVariablesAreValidAtLinear(t *testing.T) {
	t.Parallel()
	schema := linearSchema(t)
	d := testDirectory()
	for _, input := range []string{
		`{"state":"In Review","assignee":"me","priority":[1,2],"labels":["bug","infra"],"project":"Auth revamp","team":"ENG","cycle":"current","createdAfter":"-P7D","updatedAfter":"2026-01-01","completedAfter":"-P1M","dueBefore":"2026-01-01"}`,
		`{"stateType":"open","assignee":"none","query":"login timeout","priority":2,"cycle":"12"}`,
		`{"stateType":"closed","assignee":["Alice","none"],"creator":"Bob","parent":"ENG-1","estimate":">3","dueDate":"none","anyLabels":["bug","infra"]}`,
		`{"not":{"state":["Done"],"assignee":["Alice"],"labels":["bug"],"team":["DES"],"project":["Auth revamp"],"priority":["1"],"cycle":["12","none","current"],"parent":["ENG-1","none"]},"dueAfter":"2026-01-01"}`,
	} {
		q, _, err := ResolveList(d, object(t, input))
		if err != nil {
			t.Fatalf("ResolveList(%s): %v", input, err)
		}
		checkVariables(t, schema, "Issues", map[string]any{"filter": q.Filter, "first": 5, "orderBy": "updatedAt"})
	}
	create, _, err := ResolveCreate(d, object(t, `{"team":"ENG","title":"T","description":"D","priority":"high","estimate":3,"assignee":"Alice","state":"Todo","labels":["bug"],"project":"Auth revamp","cycle":"next","dueDate":"2026-12-01","parent":"ENG-1","template":"Bug report"}`))
	if err != nil {
		t.Fatal(err)
	}
	create.ID, create.author = NewID(), author{"Alice", "https://x/y.png"}
	checkVariables(t, schema, "IssueCreate", map[string]any{"input": create})
	for _, input := range []string{
		`{"title":"T","description":"","state":"Done","assignee":"none","priority":0,"estimate":"none","addLabels":["bug"],"removeLabels":["infra"],"project":"none","cycle":"none","dueDate":"none","parent":"none"}`,
		`{"labels":["bug"],"assignee":"Bob","estimate":5,"project":"Mobile launch","cycle":"current","dueDate":"2026-12-01","parent":"ENG-3"}`,
	} {
		u, _, err := ResolveUpdate(d, Issue{Team: d.Teams[1].TeamRef}, object(t, input))
		if err != nil {
			t.Fatalf("ResolveUpdate(%s): %v", input, err)
		}
		checkVariables(t, schema, "IssueUpdate", map[string]any{"id": "ENG-1", "input": u})
	}
	checkVariables(t, schema, "CommentCreate", map[string]any{"input": CommentCreate{ID: NewID(), IssueID: "ENG-1", Body: "b", author: author{"A", "u"}}})
	checkVariables(t, schema, "AttachmentCreate", map[string]any{"input": AttachmentCreate{IssueID: "ENG-1", URL: "u", Title: "t", Subtitle: "s", IconURL: "i"}})
}

func checkVariables(t *testing.T, schema *ast.Schema, name string, variables map[string]any) {
	t.Helper()
	doc, err := gqlparser.LoadQueryWithRules(schema, documents()[name].full, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := validator.VariableValues(schema, doc.Operations[0], object(t, variables)); err != nil {
		t.Errorf("%s: %v in %v", name, err, variables)
	}
}

// object is v as plain JSON: text as it is, anything else marshalled.
func object(t *testing.T, v any) map[string]any {
	t.Helper()
	raw, isText := v.(string)
	if !isText {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		raw = string(b)
	}
	var o map[string]any
	if err := json.Unmarshal([]byte(raw), &o); err != nil {
		t.Fatal(err)
	}
	return o
}
