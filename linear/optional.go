package linear

import "encoding/json"

// Optional is a field of an update: the zero value leaves it as it is, a set one
// with a nil Value clears it.
type Optional[T any] struct {
	Set   bool
	Value *T
}

// Put sets a field to v.
func Put[T any](v T) Optional[T] { return Optional[T]{Set: true, Value: &v} }

// Clear empties a field.
func Clear[T any]() Optional[T] { return Optional[T]{Set: true} }

// IsZero reports whether the field stays as it is; such fields are not sent.
func (o Optional[T]) IsZero() bool { return !o.Set }

// MarshalJSON writes the value, or null when the field is cleared.
func (o Optional[T]) MarshalJSON() ([]byte, error) { return json.Marshal(o.Value) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (o *Optional[T]) UnmarshalJSON(data []byte) error {
	o.Set = true
	return json.Unmarshal(data, &o.Value)
}
