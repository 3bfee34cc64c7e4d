package slackapp

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"linearbot/assistant"
)

// TestEarlierSearchCovers: where an earlier search is taken for a later title, it
// asked for every issue that would be called similar.
func TestEarlierSearchCovers(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom(strings.Fields("log login saf safari safaris page pages blank pay payment payments loop crash"))
	title := rapid.SliceOfNDistinct(word, 2, 5, rapid.ID)
	covered := 0
	rapid.Check(t, func(t *rapid.T) {
		earlier, now, issue := title.Draw(t, "earlier"), title.Draw(t, "now"), title.Draw(t, "issue")
		k := lookup{words: earlier}
		if !k.covers(now) || len(assistant.SharedWords(now, issue)) < sharedNeeded(now) {
			return
		}
		covered++
		asked := earlier[:min(len(earlier), assistant.SearchedWords)]
		if !slices.ContainsFunc(asked, func(w string) bool { return strings.Contains(strings.Join(issue, " "), w) }) {
			t.Fatalf("a search for %v does not find %v, which is similar to %v", asked, issue, now)
		}
	})
	if covered == 0 {
		t.Error("no search covered anything")
	}
	if !(&lookup{words: []string{"safari", "log"}}).covers([]string{"safari", "login"}) {
		t.Error("a title whose last word was finished is looked up again")
	}
}
