package assistant

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"linearbot/linear"
)

// Loop answers requests in words with a language model. The model reads by
// itself; what it wants changed becomes one proposal for the asker. Safe for
// concurrent use.
//
//	words ──▶ model ──▶ text ──────────────────────────▶ answer
//	            ▲  └──▶ reading calls ──▶ Linear ─┐
//	            └──────── results, as data ◀──────┘
//	               └──▶ changing calls ──▶ Plan ──▶ Engine.Propose ──▶ preview
type Loop struct {
	model  Model
	engine *Engine
	budget *Budget
	log    *slog.Logger
	gate   *gate

	// Turns of the model and time that one request may take; NewLoop sets 8 and a
	// minute. Change them before the first request.
	Turns  int
	Within time.Duration
}

// NewLoop returns a loop over one model.
func NewLoop(m Model, e *Engine, b *Budget, log *slog.Logger) *Loop {
	return &Loop{model: m, engine: e, budget: b, log: log, gate: newGate(), Turns: maxTurns, Within: askWithin}
}

// errTooLong is the cause of a request that ran out of its minute.
var errTooLong = errors.New("assistant: out of time")

// Ask answers one request; on is called with progress, one call at a time. When
// ctx ends the answer so far comes back with its error and nothing is proposed.
// Errors: ErrBusy, ErrOverBudget, *ModelError, and those of the session when
// Linear cannot be read at all.
func (l *Loop) Ask(ctx context.Context, q Ask, on func(Progress)) (Answer, error) {
	leave, err := l.gate.enter(ctx, q.Asker.Key)
	if err != nil {
		return Answer{}, err
	}
	defer leave()
	now := time.Now()
	if err := l.budget.allow(ctx, q.Asker.Key, now); err != nil {
		return Answer{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, l.Within, errTooLong)
	defer cancel()
	d, err := q.Session.Directory(ctx)
	if err != nil {
		return Answer{}, err
	}
	t := newTalk(l, q, d, on)
	err = t.run(ctx)
	if spendErr := l.budget.spend(ctx, q.Asker.Key, t.answer.Usage, now); spendErr != nil {
		l.log.ErrorContext(ctx, "tokens not counted", "team", q.Asker.Key.TeamID, "user", q.Asker.Key.UserID, "err", spendErr)
	}
	if errors.Is(context.Cause(ctx), errTooLong) || t.halfway(err) {
		t.answer.End, err = EndTimedOut, nil
	}
	return t.finished(), err
}

// talk is one request on its way to an answer.
type talk struct {
	loop     *Loop
	q        Ask
	d        *linear.Directory
	messages []ModelMessage
	calls    int
	repeats  map[string]*repeated // by call and input
	ids      map[string]bool      // of the calls so far
	steps    []Step               // of the proposed writes
	marks    []map[string]string  // beside steps: where values came from
	sources  sources
	text     *safeText
	answer   Answer
	doing    func(step string)
}

func newTalk(l *Loop, q Ask, d *linear.Directory, on func(Progress)) *talk {
	t := &talk{loop: l, q: q, d: d, repeats: map[string]*repeated{}, ids: map[string]bool{}, sources: newSources(q)}
	t.text = newSafeText(q, d, func(piece string) { on(Progress{Text: piece}) })
	t.answer.End = EndAnswered
	t.doing = func(step string) { on(Progress{Doing: step}) }
	t.open()
	return t
}

// open begins the conversation: what was said before, the request, and what
// others wrote in the thread, as the result of a call.
func (t *talk) open() {
	for _, turn := range t.q.Memory.Turns {
		if strings.TrimSpace(turn.Asked) == "" || strings.TrimSpace(turn.Answered) == "" {
			continue
		}
		t.messages = append(t.messages,
			ModelMessage{Blocks: []ModelBlock{{Text: t.text.redact(turn.Asked)}}},
			ModelMessage{FromModel: true, Blocks: []ModelBlock{{Text: t.text.redact(turn.Answered)}}})
	}
	t.messages = append(t.messages, ModelMessage{Blocks: []ModelBlock{{Text: t.q.Text}}})
	if len(t.q.Context) == 0 {
		return
	}
	const id = "thread"
	t.ids[id] = true
	t.messages = append(t.messages,
		ModelMessage{FromModel: true, Blocks: []ModelBlock{{Call: &ModelCall{ID: id, Name: toolThread, Input: json.RawMessage("{}")}}}},
		ModelMessage{Blocks: []ModelBlock{{Result: &ModelResult{ID: id, Content: t.thread()}}}})
}

// run lets the model take its turns.
func (t *talk) run(ctx context.Context) error {
	request := ModelRequest{System: systemPrompt, About: aboutPerson(t.d, t.q, t.q.Now), Tools: modelTools(), MaxTokens: maxReplyTokens}
	for range t.loop.Turns {
		request.Messages = withinBudget(t.messages)
		started := time.Now()
		reply, err := turnWithRetries(ctx, t.loop.model, request, t.text.write)
		if err != nil {
			t.answer.Usage = t.answer.Usage.plus(reply.Usage)
			t.answer.Model = cmp.Or(clip(reply.Model, 80), t.answer.Model)
			return err
		}
		t.account(ctx, reply, time.Since(started))
		t.text.paragraph()
		calls := t.callsOf(reply)
		if reply.Stop == ModelPaused && len(calls) == 0 && t.said(reply, nil) {
			continue // it goes on where it stopped
		}
		if end, ended := endOf(reply.Stop, len(calls)); ended {
			t.answer.End = end
			return t.propose(ctx)
		}
		goOn, err := t.turn(ctx, reply, calls)
		if err != nil || !goOn {
			return err
		}
	}
	t.answer.End = EndLimit
	return t.propose(ctx)
}

// endOf says whether a reply is the last one. Calls of a reply that was cut
// short or that ended for an unknown reason are not carried out.
func endOf(stop ModelStop, calls int) (AnswerEnd, bool) {
	switch {
	case stop == ModelCutShort || stop == ModelFull:
		return EndCutShort, true
	case stop == ModelRefused:
		return EndDeclined, true
	case stop == ModelCalls && calls > 0:
		return "", false
	}
	return EndAnswered, true
}

// turn carries out the calls of one reply and answers each once. It reports
// whether the model gets another turn.
func (t *talk) turn(ctx context.Context, reply ModelReply, calls []ModelCall) (goOn bool, err error) {
	results, err := t.carryOut(ctx, calls)
	if err != nil {
		return false, err
	}
	if t.answer.End == EndLimit {
		return false, t.propose(ctx)
	}
	if t.settledWrites(calls, results) {
		err := t.propose(ctx)
		refused, isRefusal := t.refusal(err)
		if err == nil || !isRefusal {
			return false, err
		}
		t.takeBack(results, refused)
	}
	t.said(reply, calls)
	t.messages = append(t.messages, ModelMessage{Blocks: resultBlocks(results)})
	return true, nil
}

// settledWrites reports whether the turn held nothing but accepted changes: then
// there is nothing the model still has to see.
func (t *talk) settledWrites(calls []ModelCall, results []ModelResult) bool {
	if len(t.steps) == 0 {
		return false
	}
	for n, c := range calls {
		if results[n].Failed || !t.changes(c) {
			return false
		}
	}
	return true
}

// halfway reports whether a model fell silent after there was something to show.
func (t *talk) halfway(err error) bool {
	failed, ok := errors.AsType[*ModelError](err)
	return ok && failed.Kind == ModelTimeout && (len(t.answer.Reads) > 0 || t.text.String() != "")
}

// propose freezes what was asked to be changed.
func (t *talk) propose(ctx context.Context) error {
	if len(t.steps) == 0 {
		return nil
	}
	p, err := t.loop.engine.proposeMarked(ctx, t.q.Asker, t.q.Session, Plan{Steps: t.steps}, t.marks)
	if err != nil {
		return err
	}
	t.answer.Proposal = p
	if p.ID != "" && t.answer.End == EndAnswered {
		t.answer.End = EndProposed
	}
	return nil
}

// takeBack tells the model that its changes cannot be proposed as they are.
func (t *talk) takeBack(results []ModelResult, why string) {
	for n := range results {
		results[n].Content, results[n].Failed = why, true
	}
	t.steps, t.marks = nil, nil
}

// finished is the answer with everything that belongs to it.
func (t *talk) finished() Answer {
	t.text.close()
	t.answer.Text = t.text.String()
	t.answer.Hidden += t.text.hidden
	t.answer.Plan.Steps = append(t.answer.Plan.Steps, t.steps...)
	return t.answer
}

// account counts one reply, and writes the one line it gets in the log.
func (t *talk) account(ctx context.Context, r ModelReply, took time.Duration) {
	u := r.Usage
	t.answer.Usage = t.answer.Usage.plus(u)
	t.answer.Model = clip(r.Model, 80)
	t.loop.log.InfoContext(ctx, "model answered", "team", t.q.Asker.Key.TeamID, "user", t.q.Asker.Key.UserID,
		"model", r.Model, "request", r.RequestID, "stop", string(r.Stop), "took", took,
		"in", u.In, "cache_write_5m", u.CacheWrite5m, "cache_write_1h", u.CacheWrite1h, "cache_read", u.CacheRead, "out", u.Out)
}

const droppedResult = "[dropped]"

// withinBudget drops the oldest tool results until the conversation fits.
func withinBudget(messages []ModelMessage) []ModelMessage {
	size := 0
	for _, m := range messages {
		for _, b := range m.Blocks {
			size += len(b.Text)
			if b.Result != nil {
				size += len(b.Result.Content)
			}
		}
	}
	fitting := slices.Clone(messages)
	for n := 0; n < len(fitting)-1 && size > inputBudget; n++ {
		fitting[n].Blocks = slices.Clone(fitting[n].Blocks)
		for k, b := range fitting[n].Blocks {
			if b.Result != nil && size > inputBudget {
				size -= len(b.Result.Content) - len(droppedResult)
				fitting[n].Blocks[k].Result = &ModelResult{ID: b.Result.ID, Content: droppedResult, Failed: b.Result.Failed}
			}
		}
	}
	return fitting
}
