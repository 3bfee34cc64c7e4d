package slackapp_test

import (
	"strings"
	"testing"

	"linearbot/slackapp/slacktest"
)

const atBot = "@linear "

// The preview that answers a mention stands in its thread, where nobody can miss
// it; only the asker can confirm it.
func TestPreviewOfAMentionIsInItsThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	asked := w.says(w.alice, general, atBot+"move ENG-98 to In Review")
	preview := w.sees(w.bob, general, "Ready to make 1 change")
	if preview.EphemeralTo != "" || preview.ThreadTS != asked.TS {
		t.Errorf("the preview is for %q in the thread %q, want everybody in %q", preview.EphemeralTo, preview.ThreadTS, asked.TS)
	}
	w.clicks(w.bob, preview, "Move ENG-98")
	w.sees(w.bob, general, "Only <@"+w.alice.ID+"> can confirm this.")
	w.clicks(w.alice, preview, "Move ENG-98")
	done := w.sees(w.bob, general, "Moved ")
	if done.TS != preview.TS || w.issue("ENG-98").State != "In Review" {
		t.Errorf("ENG-98 is %s; in the thread: %s", w.issue("ENG-98").State, slacktest.Text(done))
	}
}

// What others may not read is shown to the asker alone, in the channel where the
// mention was written: a thread that nobody has opened would hide it.
func TestPrivatePreviewOfAMentionIsSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.carol)
	for words, sees := range map[string]string{
		"move SEC-1 to Done":                         "Ready to make 1 change",
		"assign SEC-2 to me":                         "Ready to make 1 change",
		"set the project of ENG-98 to Mobile launch": "Ready to make 1 change",
		"show ENG-9999":                              "I can't find ENG-9999",
	} {
		w.says(w.carol, general, atBot+words)
		m := w.sees(w.carol, general, sees)
		if m.EphemeralTo != w.carol.ID || m.ThreadTS != "" {
			t.Errorf("%s: the answer is for %q in the thread %q, want it beside the mention for its asker alone:\n%s", words, m.EphemeralTo, m.ThreadTS, slacktest.Text(m))
		}
		for _, m := range w.bob.Sees(general) {
			if text := slacktest.Text(m); strings.Contains(text, "Penetration") || strings.Contains(text, "signing key") {
				t.Errorf("bob sees:\n%s", text)
			}
		}
	}
	// In a channel that another company reads, too.
	w.says(w.carol, payments, atBot+"move ENG-98 to In Review")
	if m := w.sees(w.carol, payments, "Ready to make 1 change"); m.EphemeralTo != w.carol.ID {
		t.Errorf("Globex reads the preview:\n%s", slacktest.Text(m))
	}
	// In a thread, which its asker has open, it stays in the thread.
	root := w.says(w.bob, general, "About the audit")
	if _, err := w.carol.ReplyInThread(t.Context(), root, atBot+"move SEC-1 to Todo"); err != nil {
		t.Fatal(err)
	}
	w.await("a preview in the thread", func() bool {
		for _, m := range w.carol.Thread(general, root.TS) {
			if strings.Contains(slacktest.Text(m), "Ready to make 1 change") && m.EphemeralTo == w.carol.ID {
				return true
			}
		}
		return false
	})
}
