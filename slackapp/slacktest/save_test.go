package slacktest_test

import (
	"bytes"
	"testing"
)

// TestSaveAndRestore carries what people said and did to another server.
func TestSaveAndRestore(t *testing.T) {
	t.Parallel()
	old := newServer(t)
	alice := old.Person("alice")
	said, err := alice.Say(t.Context(), "C0GENERAL", "Kept")
	if err != nil {
		t.Fatal(err)
	}
	if err := alice.React(said, "eyes"); err != nil {
		t.Fatal(err)
	}
	raw, err := old.Save()
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t)
	if err := s.Restore(raw); err != nil {
		t.Fatal(err)
	}
	if again, err := s.Save(); err != nil || !bytes.Equal(again, raw) {
		t.Errorf("what was restored is not what was saved: %v", err)
	}
	m, ok := s.Person("bob").Find("C0GENERAL", "Kept")
	if !ok || m.TS != said.TS || len(m.Reactions) != 1 {
		t.Errorf("Bob sees %+v, %v", m, ok)
	}
	next, err := s.Person("bob").Say(t.Context(), "C0GENERAL", "Later")
	if err != nil || next.TS <= said.TS {
		t.Errorf("the next message comes before the kept one: %s, %s, %v", next.TS, said.TS, err)
	}
}

func TestAnAnswerThatWasGrowingIsCut(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	raw := []byte(`{"Version":1,"Channels":[{"ID":"C1","Name":"one","Kind":"channel","Members":["U1"]}],"Users":[{"ID":"U1","Name":"one"}],` +
		`"Messages":[{"Channel":"C1","TS":"1.000000","User":"U0LINEAR","Streaming":true}],"Sessions":{"C1/1.000000":{"Status":"processing"}}}`)
	if err := s.Restore(raw); err != nil {
		t.Fatal(err)
	}
	one := s.Person("one")
	if m := one.Last("C1"); m.Streaming || !m.Halted || one.Session("C1", m.TS).Status != "active" {
		t.Errorf("the message = %+v, its session %+v", m, one.Session("C1", m.TS))
	}
	if err := s.Restore([]byte(`{"Version":2}`)); err == nil {
		t.Error("a state of another version was taken")
	}
}
