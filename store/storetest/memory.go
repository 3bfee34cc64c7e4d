package storetest

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"linearbot/store"
)

// Two processes change one memory at a time: each sees what the one before has left.
func memoryContends(t *testing.T, dsn string) {
	handles := []*store.DB{openAt(t, dsn), openAt(t, dsn)}
	const workers, rounds = 8, 10
	expires := noon.Add(time.Hour)
	longer := func(old []byte) ([]byte, error) { return append(slices.Clone(old), 'x'), nil }
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() {
			for range rounds {
				if err := handles[i%2].ChangeMemory(t.Context(), alice, "1.2", noon, expires, longer); err != nil {
					t.Errorf("ChangeMemory = %v", err)
				}
			}
		})
	}
	all.Wait()
	m, err := handles[0].Memory(t.Context(), alice, "1.2", noon)
	if err != nil || len(m.Body) != workers*rounds || !m.ExpiresAt.Equal(expires) {
		t.Errorf("%d changes left %d, until %v, %v", workers*rounds, len(m.Body), m.ExpiresAt, err)
	}
	refused := errors.New("refused")
	for name, change := range map[string]func([]byte) ([]byte, error){
		"an error": func([]byte) ([]byte, error) { return []byte("y"), refused },
		"nothing":  func([]byte) ([]byte, error) { return nil, nil },
	} {
		err := handles[0].ChangeMemory(t.Context(), alice, "1.2", noon, expires.Add(time.Hour), change)
		if err != nil && !errors.Is(err, refused) {
			t.Errorf("ChangeMemory with %s = %v", name, err)
		}
	}
	if again, err := handles[0].Memory(t.Context(), alice, "1.2", noon); err != nil || string(again.Body) != string(m.Body) || !again.ExpiresAt.Equal(expires) {
		t.Errorf("after changes that are none: %d bytes until %v, %v", len(again.Body), again.ExpiresAt, err)
	}
	err = handles[1].ChangeMemory(t.Context(), alice, "1.2", expires, expires.Add(time.Hour), func(old []byte) ([]byte, error) {
		if old != nil {
			t.Errorf("what has expired is seen: %d bytes", len(old))
		}
		return []byte("new"), nil
	})
	if err != nil {
		t.Errorf("ChangeMemory = %v", err)
	}
}

// One change of several settings is made whole or not at all.
func settingsTogether(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	count := func(old []byte) (next store.SettingChange, err error) {
		next.JSON = append(slices.Clone(old), '1')
		return next, nil
	}
	want := func(value string) {
		t.Helper()
		for _, subject := range []string{"U061", ""} {
			if got, err := db.Setting(t.Context(), "T024", subject, "count"); err != nil || string(got) != value {
				t.Errorf("Setting(%q) = %s, %v, want %s", subject, got, err, value)
			}
		}
	}
	for range 2 {
		if err := db.ChangeSettings(t.Context(), "T024", []string{"U061", ""}, "count", count); err != nil {
			t.Errorf("ChangeSettings = %v", err)
		}
	}
	want("11")
	second, refused := false, errors.New("refused")
	err := db.ChangeSettings(t.Context(), "T024", []string{"U061", ""}, "count", func(old []byte) (store.SettingChange, error) {
		if second {
			return store.SettingChange{}, refused
		}
		second = true
		return count(old)
	})
	if !errors.Is(err, refused) {
		t.Errorf("ChangeSettings = %v, want the error of its second change", err)
	}
	want("11")
}
