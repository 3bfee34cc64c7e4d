package slackapp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// errQueueFull says that too much is under way to take one more envelope.
var errQueueFull = errors.New("slackapp: queue is full")

// job is one envelope's work.
type job struct {
	name string // the operation, for the log line
	log  *slog.Logger
	cap  time.Duration
	run  func(ctx context.Context) error
	done func(err error) // always called once, also after a panic
}

// queue works jobs off with a fixed number of workers. Its bound is what keeps a
// burst from becoming a thousand goroutines and as many requests to Linear.
type queue struct {
	jobs chan job
	seen func(op string, took time.Duration, err error) // told of each job's end
	wg   sync.WaitGroup
	base context.Context // the life of the workers' work: outlives the socket
	stop context.CancelFunc

	mu     sync.RWMutex // held for reading while a job is put in
	closed bool
}

// newQueue makes a queue that nobody works on yet.
func newQueue(room int, seen func(op string, took time.Duration, err error)) *queue {
	q := &queue{jobs: make(chan job, room), seen: seen}
	q.base, q.stop = context.WithCancel(context.Background())
	return q
}

// start starts the workers. drain ends them.
func (q *queue) start(workers int) {
	for range workers {
		q.wg.Go(q.work)
	}
}

// put hands a job over or says errQueueFull at once; it never blocks the reader.
func (q *queue) put(j job) error {
	q.mu.RLock()
	defer q.mu.RUnlock()
	if q.closed {
		return errQueueFull
	}
	select {
	case q.jobs <- j:
		return nil
	default:
		return errQueueFull
	}
}

// depth is the number of jobs waiting.
func (q *queue) depth() int { return len(q.jobs) }

// drain lets queued work finish until ctx ends, then cancels what is left and
// waits for it. It reports whether everything finished by itself.
func (q *queue) drain(ctx context.Context) bool {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.jobs)
	}
	q.mu.Unlock()
	idle := make(chan struct{})
	go func() { q.wg.Wait(); close(idle) }()
	defer q.stop()
	select {
	case <-idle:
		return true
	case <-ctx.Done():
		q.stop()
		<-idle
		return false
	}
}

func (q *queue) work() {
	for j := range q.jobs {
		if q.base.Err() != nil {
			continue // stopping: the inbox still has it
		}
		q.perform(j)
	}
}

func (q *queue) perform(j job) {
	ctx, cancel := context.WithTimeout(q.base, j.cap)
	defer cancel()
	began := time.Now()
	err := guarded(ctx, j.run)
	took := time.Since(began)
	q.seen(j.name, took, err)
	if err == nil {
		j.log.InfoContext(ctx, "envelope handled", "op", j.name, "took", took)
	} else {
		j.log.WarnContext(ctx, "envelope failed", "op", j.name, "took", took, "err", err)
	}
	j.done(err)
}

// panicError is a recovered panic with the stack it came from.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// guarded runs f and turns a panic into an error.
func guarded(ctx context.Context, f func(context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicError{value: v, stack: debug.Stack()}
		}
	}()
	return f(ctx)
}
