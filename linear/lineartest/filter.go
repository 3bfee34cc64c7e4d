package lineartest

import (
	"fmt"
	"slices"
)

// input is a GraphQL input object or comparator as it came: nil when absent.
// A key that is present with nil was sent as null.
type input map[string]any

// ImplementsGraphQLType lets input stand for each input object of the schema.
func (input) ImplementsGraphQLType(string) bool { return true }

// Nullable makes the engine hand over null as well.
func (input) Nullable() {}

// UnmarshalGraphQL takes the object over.
func (in *input) UnmarshalGraphQL(v any) error {
	if v == nil {
		*in = nil
		return nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("expected an object, got %T", v)
	}
	*in = m
	return nil
}

// filterable is a row that filters can ask for its fields. A field is nil,
// string, date, float64, bool, time.Time, a filterable or a []filterable.
type filterable interface {
	rowOf
	field(c *call, name string) any
}

// matches reports whether r passes f. All keys of a filter are joined by and;
// "and" and "or" nest (Linear: filtering).
func (c *call) matches(r filterable, f input) (bool, error) {
	for key, want := range f {
		if want == nil || key == "null" || key == "some" || key == "every" || key == "length" {
			continue
		}
		ok, err := c.matchKey(key, want, func(sub input) (bool, error) { return c.matches(r, sub) }, func() any { return r.field(c, key) })
		if err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// matchKey handles and, or, and one field.
func (c *call) matchKey(key string, want any, nested func(input) (bool, error), value func() any) (bool, error) {
	switch key {
	case "and":
		for _, sub := range asList(want) {
			if ok, err := nested(asObject(sub)); err != nil || !ok {
				return false, err
			}
		}
		return true, nil
	case "or":
		subs := asList(want)
		for _, sub := range subs {
			if ok, err := nested(asObject(sub)); err != nil || ok {
				return ok, err
			}
		}
		return len(subs) == 0, nil
	}
	return c.matchValue(value(), asObject(want))
}

func (c *call) matchValue(v any, want input) (bool, error) {
	if null, ok := want["null"].(bool); ok {
		if empty := isNothing(v); empty != null {
			return false, nil
		} else if empty {
			return true, nil
		}
	}
	switch v := v.(type) {
	case nil:
		return onlyNull(want), nil
	case filterable:
		return c.matches(v, want)
	case []filterable:
		return c.matchCollection(v, want)
	}
	return c.compare(v, want)
}

// matchCollection: to-many filters mean "some" unless they say every or length.
func (c *call) matchCollection(rows []filterable, want input) (bool, error) {
	element := input{}
	for key, sub := range want {
		var ok bool
		var err error
		switch key {
		case "null":
			continue
		case "some":
			ok, err = c.anyMatches(rows, asObject(sub))
		case "every":
			ok, err = c.allMatch(rows, asObject(sub))
		case "length":
			ok, err = c.compare(float64(len(rows)), asObject(sub))
		case "and", "or":
			ok, err = c.matchKey(key, sub, func(in input) (bool, error) { return c.matchCollection(rows, in) }, nil)
		default:
			element[key] = sub
			continue
		}
		if err != nil || !ok {
			return false, err
		}
	}
	if len(element) == 0 {
		return true, nil
	}
	return c.anyMatches(rows, element)
}

func (c *call) anyMatches(rows []filterable, want input) (bool, error) {
	for _, r := range rows {
		if ok, err := c.matches(r, want); err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

func (c *call) allMatch(rows []filterable, want input) (bool, error) {
	for _, r := range rows {
		if ok, err := c.matches(r, want); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// keep returns the rows that pass f.
func keep[T filterable](c *call, rows []T, f input) ([]T, error) {
	if len(f) == 0 {
		return slices.Clone(rows), nil
	}
	var out []T
	for _, r := range rows {
		ok, err := c.matches(r, f)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, r)
		}
	}
	return out, nil
}

func isNothing(v any) bool {
	rows, many := v.([]filterable)
	return v == nil || (many && len(rows) == 0)
}

// onlyNull: nothing but {null: true}, or nothing at all, matches an unset field.
func onlyNull(want input) bool {
	for key, v := range want {
		if v != nil && key != "null" {
			return false
		}
	}
	return true
}

// asList applies GraphQL's rule that one value stands for a list of one.
func asList(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	if v == nil {
		return nil
	}
	return []any{v}
}

func asObject(v any) input {
	switch v := v.(type) {
	case input:
		return v
	case map[string]any:
		return v
	}
	return nil
}

// one turns a possibly nil pointer into a filter value.
func one[T any, P interface {
	*T
	filterable
}](p P) any {
	if p == nil {
		return nil
	}
	return p
}

func many[T filterable](rows []T) []filterable {
	out := make([]filterable, len(rows))
	for i, r := range rows {
		out[i] = r
	}
	return out
}
