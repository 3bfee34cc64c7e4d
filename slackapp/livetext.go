package slackapp

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"
)

const (
	// liveAfter is about one round trip to Slack: the first words wait no longer, and an
	// answer that is whole before is one post.
	liveAfter = 100 * time.Millisecond

	streamGap  = 900 * time.Millisecond // between two sights of a stream: a second, with the way to Slack
	streamRush = 600 * time.Millisecond // the least, when much has gathered (Slack: chat.appendStream is tier 4, 100 a minute)
	streamFull = 400                    // bytes that are much
	editGap    = time.Second            // between two edits of a message (Slack: chat.update is tier 3)

	// chat.startStream is tier 2, 20 a minute for a workspace: a few are left for others.
	streamStarts = 15
)

// newStreamStarts paces how often a stream may be started.
func newStreamStarts() *rate.Limiter {
	return rate.NewLimiter(rate.Every(time.Minute/streamStarts), streamStarts)
}

// liveText shows an answer while it is being written: as a stream in a thread, and
// where that cannot be, as one message that is edited at most once a second. It
// shows what there is on a clock of its own, so that words do not wait for more
// words. An answer that is whole at once is never shown in parts.
type liveText struct {
	app    *App
	r      *request
	ctx    context.Context // of the request; the model calls back without one
	cancel func()          // ends the work: Slack takes no more, because the person stopped it

	start   sync.Once
	quit    chan struct{}
	full    chan struct{} // much has gathered
	working sync.WaitGroup

	mu     sync.Mutex
	whole  strings.Builder
	unsent string

	// Only the clock touches these until it has ended.
	ts      string // of the message, once there is one
	stream  bool   // it is a stream of Slack's
	stopped bool   // Slack takes no more
}

// write takes the next piece.
func (l *liveText) write(piece string) {
	l.mu.Lock()
	l.whole.WriteString(piece)
	l.unsent += piece
	gathered := len(l.unsent)
	l.mu.Unlock()
	l.start.Do(func() {
		l.quit, l.full = make(chan struct{}), make(chan struct{}, 1)
		l.working.Go(l.run)
	})
	if gathered >= streamFull {
		select {
		case l.full <- struct{}{}:
		default:
		}
	}
}

// run shows what there is, again and again, until end.
func (l *liveText) run() {
	least, most := liveAfter, liveAfter
	for began := time.Now(); l.wait(began, least, most); {
		began = time.Now()
		least, most = l.show()
	}
}

// wait waits until it is time for the next sight: most after the last one, or least
// when much has gathered. It reports whether there is to be one.
func (l *liveText) wait(last time.Time, least, most time.Duration) bool {
	return l.sleep(time.Until(last.Add(least)), nil) && l.sleep(time.Until(last.Add(most)), l.full)
}

// sleep reports whether the work still goes on afterwards.
func (l *liveText) sleep(d time.Duration, sooner <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-l.quit:
		return false
	case <-l.ctx.Done():
		return false
	case <-sooner:
	case <-timer.C:
	}
	return true
}

// show shows what came since, and says how long to wait before the next time.
func (l *liveText) show() (least, most time.Duration) {
	unsent := l.take()
	least, most = l.pace()
	if unsent == "" || l.stopped {
		return least, most
	}
	var err error
	switch {
	case l.ts == "":
		err = l.open(unsent)
	case l.stream:
		_, _, err = l.app.Quick.AppendStreamContext(l.ctx, l.r.Channel, l.ts, slack.MsgOptionMarkdownText(unsent))
	default:
		_, _, _, err = l.app.Quick.UpdateMessageContext(l.ctx, l.r.Channel, l.ts, l.sofar().options()...)
	}
	least, most = l.pace() // there may be a stream now
	if err == nil {
		return least, most
	}
	l.giveBack(unsent)
	if streamEnded(err) {
		l.stopped = true
		l.cancel()
	}
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		least, most = max(least, limited.RetryAfter), max(most, limited.RetryAfter)
	}
	l.app.Log.DebugContext(l.ctx, "part of an answer not shown", "ref", l.r.Ref, "err", err)
	return least, most
}

// pace is how soon the next sight may come, and how late.
func (l *liveText) pace() (least, most time.Duration) {
	if l.stream {
		return streamRush, streamGap
	}
	return editGap, editGap
}

func (l *liveText) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	unsent := l.unsent
	l.unsent = ""
	select {
	case <-l.full:
	default:
	}
	return unsent
}

func (l *liveText) giveBack(unsent string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unsent = unsent + l.unsent
}

// open posts the first part.
func (l *liveText) open(unsent string) error {
	if l.r.Thread != "" && l.app.starts.Allow() {
		_, ts, err := l.app.Quick.StartStreamContext(l.ctx, l.r.Channel, slack.MsgOptionTS(l.r.Thread),
			slack.MsgOptionRecipientUserID(l.r.Key.UserID), slack.MsgOptionRecipientTeamID(l.r.HomeTeam),
			slack.MsgOptionMarkdownText(unsent))
		if err == nil {
			l.ts, l.stream = ts, true
			return nil
		}
		l.app.Log.InfoContext(l.ctx, "no stream, the message is edited instead", "ref", l.r.Ref, "err", wrapSlack("chat.startStream", err))
	}
	_, ts, err := l.app.Quick.PostMessageContext(l.ctx, l.r.Channel, l.r.inThread(l.sofar())...)
	if err == nil {
		l.ts = ts
	}
	return wrapSlack("chat.postMessage", err)
}

// inThread are the arguments of a message where the request was made.
func (r *request) inThread(m Message) []slack.MsgOption {
	opts := m.options()
	if r.Thread != "" {
		opts = append(opts, slack.MsgOptionTS(r.Thread))
	}
	return opts
}

func (l *liveText) sofar() Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.whole.String()
	return Message{Text: fallback(escape(text)), Blocks: blocks(slack.NewMarkdownBlock("", cut(text, maxBody)))}
}

// begun reports whether there may be something to see of the answer.
func (l *liveText) begun() bool { return l.quit != nil }

// end shows the whole answer: text is what the parts made up, rest what comes
// below it. It reports whether there was a message to end; without one the caller
// posts the answer. What Slack does not take into the message comes after it.
func (l *liveText) end(ctx context.Context, rest []slack.Block) (shown bool, err error) {
	if l.quit != nil {
		close(l.quit)
		l.working.Wait()
	}
	if l.ts == "" {
		return false, nil
	}
	below := rest
	if whole := l.sofar(); sizeOf(whole.Blocks)+sizeOf(rest) > maxBody {
		below = nil
	}
	if err := l.finish(ctx, below); err != nil {
		if streamEnded(err) {
			return true, nil // a dead stream is never posted again
		}
		l.app.Log.WarnContext(ctx, "answer not closed, the rest comes after it", "ref", l.r.Ref, "err", err)
		below = nil
	}
	if len(below) > 0 || len(rest) == 0 {
		return true, nil
	}
	_, _, err = l.app.API.PostMessageContext(ctx, l.r.Channel, l.r.inThread(Message{Blocks: rest})...)
	return true, wrapSlack("chat.postMessage", err)
}

// finish puts the last words and the blocks below them into the message.
func (l *liveText) finish(ctx context.Context, below []slack.Block) error {
	if !l.stream {
		_, _, _, err := l.app.API.UpdateMessageContext(ctx, l.r.Channel, l.ts, l.sofar().with(below...).options()...)
		return wrapSlack("chat.update", err)
	}
	var opts []slack.MsgOption
	if unsent := l.take(); unsent != "" && !l.stopped {
		opts = append(opts, slack.MsgOptionMarkdownText(unsent))
	}
	if len(below) > 0 {
		opts = append(opts, slack.MsgOptionBlocks(below...))
	}
	_, _, err := l.app.API.StopStreamContext(ctx, l.r.Channel, l.ts, opts...)
	return wrapSlack("chat.stopStream", err)
}

func streamEnded(err error) bool {
	e, ok := slackCode(err)
	return ok && (e == "message_not_in_streaming_state" || e == "stopped_by_user")
}
