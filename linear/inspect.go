package linear

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

const (
	maxTokens     = 2000   // of a document that is inspected
	maxExpansions = 20_000 // fields met while fragments are expanded
	maxNesting    = 100
	assumedPage   = 50 // what Linear charges for a connection without first
	maxRepeats    = 1 << 24
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
// operationName, as it would run with these variables. A syntax error, a second
// operation without a name to choose by, a name that is given twice, a missing
// or cyclic fragment is an error of kind ErrInvalidInput that says where. Linear
// alone knows whether the fields exist.
func InspectDocument(document, operationName string, variables map[string]any) (Operation, error) {
	tree, chosen, err := parseDocument(document, operationName)
	if err != nil {
		return Operation{}, err
	}
	w := walker{tree: tree, fields: map[string]bool{}, keys: map[string]bool{}, pages: pageSizes(chosen, variables)}
	w.op = Operation{Type: string(chosen.Operation), Name: chosen.Name}
	w.directives(chosen.Directives)
	for _, v := range chosen.VariableDefinitions {
		w.values(v.DefaultValue)
	}
	if err := w.walk(chosen.SelectionSet, 1, 1, nil); err != nil {
		return Operation{}, err
	}
	w.op.AllFields, w.op.InputKeys = slices.Sorted(maps.Keys(w.fields)), slices.Sorted(maps.Keys(w.keys))
	return w.op, nil
}

// OneOperation is the document reduced to the operation that would run and the
// fragments it uses, so that what is shown is all that is sent. A document that
// holds nothing else stays as it was written. Errors are those of InspectDocument.
func OneOperation(document, operationName string) (string, error) {
	tree, chosen, err := parseDocument(document, operationName)
	if err != nil {
		return "", err
	}
	used := usedFragments(tree, chosen)
	if len(tree.Operations) == 1 && len(used) == len(tree.Fragments) {
		return document, nil
	}
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatQueryDocument(&ast.QueryDocument{
		Operations: ast.OperationList{chosen}, Fragments: used,
	})
	return b.String(), nil
}

// usedFragments are those that an operation reaches, in document order.
func usedFragments(tree *ast.QueryDocument, op *ast.OperationDefinition) ast.FragmentDefinitionList {
	reached := map[string]bool{}
	var reach func(ast.SelectionSet)
	reach = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				reach(s.SelectionSet)
			case *ast.InlineFragment:
				reach(s.SelectionSet)
			case *ast.FragmentSpread:
				if f := tree.Fragments.ForName(s.Name); f != nil && !reached[s.Name] {
					reached[s.Name] = true
					reach(f.SelectionSet)
				}
			}
		}
	}
	reach(op.SelectionSet)
	return slices.DeleteFunc(slices.Clone(tree.Fragments), func(f *ast.FragmentDefinition) bool { return !reached[f.Name] })
}

// parseDocument parses a document and chooses its operation. Names given twice
// are refused: servers differ in which of the two they take.
func parseDocument(document, operationName string) (*ast.QueryDocument, *ast.OperationDefinition, error) {
	tree, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: document}, maxTokens)
	if err != nil {
		return nil, nil, badDocument(describeSyntax(err))
	}
	seen := map[string]bool{}
	for _, op := range tree.Operations {
		if op.Name != "" && seen[op.Name] {
			return nil, nil, badDocument(fmt.Sprintf("two operations are called %q", clip(op.Name, 60)))
		}
		seen[op.Name] = true
	}
	clear(seen)
	for _, f := range tree.Fragments {
		if seen[f.Name] {
			return nil, nil, badDocument(fmt.Sprintf("two fragments are called %q", clip(f.Name, 60)))
		}
		seen[f.Name] = true
	}
	chosen, err := chooseOperation(tree, operationName)
	return tree, chosen, err
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

// pageSizes are the numbers that variables stand for, by name: those given, else
// the defaults.
func pageSizes(op *ast.OperationDefinition, given map[string]any) map[string]int {
	sizes := map[string]int{}
	for _, v := range op.VariableDefinitions {
		raw := ""
		if v.DefaultValue != nil {
			raw = v.DefaultValue.Raw
		}
		if value, ok := given[v.Variable]; ok {
			raw = fmt.Sprint(value)
		}
		if n, err := strconv.ParseFloat(raw, 64); err == nil {
			sizes[v.Variable] = int(min(max(n, 0), maxRepeats))
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
	return w.walk(f.SelectionSet, depth+1, min(times*w.pageSize(f), maxRepeats), open)
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

// pageSize is how many nodes a field brings: the larger of first and last where
// given, 50 for a connection without them, 1 for anything else. A connection is
// known by its nodes or edges, as no schema is at hand.
func (w *walker) pageSize(f *ast.Field) int {
	size := 0
	for _, name := range []string{"first", "last"} {
		a := f.Arguments.ForName(name)
		if a == nil || a.Value == nil {
			continue
		}
		n := 0
		if a.Value.Kind == ast.Variable {
			n = w.pages[a.Value.Raw]
		} else if given, err := strconv.Atoi(a.Value.Raw); err == nil {
			n = min(given, maxRepeats)
		}
		if n <= 0 {
			n = assumedPage // nothing, or what Linear will refuse
		}
		size = max(size, n)
	}
	switch {
	case size > 0:
		return size
	case w.isConnection(f.SelectionSet, map[string]bool{}):
		return assumedPage
	}
	return 1
}

// isConnection reports whether a selection set asks for nodes or edges, itself
// or through its fragments; seen are those already looked into.
func (w *walker) isConnection(set ast.SelectionSet, seen map[string]bool) bool {
	return slices.ContainsFunc(set, func(selection ast.Selection) bool {
		switch s := selection.(type) {
		case *ast.Field:
			return s.Name == "nodes" || s.Name == "edges"
		case *ast.InlineFragment:
			return w.isConnection(s.SelectionSet, seen)
		case *ast.FragmentSpread:
			f := w.tree.Fragments.ForName(s.Name)
			if f == nil || seen[s.Name] {
				return false
			}
			seen[s.Name] = true
			return w.isConnection(f.SelectionSet, seen)
		}
		return false
	})
}
