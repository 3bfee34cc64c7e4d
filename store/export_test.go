package store

// The hot queries, for the test that asks SQLite how it runs them.
const (
	BegunQuery = begunQuery
	DueQuery   = dueQuery
	ProbeQuery = probeQuery
)
