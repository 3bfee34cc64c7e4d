package main

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

func TestGoneIsAProcessOfThisMachineThatEnded(t *testing.T) {
	t.Parallel()
	here := func(pid int) string {
		return strings.Join([]string{hostName(), processSpace(), strconv.Itoa(pid), "ABCDEFGH"}, "/")
	}
	child := exec.CommandContext(t.Context(), "cat") // lives until its input ends
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	owner := here(child.Process.Pid)
	if gone(owner) {
		t.Error("a process that runs is gone")
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err != nil {
		t.Fatal(err)
	}
	if !gone(owner) {
		t.Error("a process that ended is not gone")
	}
	part := strings.Split(owner, "/")
	for name, other := range map[string]string{
		"another host": "elsewhere/" + strings.Join(part[1:], "/"), "another container": part[0] + "/1/" + part[2] + "/" + part[3],
		"an older name": part[0] + "/" + part[2] + "/" + part[3], "nonsense": here(-1),
	} {
		if gone(other) {
			t.Errorf("%s: %s is gone", name, other)
		}
	}
	if a, b := ownerName(), ownerName(); a == b || !gone(a) {
		t.Errorf("%s and %s: an earlier process of this id is gone, and not this one", a, b)
	}
}
