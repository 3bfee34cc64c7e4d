package assistant_test

import (
	"slices"
	"testing"

	"linearbot/assistant"
)

// What is no plan is offered as commands: what its parts spell, then its issues.
func TestParseOffersWhatItDoesNotRead(t *testing.T) {
	t.Parallel()
	d := demo()
	for text, want := range map[string][]string{
		"tomorrow move ENG-61 to Done":                         {"move ENG-61 Done", "show ENG-61"},
		"close ENG-61 if tests pass":                           {"move ENG-61 Done", "show ENG-61"},
		"please have Bob close ENG-61":                         {"move ENG-61 Done", "show ENG-61"},
		"ENG-61 is done":                                       {"move ENG-61 Done", "show ENG-61"},
		"ENG-61 due next friday":                               {"set ENG-61 due:2026-12-04", "show ENG-61"},
		"<@U9> close ENG-61":                                   {"move ENG-61 Done", "show ENG-61"},
		"bug in ENG: search is slow":                           {"create search is slow team:ENG label:bug"},
		"don't close ENG-61":                                   {"show ENG-61"},
		"never move ENG-61 to Done":                            {"show ENG-61"},
		"I closed ENG-61 yesterday":                            {"show ENG-61"},
		"comment on ENG-61 if it's open: ping":                 {"show ENG-61"},
		"create an issue":                                      nil,
		"move all but ENG-12 to in progress":                   {"show ENG-12"},
		"move ENG-61 and ENG-12 to in progress but not ENG-12": {"show ENG-61 ENG-12"},
		"move ENG-61 to done, not ENG-98":                      {"move ENG-61 Done", "show ENG-61 ENG-98"},
		"when ENG-61 is merged move it to in review":           {"move ENG-61 In Review", "show ENG-61"},
		"clsoe ENG-61":                                         {"move ENG-61 Done", "show ENG-61"},
		"&gt; close ENG-61\nI don't think so":                  {"show ENG-61"},
		"nobody asked you to close ENG-61":                     {"show ENG-61"},
		"the weather is nice":                                  nil,
	} {
		r := assistant.Parse(text, d, assistant.Thread{}, now)
		if r.Certain || len(r.Plan.Steps) > 0 || !slices.Equal(r.Offers, want) {
			t.Errorf("Parse(%q) offers %q, want %q: %s", text, r.Offers, want, asJSON(t, r))
		}
	}
}

// An offer is a whole command, never more than three, and only where there is no plan.
func TestParseOffersCommands(t *testing.T) {
	t.Parallel()
	d := demo()
	for _, u := range utterances(t) {
		r := assistant.Parse(u.Text, d, assistant.Thread{Issues: u.Context.Issues}, now)
		if len(r.Offers) > 3 || len(r.Offers) > 0 && (r.Certain || len(r.Questions) > 0 || r.Refusal != "") {
			t.Errorf("Parse(%q) offers %q", u.Text, r.Offers)
		}
		for _, o := range r.Offers {
			if _, err := assistant.ParseCommand(o); err != nil {
				t.Errorf("Parse(%q) offers %q: %v", u.Text, o, err)
			}
		}
	}
}
