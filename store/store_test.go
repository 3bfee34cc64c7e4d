package store_test

import (
	"testing"

	"linearbot/store/storetest"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.FreshFile)
}
