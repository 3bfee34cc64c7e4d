package assistant_test

import (
	"testing"

	"go.uber.org/goleak"
)

// Nothing that a request, a model or an engine began goes on after it.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
