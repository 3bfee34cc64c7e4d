//go:build race

package assistant_test

// raceSlower is about how much slower the race detector makes the parser.
const raceSlower = 10
