package linear

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	maxTries       = 4
	shortReset     = 3 * time.Second // a change waits at most this long for its turn
	firstWait      = 150 * time.Millisecond
	longestWait    = 2 * time.Second
	resetAllowance = 50 * time.Millisecond // clocks differ; arriving early costs a try
)

// persist repeats what may be repeated inside the caller's deadline: questions
// after a transient failure, changes only when they were provably not made.
func (s *Session) persist(ctx context.Context, c call, body []byte) (json.RawMessage, error) {
	var data json.RawMessage
	var last error
	try := func() (struct{}, error) {
		data, last = s.attempt(ctx, c, body)
		return struct{}{}, c.again(ctx, last)
	}
	// Full jitter: each wait is anything between nothing and the double interval.
	waits := &backoff.ExponentialBackOff{
		InitialInterval: firstWait, RandomizationFactor: 1, Multiplier: 2, MaxInterval: longestWait,
	}
	_, err := backoff.Retry(ctx, try, backoff.WithBackOff(waits), backoff.WithMaxTries(maxTries))
	if err == nil {
		return data, nil
	}
	return data, last // what Linear said, rather than that we stopped waiting
}

// again wraps err for backoff: permanent, or with the time to wait, or as it is.
func (c call) again(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if limited, ok := errors.AsType[*RateLimitError](err); ok {
		wait := time.Until(limited.Reset) + resetAllowance
		if limited.Reset.IsZero() || !fits(ctx, wait) || c.writes && wait > shortReset {
			return backoff.Permanent(err)
		}
		return &backoff.RetryAfterError{Duration: max(wait, resetAllowance)}
	}
	if errors.Is(err, ErrTransient) && fits(ctx, firstWait) {
		return err // a change is ErrTransient only when it was never sent
	}
	return backoff.Permanent(err)
}

// fits reports whether waiting d leaves time for an answer.
func fits(ctx context.Context, d time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || time.Until(deadline) > d)
}
