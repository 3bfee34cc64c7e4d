package linear

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

const (
	maxTokens     = 2000   // of a document that is inspected
	maxExpansions = 20_000 // fields met while fragments are expanded
	maxNesting    = 100
	assumedPage   = 50 // what Linear charges for a connection without first
)

// Operation is what a GraphQL document does, read from its parsed tree with all
// fragments expanded.
type Operation struct {
	Type       string   // query, mutation or subscription
	Name       string   // may be empty
	RootFields []string // names without aliases, in order, repeated when asked twice
	AllFields  []string // every field name used anywhere, sorted, each once
	InputKeys  []string // every argument and input field written in the document, sorted, each once
	Depth      int      // levels of fields
	Fields     int      // fields after expansion
	Aliases    int
	Cost       int // fields times the page sizes above them; 50 where none is given
}

// InspectDocument reads the one operation of a document, or the one called
// operationName. A syntax error, a second operation without a name to choose by,
// a missing or cyclic fragment is an error of kind ErrInvalidInput that says
// where. Linear alone knows whether the fields exist.
func InspectDocument(document, operationName string) (Operation, error) {
	tree, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: document}, maxTokens)
	if err != nil {
		return Operation{}, badDocument(describeSyntax(err))
	}
	chosen, err := chooseOperation(tree, operationName)
	if err != nil {
		return Operation{}, err
	}
	w := walker{tree: tree, fields: map[string]bool{}, keys: map[string]bool{}, pages: pageSizes(chosen)}
	w.op = Operation{Type: string(chosen.Operation), Name: chosen.Name}
	if err := w.walk(chosen.SelectionSet, 1, 1, nil); err != nil {
		return Operation{}, err
	}
	w.op.AllFields, w.op.InputKeys = slices.Sorted(maps.Keys(w.fields)), slices.Sorted(maps.Keys(w.keys))
	return w.op, nil
}

func badDocument(message string) error {
	return &Error{Op: "GraphQL document", kind: ErrInvalidInput, Message: message}
}

// describeSyntax gives the place as well: a model or a person can then mend it.
func describeSyntax(err error) string {
	if e, ok := errors.AsType[*gqlerror.Error](err); ok && len(e.Locations) > 0 {
		return fmt.Sprintf("line %d, column %d: %s", e.Locations[0].Line, e.Locations[0].Column, e.Message)
	}
	return err.Error()
}

func chooseOperation(tree *ast.QueryDocument, name string) (*ast.OperationDefinition, error) {
	if name != "" {
		chosen := tree.Operations.ForName(name)
		if chosen == nil || chosen.Name != name {
			return nil, badDocument(fmt.Sprintf("no operation is called %q", clip(name, 60)))
		}
		return chosen, nil
	}
	if len(tree.Operations) != 1 {
		return nil, badDocument(fmt.Sprintf("%d operations and no operationName to choose one", len(tree.Operations)))
	}
	return tree.Operations[0], nil
}

// pageSizes are the default values of the variables, by name: a page size given
// by a variable costs what its default says, or the assumed page.
func pageSizes(op *ast.OperationDefinition) map[string]int {
	sizes := map[string]int{}
	for _, v := range op.VariableDefinitions {
		if v.DefaultValue == nil {
			continue
		}
		if n, err := strconv.Atoi(v.DefaultValue.Raw); err == nil {
			sizes[v.Variable] = n
		}
	}
	return sizes
}

type walker struct {
	tree         *ast.QueryDocument
	op           Operation
	fields, keys map[string]bool
	pages        map[string]int
}

// walk counts one selection set. times is how often it is repeated by the pages
// above; open are the fragments it stands in.
func (w *walker) walk(set ast.SelectionSet, depth, times int, open []string) error {
	if depth > maxNesting {
		return badDocument("nested too deeply")
	}
	for _, selection := range set {
		var err error
		switch s := selection.(type) {
		case *ast.Field:
			err = w.field(s, depth, times, open)
		case *ast.InlineFragment:
			w.directives(s.Directives)
			err = w.walk(s.SelectionSet, depth, times, open)
		case *ast.FragmentSpread:
			w.directives(s.Directives)
			fragment := w.tree.Fragments.ForName(s.Name)
			switch {
			case fragment == nil:
				err = badDocument(fmt.Sprintf("no fragment is called %q", clip(s.Name, 60)))
			case slices.Contains(open, s.Name):
				err = badDocument(fmt.Sprintf("fragment %q contains itself", clip(s.Name, 60)))
			default:
				err = w.walk(fragment.SelectionSet, depth, times, append(slices.Clip(open), s.Name))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) field(f *ast.Field, depth, times int, open []string) error {
	if w.op.Fields++; w.op.Fields > maxExpansions {
		return badDocument("too many fields")
	}
	if depth == 1 {
		w.op.RootFields = append(w.op.RootFields, f.Name)
	}
	w.fields[f.Name] = true
	w.op.Depth = max(w.op.Depth, depth)
	if f.Alias != "" && f.Alias != f.Name {
		w.op.Aliases++
	}
	w.op.Cost = min(w.op.Cost+times, 1<<30)
	for _, a := range f.Arguments {
		w.keys[a.Name] = true
		w.values(a.Value)
	}
	w.directives(f.Directives)
	if len(f.SelectionSet) == 0 {
		return nil
	}
	return w.walk(f.SelectionSet, depth+1, min(times*w.pageSize(f), 1<<24), open)
}

func (w *walker) directives(list ast.DirectiveList) {
	for _, d := range list {
		for _, a := range d.Arguments {
			w.values(a.Value)
		}
	}
}

// values collects the keys of input objects, at any depth.
func (w *walker) values(v *ast.Value) {
	if v == nil {
		return
	}
	for _, child := range v.Children {
		if child.Name != "" {
			w.keys[child.Name] = true
		}
		w.values(child.Value)
	}
}

// pageSize is how many nodes a field brings: first or last where given, 50 for a
// connection without them, 1 for anything else. A connection is known by its
// nodes or edges, as no schema is at hand.
func (w *walker) pageSize(f *ast.Field) int {
	for _, name := range []string{"first", "last"} {
		a := f.Arguments.ForName(name)
		if a == nil || a.Value == nil {
			continue
		}
		if a.Value.Kind == ast.Variable {
			if n, ok := w.pages[a.Value.Raw]; ok && n > 0 {
				return n
			}
			return assumedPage
		}
		if n, err := strconv.Atoi(a.Value.Raw); err == nil && n > 0 {
			return n
		}
	}
	for _, selection := range f.SelectionSet {
		if child, ok := selection.(*ast.Field); ok && (child.Name == "nodes" || child.Name == "edges") {
			return assumedPage
		}
	}
	return 1
}
