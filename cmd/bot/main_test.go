package main

import (
	"testing"

	"go.uber.org/goleak"
)

// Nothing that a verb or the demo began goes on after it.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
