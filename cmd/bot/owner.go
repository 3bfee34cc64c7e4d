package main

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ownerName names this process in leases, unlike any other that ever ran:
// host, process space, process id and a random part.
func ownerName() string {
	return strings.Join([]string{hostName(), processSpace(), strconv.Itoa(os.Getpid()), rand.Text()[:8]}, "/")
}

func hostName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "host"
	}
	return strings.ReplaceAll(host, "/", "_")
}

// processSpace tells containers apart that share a host's name; "" where there is
// no such thing.
func processSpace() string {
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return strings.Trim(strings.TrimPrefix(space, "pid:"), "[]")
}

// gone reports whether a process is certainly no more: it ran where this one runs,
// and its id is free or is this one's own. Of others nothing can be told.
func gone(owner string) bool {
	part := strings.Split(owner, "/")
	if len(part) != 4 || part[0] != hostName() || part[1] != processSpace() {
		return false
	}
	pid, err := strconv.Atoi(part[2])
	if err != nil || pid <= 0 {
		return false
	}
	if pid == os.Getpid() {
		return true
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer func() { _ = p.Release() }() // nothing was taken
	return errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}

// succeed takes over from processes that were killed on this machine, so that what
// they had begun need not wait for their leases to run out.
func (b *bot) succeed(ctx context.Context) error {
	owners, err := b.db.LeaseOwners(ctx)
	if err != nil {
		return err
	}
	for _, owner := range owners {
		if owner == b.owner || !gone(owner) {
			continue
		}
		b.log.InfoContext(ctx, "going on with what an earlier process left", "owner", owner)
		if err := b.db.EndLeases(ctx, owner, time.Now()); err != nil {
			return err
		}
	}
	return nil
}
