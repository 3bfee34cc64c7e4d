package slackapp

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"
)

const (
	liveAfter = time.Second // an answer that is whole before this is one post
	liveGap   = time.Second // between two sights of a growing answer (Slack: chat.update is tier 3)
	livePiece = 400         // characters that are shown without waiting longer

	// chat.startStream is tier 2, 20 a minute for a workspace: a few are left for others.
	streamStarts = 15
)

// newStreamStarts paces how often a stream may be started.
func newStreamStarts() *rate.Limiter {
	return rate.NewLimiter(rate.Every(time.Minute/streamStarts), streamStarts)
}

// liveText shows an answer while it is being written: as a stream in a thread, and
// where that cannot be, as one message that is edited at most once a second. An
// answer that is whole at once is never shown in parts.
type liveText struct {
	app *App
	r   *request
	ctx context.Context // of the request; the model calls back without one

	mu      sync.Mutex
	began   time.Time
	last    time.Time
	whole   strings.Builder
	unsent  string
	ts      string // of the message, once there is one
	stream  bool   // it is a stream of Slack's
	stopped bool   // Slack takes no more: the person stopped it
}

// write takes the next piece.
func (l *liveText) write(piece string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.began.IsZero() {
		l.began = now
	}
	l.whole.WriteString(piece)
	l.unsent += piece
	switch {
	case l.stopped:
	case l.ts == "" && now.Sub(l.began) >= liveAfter:
		l.open(now)
	case l.ts != "" && (now.Sub(l.last) >= liveGap || l.stream && length(l.unsent) >= livePiece):
		l.grow(now)
	}
}

// open posts the first part.
func (l *liveText) open(now time.Time) {
	l.last = now
	if l.r.Thread != "" && l.app.starts.Allow() {
		_, ts, err := l.app.Quick.StartStreamContext(l.ctx, l.r.Channel, slack.MsgOptionTS(l.r.Thread),
			slack.MsgOptionRecipientUserID(l.r.Key.UserID), slack.MsgOptionRecipientTeamID(l.r.HomeTeam),
			slack.MsgOptionMarkdownText(l.unsent))
		if err == nil {
			l.ts, l.stream, l.unsent = ts, true, ""
			return
		}
		l.app.Log.InfoContext(l.ctx, "no stream, the message is edited instead", "ref", l.r.Ref, "err", wrapSlack("chat.startStream", err))
	}
	opts := l.sofar().options()
	if l.r.Thread != "" {
		opts = append(opts, slack.MsgOptionTS(l.r.Thread))
	}
	_, ts, err := l.app.Quick.PostMessageContext(l.ctx, l.r.Channel, opts...)
	if err != nil {
		l.app.Log.InfoContext(l.ctx, "answer not shown in parts", "ref", l.r.Ref, "err", wrapSlack("chat.postMessage", err))
		return
	}
	l.ts, l.unsent = ts, ""
}

// grow shows what came since.
func (l *liveText) grow(now time.Time) {
	l.last = now
	if !l.stream {
		if _, _, _, err := l.app.Quick.UpdateMessageContext(l.ctx, l.r.Channel, l.ts, l.sofar().options()...); err == nil {
			l.unsent = ""
		}
		return
	}
	_, _, err := l.app.Quick.AppendStreamContext(l.ctx, l.r.Channel, l.ts, slack.MsgOptionMarkdownText(l.unsent))
	switch {
	case err == nil:
		l.unsent = ""
	case streamEnded(err):
		l.stopped = true
	}
}

func (l *liveText) sofar() Message {
	return Message{Text: fallback(escape(l.whole.String())), Blocks: blocks(slack.NewMarkdownBlock("", cut(l.whole.String(), maxBody)))}
}

// end shows the whole answer: text is what the parts made up, rest what comes
// below it. It reports whether there was a message to end; without one the caller
// posts the answer.
func (l *liveText) end(ctx context.Context, rest []slack.Block) (shown bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ts == "" {
		return false, nil
	}
	if !l.stream {
		_, _, _, err := l.app.API.UpdateMessageContext(ctx, l.r.Channel, l.ts, l.sofar().with(rest...).options()...)
		return true, wrapSlack("chat.update", err)
	}
	var opts []slack.MsgOption
	if l.unsent != "" && !l.stopped {
		opts = append(opts, slack.MsgOptionMarkdownText(l.unsent))
	}
	if len(rest) > 0 {
		opts = append(opts, slack.MsgOptionBlocks(rest...))
	}
	_, _, err = l.app.API.StopStreamContext(ctx, l.r.Channel, l.ts, opts...)
	if err != nil && streamEnded(err) {
		return true, nil // a dead stream is never posted again
	}
	return true, wrapSlack("chat.stopStream", err)
}

func streamEnded(err error) bool {
	e, ok := slackCode(err)
	return ok && (e == "message_not_in_streaming_state" || e == "stopped_by_user")
}
