package slackapp_test

import (
	"fmt"
	"strings"
	"testing"
)

// rules ticks exactly these boxes of the Policy tab and waits until they count.
func (w *world) rules(ticked ...string) {
	w.t.Helper()
	v := w.admin(w.carol, "Policy", "Guests may use Linear here")
	w.clicks(w.carol, v, "admin_policy.rules", ticked...)
	w.until("the rules to count", func() bool {
		text, err := w.db.Setting(w.t.Context(), teamID, "", "policy")
		return err == nil && strings.Contains(string(text), `"assistant_off":true`) == !strings.Contains(fmt.Sprint(ticked), "Read plain words")
	})
	if err := w.carol.CloseView(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// TestPolicyPlainWords: off means that no word is read, and commands still work.
func TestPolicyPlainWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.rules("Guests may use Linear here")
	w.types(w.alice, general, "/linear ask show my open issues")
	w.sees(w.alice, general, "The assistant is unavailable. Commands still work.")
	say(w, w.alice, w.alice.DM(), "show my open issues")
	w.sees(w.alice, w.alice.DM(), "The assistant is unavailable.")
	w.types(w.alice, general, "/linear mine")
	w.sees(w.alice, general, "Your open issues")
}

// TestPolicyShared: links unfurl in a channel shared with another company only when
// an admin allows it.
func TestPolicyShared(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.rules("Preview links in channels shared with other companies", "Read plain words")
	w.until("the rule", func() bool {
		text, _ := w.db.Setting(t.Context(), teamID, "", "policy")
		return strings.Contains(string(text), `"shared":true`)
	})
	m := say(w, w.alice, payments, "See "+link98)
	w.await("the preview", func() bool { return len(current(w, m).Unfurls) == 1 })
}

// TestPolicyChannelDefaults: when only admins may edit them, others are told so,
// also at the moment of saving.
func TestPolicyChannelDefaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.carol)
	w.types(w.alice, general, "/linear defaults channel")
	w.form(w.alice, "Save")
	w.rules("Only admins edit channel defaults", "Read plain words")
	w.until("the rule", func() bool {
		text, _ := w.db.Setting(t.Context(), teamID, "", "policy")
		return strings.Contains(string(text), `"admins_edit":true`)
	})
	w.submits(w.alice, nil) // opened before the rule
	w.form(w.alice, "Only workspace admins can")
	w.types(w.alice, general, "/linear defaults channel")
	w.sees(w.alice, general, "Only workspace admins can")
	w.types(w.carol, general, "/linear defaults channel")
	w.form(w.carol, "Save")
}

// TestPolicyChannels: commands and presses outside of the allowed channels are
// refused; direct messages stay open.
func TestPolicyChannels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear ENG-98")
	card := w.sees(w.alice, general, "Payment retries loop")
	v := w.admin(w.carol, "Policy", "Allowed channels")
	w.clicks(w.carol, v, "admin_policy.channels", engineering)
	w.until("the rule", func() bool {
		text, _ := w.db.Setting(t.Context(), teamID, "", "policy")
		return strings.Contains(string(text), engineering)
	})
	before := w.linear.CountRequests("/graphql")
	w.types(w.alice, general, "/linear mine")
	w.sees(w.alice, general, "People in this channel can't use Linear here.")
	w.clicks(w.alice, card, "Unassign me")
	w.handled()
	if n := w.linear.CountRequests("/graphql") - before; n != 0 {
		t.Errorf("%d requests reached Linear from a channel that is not allowed", n)
	}
	w.types(w.alice, engineering, "/linear mine")
	w.sees(w.alice, engineering, "Your open issues")
	w.types(w.alice, w.alice.DM(), "/linear mine")
	w.sees(w.alice, w.alice.DM(), "Your open issues")
}

// TestPolicyConfirm: when typed changes are to be confirmed, nothing is created or
// changed before the press.
func TestPolicyConfirm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.rules("Preview typed changes before they are made", "Read plain words")
	w.until("the rule", func() bool {
		text, _ := w.db.Setting(t.Context(), teamID, "", "policy")
		return strings.Contains(string(text), `"confirm":true`)
	})
	w.types(w.alice, general, "/linear move ENG-135 In Review")
	m := w.sees(w.alice, general, "Ready to make 1 change")
	if i := w.issue("ENG-135"); i.State == "In Review" {
		t.Fatal("ENG-135 was moved at once")
	}
	w.clicks(w.alice, m, "Move ENG-135")
	w.sees(w.alice, general, "Moved")
	w.types(w.alice, engineering, "/linear create Confirmed first team:ENG")
	m = w.sees(w.alice, engineering, "Ready to make 1 change")
	if n := len(w.titled("Confirmed first")); n != 0 {
		t.Fatal("it was created at once")
	}
	w.clicks(w.alice, m, "Create issue")
	w.sees(w.alice, engineering, "Created")
	if n := len(w.titled("Confirmed first")); n != 1 {
		t.Errorf("%d issues were made, want 1", n)
	}
}

// TestSharedChannelPeople: people from other companies have no commands, and their
// presses on a card change nothing.
func TestSharedChannelPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	erin := w.slack.Person("erin")
	w.types(w.alice, payments, "/linear ENG-98")
	card := w.sees(w.alice, payments, "ENG-98")
	w.clicks(w.alice, card, "card_more", "Share to channel")
	w.form(w.alice, "Share")
	w.submits(w.alice, map[string]any{"channel": payments})
	w.await("the card in the channel", func() bool { m, ok := erin.Find(payments, "ENG-98"); return ok && m.EphemeralTo == "" })
	public, _ := erin.Find(payments, "ENG-98")
	before := w.linear.CountRequests("/graphql")
	if err := erin.Click(t.Context(), public, "Assign to me"); err != nil {
		t.Fatal(err)
	}
	w.sees(erin, payments, "People from other companies can't use Linear here.")
	if _, err := erin.Say(t.Context(), payments, "@linear close ENG-98"); err != nil {
		t.Fatal(err)
	}
	w.handled()
	if n := w.linear.CountRequests("/graphql") - before; n != 0 || w.issue("ENG-98").StateType == "completed" {
		t.Errorf("a stranger's press and mention took %d requests", n)
	}
}
