package lineartest

import (
	"encoding/json"
	"time"

	"github.com/graph-gophers/graphql-go"
)

// dateTime is the scalar DateTime: ISO 8601 in UTC with milliseconds.
type dateTime struct{ t time.Time }

// ImplementsGraphQLType names the scalar.
func (dateTime) ImplementsGraphQLType(name string) bool { return name == "DateTime" }

// UnmarshalGraphQL reads what a client sends.
func (d *dateTime) UnmarshalGraphQL(v any) error {
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return badArgument("date", "isDate", "not an ISO 8601 time")
	}
	d.t = t.UTC()
	return nil
}

// MarshalJSON writes 2026-03-03T10:00:00.000Z.
func (d dateTime) MarshalJSON() ([]byte, error) {
	return json.Marshal(d.t.UTC().Format("2006-01-02T15:04:05.000Z"))
}

// nullTime is null for the zero time.
func nullTime(t time.Time) *dateTime {
	if t.IsZero() {
		return nil
	}
	return &dateTime{t}
}

// timeless is the scalar TimelessDate.
type timeless string

// ImplementsGraphQLType names the scalar.
func (timeless) ImplementsGraphQLType(name string) bool { return name == "TimelessDate" }

// UnmarshalGraphQL takes the text over; parseDue judges it.
func (d *timeless) UnmarshalGraphQL(v any) error {
	s, _ := v.(string)
	*d = timeless(s)
	return nil
}

// uuid is the scalar UUID.
type uuid string

// ImplementsGraphQLType names the scalar.
func (uuid) ImplementsGraphQLType(name string) bool { return name == "UUID" }

// UnmarshalGraphQL refuses anything but a UUID, identifiers included.
func (u *uuid) UnmarshalGraphQL(v any) error {
	s, _ := v.(string)
	if !isUUID(s) {
		return badArgument("ids", "isUuid", "each value in ids must be a UUID")
	}
	*u = uuid(s)
	return nil
}

// jsonObject is the scalar JSONObject, an embedded object.
type jsonObject map[string]any

// ImplementsGraphQLType names the scalar.
func (jsonObject) ImplementsGraphQLType(name string) bool { return name == "JSONObject" }

// UnmarshalGraphQL takes the object over.
func (o *jsonObject) UnmarshalGraphQL(v any) error {
	m, ok := v.(map[string]any)
	if !ok && v != nil {
		return badArgument("metadata", "isObject", "must be an object")
	}
	*o = m
	return nil
}

// jsonText is the scalar JSON: on output Linear sends it as a string.
type jsonText string

// ImplementsGraphQLType names the scalar.
func (jsonText) ImplementsGraphQLType(name string) bool { return name == "JSON" }

// UnmarshalGraphQL keeps any JSON value as its text.
func (j *jsonText) UnmarshalGraphQL(v any) error {
	raw, err := json.Marshal(v)
	*j = jsonText(raw)
	return err
}

// base answers the four fields that all rows have.
type base struct{ m *meta }

func (b base) ID() graphql.ID        { return graphql.ID(b.m.ID) }
func (b base) CreatedAt() dateTime   { return dateTime{b.m.CreatedAt} }
func (b base) UpdatedAt() dateTime   { return dateTime{b.m.UpdatedAt} }
func (b base) ArchivedAt() *dateTime { return nullTime(b.m.Archived) }
func nullText(s string) *string      { return orNil(s) }
func nullDate(s string) *timeless    { return orNil(timeless(s)) }

// orNil is null for the zero value.
func orNil[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
