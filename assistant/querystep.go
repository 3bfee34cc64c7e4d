package assistant

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"linearbot/linear"
)

// RefusedError says that an operation is never done on the word of a sentence or
// a model. Reason is for them.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return "refused: " + e.Reason }

// maxOperation is how many bytes of a raw mutation a preview can hold.
const maxOperation = 6000

// queryOf reads the input of a query step: the one operation that would run.
// variables may be a JSON text.
func queryOf(step Step) (GuardedQuery, error) {
	var q GuardedQuery
	q.Document, _ = step.Input["query"].(string) // no text fails to parse below
	q.Operation, _ = step.Input["operationName"].(string)
	switch v := step.Input["variables"].(type) {
	case nil:
	case map[string]any:
		q.Variables = v
	case string:
		if err := json.Unmarshal([]byte(v), &q.Variables); err != nil {
			return GuardedQuery{}, fmt.Errorf("%w: variables are not a JSON object", linear.ErrInvalidInput)
		}
	default:
		return GuardedQuery{}, fmt.Errorf("%w: variables are not an object", linear.ErrInvalidInput)
	}
	var err error
	if q.Document, err = linear.OneOperation(q.Document, q.Operation); err != nil {
		return GuardedQuery{}, err
	}
	return q, nil
}

// readQuery judges a query step by linear's guard. A mutation that a tool does
// as well becomes that tool's write, so that its preview and undo are the same.
func readQuery(step Step) (w write, isWrite bool, err error) {
	q, err := queryOf(step)
	if err != nil {
		return write{}, false, err
	}
	op, err := linear.InspectDocument(q.Document, q.Operation, q.Variables)
	if err != nil {
		return write{}, false, err
	}
	switch verdict, reason := linear.Guard(op, q.Variables); verdict {
	case linear.VerdictRead:
		return write{}, false, nil
	case linear.VerdictRefuse:
		return write{}, false, &RefusedError{Reason: reason}
	}
	q.Fields = op.RootFields
	if w, ok := asTool(q); ok {
		return w, true, nil
	}
	if len(q.Document)+len(q.VariablesText()) > maxOperation {
		return write{}, false, &RefusedError{Reason: "the operation is too long to be shown to the person as it is"}
	}
	return write{tool: toolQuery, kind: ChangeQuery, query: &q}, true, nil
}

// asTool rewrites commentCreate, issueUpdate and issueCreate with nothing but
// the fields their tool knows.
func asTool(q GuardedQuery) (write, bool) {
	args, ok := argumentsOf(q)
	if !ok {
		return write{}, false
	}
	input, _ := args["input"].(map[string]any) // without one nothing below fits
	switch q.Fields[0] {
	case "commentCreate":
		body, isText := input["body"].(string)
		issue, isRef := input["issueId"].(string)
		if !isText || !isRef || len(input) != 2 || body == "" {
			return write{}, false
		}
		return write{tool: toolQuery, kind: ChangeComment, body: body, input: map[string]any{"issueId": issue}}, true
	case "issueUpdate":
		fields, ok := renamed(input, updateKeys)
		id, isRef := args["id"].(string)
		if !ok || !isRef || len(fields) == 0 {
			return write{}, false
		}
		fields["issueId"] = id
		return write{tool: toolUpdate, kind: ChangeUpdate, input: fields}, true
	case "issueCreate":
		fields, ok := renamed(input, createKeys)
		if !ok {
			return write{}, false
		}
		return write{tool: toolCreate, kind: ChangeCreate, input: fields}, true
	}
	return write{}, false
}

// The keys of Linear's inputs with their name in our tools.
var (
	createKeys = map[string]string{
		"teamId": "teamId", "title": "title", "description": "description", "priority": "priority", "estimate": "estimate",
		"assigneeId": "assigneeId", "stateId": "stateId", "labelIds": "labelIds", "projectId": "projectId",
		"dueDate": "dueDate", "parentId": "parent",
	}
	updateKeys = map[string]string{
		"title": "title", "description": "description", "priority": "priority", "estimate": "estimate",
		"assigneeId": "assigneeId", "stateId": "stateId", "labelIds": "labels", "addedLabelIds": "addLabels",
		"removedLabelIds": "removeLabels", "projectId": "projectId", "dueDate": "dueDate",
	}
)

// renamed gives the input of a tool; false when a key has no place in it or a
// value is null, which the tools spell in another way.
func renamed(input map[string]any, keys map[string]string) (map[string]any, bool) {
	fields := map[string]any{}
	for key, v := range input {
		name, ok := keys[key]
		if !ok || v == nil {
			return nil, false
		}
		fields[name] = v
	}
	return fields, true
}

// argumentsOf evaluates the arguments of the one root field of a mutation.
func argumentsOf(q GuardedQuery) (map[string]any, bool) {
	doc, err := parser.ParseQuery(&ast.Source{Input: q.Document})
	if err != nil {
		return nil, false
	}
	op := doc.Operations.ForName(q.Operation)
	if op == nil || len(op.SelectionSet) != 1 || len(op.Directives) > 0 {
		return nil, false
	}
	field, ok := op.SelectionSet[0].(*ast.Field)
	if !ok || len(field.Directives) > 0 {
		return nil, false
	}
	variables := map[string]any{}
	for _, v := range op.VariableDefinitions {
		if v.DefaultValue == nil {
			continue
		}
		if variables[v.Variable], err = v.DefaultValue.Value(nil); err != nil {
			return nil, false
		}
	}
	maps.Copy(variables, q.Variables)
	args := map[string]any{}
	for _, a := range field.Arguments {
		if args[a.Name], err = a.Value.Value(variables); err != nil {
			return nil, false
		}
	}
	return args, true
}
