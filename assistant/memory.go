package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"linearbot/store"
)

const (
	memoryLife  = 24 * time.Hour
	memoryTurns = 20
	maxAnswers  = 40   // choices remembered in one thread
	maxTurnText = 2000 // characters of one side of a turn
)

// Turn is one exchange: what the asker said and what was answered. Issue bodies
// and other people's words are not part of it.
type Turn struct {
	At       time.Time
	Asked    string
	Answered string
}

// Memory is what one conversation of one person left: the last 20 turns of 24
// hours, the identifiers last shown, and choices made.
type Memory struct {
	Turns   []Turn
	Issues  []string          `json:",omitempty"` // last shown, in the order shown
	Answers map[string]string `json:",omitempty"` // by Question.Key
}

// Thread is the part of the memory that Parse needs.
func (m Memory) Thread() Thread {
	return Thread{Issues: slices.Clone(m.Issues), Answers: maps.Clone(m.Answers)}
}

// Memories keeps what conversations leave, sealed, each for one person in one
// thread: no memory crosses people or channels. Safe for concurrent use.
type Memories struct {
	db   *store.DB
	seal Sealer
}

// NewMemories returns the memories in db.
func NewMemories(db *store.DB, seal Sealer) *Memories { return &Memories{db: db, seal: seal} }

// Recall returns what is remembered of a thread; the zero Memory for nothing.
func (m *Memories) Recall(ctx context.Context, key store.Key, thread string) (Memory, error) {
	now := time.Now()
	row, err := m.db.Memory(ctx, key, thread, now)
	if errors.Is(err, store.ErrNotFound) {
		return Memory{}, nil
	}
	if err != nil {
		return Memory{}, err
	}
	return m.open(row.Body, key, thread, now)
}

func (m *Memories) open(body []byte, key store.Key, thread string, now time.Time) (Memory, error) {
	plain, err := m.seal.Open(body, memoryAD(key, thread))
	if err != nil {
		return Memory{}, fmt.Errorf("open memory of %s: %w", key, err)
	}
	var memory Memory
	if err := json.Unmarshal(plain, &memory); err != nil {
		return Memory{}, fmt.Errorf("decode memory of %s: %w", key, err)
	}
	memory.Turns = slices.DeleteFunc(memory.Turns, func(t Turn) bool { return now.Sub(t.At) > memoryLife })
	return memory, nil
}

// Remember adds a turn and, when shown is not empty, replaces the identifiers
// last shown. A zero At is now.
func (m *Memories) Remember(ctx context.Context, key store.Key, thread string, t Turn, shown []string) error {
	return m.change(ctx, key, thread, func(memory *Memory, now time.Time) {
		if t.At.IsZero() {
			t.At = now
		}
		t.Asked, t.Answered = clip(t.Asked, maxTurnText), clip(t.Answered, maxTurnText)
		memory.Turns = append(memory.Turns, t)
		memory.Turns = memory.Turns[max(0, len(memory.Turns)-memoryTurns):]
		if len(shown) > 0 {
			memory.Issues = shown[:min(len(shown), maxWrites)]
		}
	})
}

// Answer keeps the answer to a question, for the sentences that follow.
func (m *Memories) Answer(ctx context.Context, key store.Key, thread, question, value string) error {
	return m.change(ctx, key, thread, func(memory *Memory, _ time.Time) {
		if memory.Answers == nil || len(memory.Answers) >= maxAnswers {
			memory.Answers = map[string]string{}
		}
		memory.Answers[question] = value
	})
}

// Forget wipes a thread.
func (m *Memories) Forget(ctx context.Context, key store.Key, thread string) error {
	return m.db.DropMemory(ctx, key, thread)
}

// change is one transaction: of two turns at once, also in two processes, none is lost.
func (m *Memories) change(ctx context.Context, key store.Key, thread string, fn func(*Memory, time.Time)) error {
	now := time.Now()
	return m.db.ChangeMemory(ctx, key, thread, now, now.Add(memoryLife), func(old []byte) ([]byte, error) {
		var memory Memory
		if old != nil {
			memory, _ = m.open(old, key, thread, now) // unreadable, as after a lost key: it starts anew
		}
		fn(&memory, now)
		plain, err := json.Marshal(memory)
		if err != nil {
			return nil, fmt.Errorf("encode memory of %s: %w", key, err)
		}
		sealed, err := m.seal.Seal(plain, memoryAD(key, thread))
		if err != nil {
			return nil, fmt.Errorf("seal memory of %s: %w", key, err)
		}
		return sealed, nil
	})
}

func memoryAD(key store.Key, thread string) []byte {
	return []byte("memory/" + key.String() + "/" + thread)
}

// clip shortens a text to a number of characters.
func clip(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}
