//go:build !race

package assistant_test

const raceSlower = 1
