package assistant_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"linearbot/assistant"
	"linearbot/store"
)

// Two processes that remember a turn of one conversation at once lose none.
func TestTwoProcessesRememberEveryTurn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const each = 8
	var processes []*assistant.Memories
	for range 2 {
		db, err := store.Open(t.Context(), b.dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() }) // the file goes with the test
		processes = append(processes, assistant.NewMemories(db, b.seal))
	}
	var talking sync.WaitGroup
	for n, memories := range processes {
		talking.Go(func() {
			for turn := range each {
				said := assistant.Turn{Asked: fmt.Sprint(n, "/", turn)}
				if err := memories.Remember(t.Context(), alice.Key, "C1/1.2", said, nil); err != nil {
					t.Error(err)
				}
				if err := memories.Answer(t.Context(), alice.Key, "C1/1.2", said.Asked, "ENG"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	talking.Wait()
	m, err := processes[0].Recall(t.Context(), alice.Key, "C1/1.2")
	if err != nil || len(m.Turns) != 2*each || len(m.Answers) != 2*each {
		t.Errorf("of %d turns %d are remembered, of as many answers %d, %v", 2*each, len(m.Turns), len(m.Answers), err)
	}
}

// What is remembered of one person in one thread does not open under another name or
// in another thread, as when somebody moves rows.
func TestMovedMemoryDoesNotOpen(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	memories := assistant.NewMemories(b.db, b.seal)
	if err := memories.Remember(t.Context(), alice.Key, "C1/1.2", assistant.Turn{Asked: "What is due?"}, []string{"ENG-1"}); err != nil {
		t.Fatal(err)
	}
	row, err := b.db.Memory(t.Context(), alice.Key, "C1/1.2", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []store.Memory{
		{Key: store.Key{TeamID: alice.Key.TeamID, UserID: "UOTHER"}, Thread: "C1/1.2"},
		{Key: alice.Key, Thread: "C1/1.3"},
	} {
		to.Body, to.ExpiresAt = row.Body, row.ExpiresAt
		if err := b.db.PutMemory(t.Context(), to); err != nil {
			t.Fatal(err)
		}
		if m, err := memories.Recall(t.Context(), to.Key, to.Thread); err == nil || len(m.Turns)+len(m.Issues) > 0 {
			t.Errorf("in %s of %s: %+v, %v", to.Thread, to.Key, m, err)
		}
	}
	if m, err := memories.Recall(t.Context(), alice.Key, "C1/1.2"); err != nil || len(m.Turns) != 1 {
		t.Errorf("in its own place: %+v, %v", m, err)
	}
}
