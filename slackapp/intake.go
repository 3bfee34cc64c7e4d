package slackapp

import "sync"

// intakeRoom is how many envelopes may be on their way from the socket to the queue.
const intakeRoom = queueRoom

// intake takes envelopes in beside one another: a disk that is stuck holds each one
// up for a moment, and not each after the one before. They go on in the order they
// came. The zero value is not usable; one goroutine calls take.
type intake struct {
	places chan struct{}
	before <-chan struct{} // closed when the envelope before has gone on
	all    sync.WaitGroup
}

func newIntake() *intake { return &intake{places: make(chan struct{}, intakeRoom)} }

// take runs write at once, and then what it returns as soon as every envelope that
// came earlier has gone on. It waits only while too many are under way.
func (i *intake) take(write func() (then func())) {
	i.places <- struct{}{}
	before, gone := i.before, make(chan struct{})
	i.before = gone
	i.all.Go(func() {
		defer func() { close(gone); <-i.places }()
		then := write()
		if before != nil {
			<-before
		}
		then()
	})
}

// wait returns when everything that was taken has gone on.
func (i *intake) wait() { i.all.Wait() }
