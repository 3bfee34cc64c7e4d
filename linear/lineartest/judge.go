package lineartest

import (
	"encoding/json"
	"math"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// document is a request that passed validation.
type document struct {
	text, operation string
	variables       map[string]any
	fields          []string // root fields
	mutates         bool
	cost            int
}

// judge validates a document and its variables against the schema and prices it.
func judge(b graphqlBody) (*document, *apiError) {
	doc, errs := gqlparser.LoadQueryWithRules(schema().judge, b.Query, rules.NewDefaultRules())
	if len(errs) > 0 {
		return nil, badDocument(errs[0].Message)
	}
	op, problem := pick(doc, b.OperationName)
	if problem != nil {
		return nil, problem
	}
	if path, bad := looseVariable(op, b.Variables); bad {
		return nil, badDocument("Variable " + path + " got an invalid value.")
	}
	vars, err := validator.VariableValues(schema().judge, op, b.Variables)
	if err != nil {
		return nil, badDocument(err.Error())
	}
	d := &document{text: b.Query, operation: op.Name, variables: vars, mutates: op.Operation == ast.Mutation}
	d.fields = rootFields(op.SelectionSet)
	d.cost = int(math.Ceil(price(op.SelectionSet, vars)))
	if d.cost > maxComplexity {
		return nil, tooComplex(d.cost)
	}
	if dropAbsent(doc, op, vars) {
		var text strings.Builder
		formatter.NewFormatter(&text).FormatQueryDocument(doc)
		d.text = text.String()
	}
	return d, nil
}

func pick(doc *ast.QueryDocument, name string) (*ast.OperationDefinition, *apiError) {
	switch {
	case name != "":
		if op := doc.Operations.ForName(name); op != nil {
			return op, nil
		}
		return nil, badDocument(`Unknown operation named "` + name + `".`)
	case len(doc.Operations) == 1:
		return doc.Operations[0], nil
	case len(doc.Operations) == 0:
		return nil, badDocument("Must provide an operation.")
	}
	return nil, badDocument("Must provide operation name if query contains multiple operations.")
}

// looseVariable finds text where the schema wants a number; the library's
// coercion lets "5" pass as 5, Linear does not.
func looseVariable(op *ast.OperationDefinition, vars map[string]any) (string, bool) {
	for _, v := range op.VariableDefinitions {
		if loose(v.Type, vars[v.Variable]) {
			return `"$` + v.Variable + `"`, true
		}
	}
	return "", false
}

func loose(t *ast.Type, value any) bool {
	switch value := value.(type) {
	case []any:
		for _, e := range value {
			if t.Elem != nil && loose(t.Elem, e) {
				return true
			}
		}
	case map[string]any:
		def := schema().judge.Types[t.Name()]
		for name, e := range value {
			if f := def.Fields.ForName(name); f != nil && loose(f.Type, e) {
				return true
			}
		}
	case string:
		def := schema().judge.Types[t.Name()]
		if def != nil && def.Kind == ast.Enum {
			return def.EnumValues.ForName(value) == nil
		}
		return t.Name() == "Int" || t.Name() == "Float" || t.Name() == "Boolean"
	}
	return false
}

// price is Linear's static complexity: a scalar 0.1, an object 1, a connection
// multiplies what is below its nodes by first or last, or by 50.
func price(set ast.SelectionSet, vars map[string]any) float64 {
	var sum float64
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.InlineFragment:
			sum += price(sel.SelectionSet, vars)
		case *ast.FragmentSpread:
			sum += price(sel.Definition.SelectionSet, vars)
		case *ast.Field:
			sum += priceField(sel, vars)
		}
	}
	return sum
}

func priceField(f *ast.Field, vars map[string]any) float64 {
	if len(f.SelectionSet) == 0 {
		return 0.1
	}
	if !isConnection(f) {
		return 1 + price(f.SelectionSet, vars)
	}
	perRow, once := splitRows(f.SelectionSet)
	return 1 + price(once, vars) + pageSize(f, vars)*price(perRow, vars)
}

// splitRows separates what a connection gives per row (nodes, edges) from what
// it gives once (pageInfo).
func splitRows(set ast.SelectionSet) (perRow, once ast.SelectionSet) {
	for _, sel := range set {
		if f, ok := sel.(*ast.Field); ok && f.Name != "nodes" && f.Name != "edges" {
			once = append(once, sel)
			continue
		}
		perRow = append(perRow, sel)
	}
	return perRow, once
}

func pageSize(f *ast.Field, vars map[string]any) float64 {
	for _, arg := range f.Arguments {
		if arg.Name != "first" && arg.Name != "last" {
			continue
		}
		if v, err := arg.Value.Value(vars); err == nil && v != nil {
			return number(v)
		}
	}
	return defaultPage
}

func isConnection(f *ast.Field) bool {
	if f.Definition == nil {
		return false
	}
	def := schema().judge.Types[f.Definition.Type.Name()]
	return def != nil && def.Fields.ForName("pageInfo") != nil
}

func rootFields(set ast.SelectionSet) []string {
	var out []string
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			out = append(out, sel.Name)
		case *ast.InlineFragment:
			out = append(out, rootFields(sel.SelectionSet)...)
		case *ast.FragmentSpread:
			if sel.Definition != nil {
				out = append(out, rootFields(sel.Definition.SelectionSet)...)
			}
		}
	}
	return out
}

// dropAbsent takes object fields out whose variable was not sent: GraphQL reads
// them as absent, and absent is not null for an update. It reports a change.
func dropAbsent(doc *ast.QueryDocument, op *ast.OperationDefinition, vars map[string]any) bool {
	changed := false
	used := map[string]bool{}
	eachValue(op.SelectionSet, func(v *ast.Value) {
		var kept ast.ChildValueList
		for _, child := range v.Children {
			_, sent := vars[child.Value.Raw]
			if v.Kind == ast.ObjectValue && child.Value.Kind == ast.Variable && !sent {
				changed = true
				continue
			}
			kept = append(kept, child)
		}
		v.Children = kept
		if v.Kind == ast.Variable {
			used[v.Raw] = true
		}
	})
	if !changed {
		return false
	}
	op.VariableDefinitions = filter(op.VariableDefinitions, func(v *ast.VariableDefinition) bool { return used[v.Variable] })
	doc.Operations = ast.OperationList{op}
	return true
}

// eachValue visits the argument values below a selection, outer ones first.
func eachValue(set ast.SelectionSet, visit func(*ast.Value)) {
	var walk func(*ast.Value)
	walk = func(v *ast.Value) {
		visit(v)
		for _, child := range v.Children {
			walk(child.Value)
		}
	}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			for _, arg := range sel.Arguments {
				walk(arg.Value)
			}
			for _, d := range sel.Directives {
				for _, arg := range d.Arguments {
					walk(arg.Value)
				}
			}
			eachValue(sel.SelectionSet, visit)
		case *ast.InlineFragment:
			eachValue(sel.SelectionSet, visit)
		case *ast.FragmentSpread:
			eachValue(sel.Definition.SelectionSet, visit)
		}
	}
}

// outline reads the operation name and root fields of a posted body, as far as
// it can be read at all.
func outline(body []byte) (op string, fields []string) {
	var b graphqlBody
	if json.Unmarshal(body, &b) != nil {
		return "", nil
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: b.Query})
	if err != nil {
		return b.OperationName, nil
	}
	for _, o := range doc.Operations {
		if o.Name == b.OperationName || b.OperationName == "" {
			return o.Name, rootFields(o.SelectionSet)
		}
	}
	return b.OperationName, nil
}
