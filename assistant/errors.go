package assistant

import "fmt"

// UnknownVerbError says that the first word is nearly a verb.
type UnknownVerbError struct {
	Word       string // as typed
	Suggestion string // the verb that was probably meant
	Rewritten  string // the whole command with that verb
}

func (e *UnknownVerbError) Error() string {
	return fmt.Sprintf("unknown verb %q, did you mean %q", e.Word, e.Suggestion)
}

// RepeatedFieldError says that a field with one value was given twice.
type RepeatedFieldError struct {
	Field, First, Second string
}

func (e *RepeatedFieldError) Error() string {
	return fmt.Sprintf("%s is given twice: %q and %q", e.Field, e.First, e.Second)
}

// BadValueError says that a field cannot take a value. Valid lists the values
// it can take when they are few, otherwise it holds one sentence fragment.
type BadValueError struct {
	Field, Value string
	Valid        []string
}

func (e *BadValueError) Error() string {
	return fmt.Sprintf("%s cannot be %q", e.Field, e.Value)
}

// FieldNotHereError says that a field exists but not for this verb.
type FieldNotHereError struct {
	Verb, Field string
}

func (e *FieldNotHereError) Error() string {
	return fmt.Sprintf("%s does not take %s", e.Verb, e.Field)
}

// MissingArgumentError says what a verb still needs: issue, title, state,
// person, text, words, or team when no default tells one.
type MissingArgumentError struct {
	Verb, Argument string
}

func (e *MissingArgumentError) Error() string {
	return fmt.Sprintf("%s needs %s", e.Verb, e.Argument)
}

// ExtraTextError says that a verb cannot use some words.
type ExtraTextError struct {
	Verb, Text string
}

func (e *ExtraTextError) Error() string {
	return fmt.Sprintf("%s cannot use %q", e.Verb, e.Text)
}

// TooManyIssuesError says that a command names more issues than the verb takes.
type TooManyIssuesError struct {
	Verb        string
	Given, Most int
}

func (e *TooManyIssuesError) Error() string {
	return fmt.Sprintf("%s takes %d issues, not %d", e.Verb, e.Most, e.Given)
}

// NoStateError says that no state of the team has the type a command means:
// done needs a completed one.
type NoStateError struct {
	Issue, Type string
}

func (e *NoStateError) Error() string {
	return fmt.Sprintf("the team of %s has no %s state", e.Issue, e.Type)
}
