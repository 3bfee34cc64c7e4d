package slackapp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"linearbot/linear"
)

// submitted is the state Slack would send for a view nobody touched: each input's
// initial value.
func submitted(t *testing.T, v slack.ModalViewRequest) *slack.ViewState {
	t.Helper()
	state := &slack.ViewState{Values: map[string]map[string]slack.BlockAction{}}
	for _, b := range v.Blocks.BlockSet {
		in, ok := b.(*slack.InputBlock)
		if !ok {
			continue
		}
		var a slack.BlockAction
		id := actField
		switch e := in.Element.(type) {
		case *slack.PlainTextInputBlockElement:
			a.Value = e.InitialValue
		case *slack.SelectBlockElement:
			id = e.ActionID
			if e.InitialOption != nil {
				a.SelectedOption = *e.InitialOption
			}
		case *slack.MultiSelectBlockElement:
			for _, o := range e.InitialOptions {
				a.SelectedOptions = append(a.SelectedOptions, *o)
			}
		case *slack.CheckboxGroupsBlockElement:
			for _, o := range e.InitialOptions {
				a.SelectedOptions = append(a.SelectedOptions, *o)
			}
		case *slack.DatePickerBlockElement:
			a.SelectedDate = e.InitialDate
		default:
			t.Fatalf("element %T is not read", e)
		}
		state.Values[in.BlockID] = map[string]slack.BlockAction{id: a}
	}
	return state
}

func TestFormReadsBackWhatItShows(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]world{"plain": plainWorld(), "odd": oddWorld("a & b <c> *d* 🎉"), "rtl": oddWorld("תקלה בכניסה")} {
		want := w.draft()
		form := newIssue{Dir: w.dir, Draft: want, More: true, Channel: "payments", Source: &source{Messages: 2, Files: 1}}
		got := readDraft(draft{ID: want.ID}, submitted(t, form.view()))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestFieldsNotShownKeepTheirValues(t *testing.T) {
	t.Parallel()
	w := plainWorld()
	want := w.draft()
	form := newIssue{Dir: w.dir, Draft: want, Channel: "payments", Source: &source{Messages: 2, Files: 1}} // further fields closed
	if diff := cmp.Diff(want, readDraft(want, submitted(t, form.view()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDraftSurvivesItsJSON(t *testing.T) {
	t.Parallel()
	want := oddWorld("a & b <c>").draft()
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got draft
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestChangingTheTeamClearsWhatIsNotThere also proves that no block keeps its id,
// so that Slack cannot send a stale value.
func TestChangingTheTeamClearsWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := plainWorld()
	w.dir.Labels = append(w.dir.Labels, linear.Label{ID: "label-eng", Name: "infra", Team: &linear.Ref{ID: "team-eng"}})
	w.dir.Teams[1].MemberIDs = []string{"user-9"}
	before := w.draft()
	before.LabelIDs = append(before.LabelIDs, "label-eng")
	after, cleared := before.forTeam(w.dir, "team-des")
	if diff := cmp.Diff([]string{"Status", "Assignee", "1 label", "Cycle", "Estimate", "Template"}, cleared); diff != "" {
		t.Errorf("cleared (-want +got):\n%s", diff)
	}
	if after.Title != before.Title || after.Description != before.Description || after.ProjectID != before.ProjectID || !slices.Equal(after.LabelIDs, []string{"label-0"}) {
		t.Errorf("kept %+v", after)
	}
	eng := blockIDs(newIssue{Dir: w.dir, Draft: before, More: true}.view())
	des := blockIDs(newIssue{Dir: w.dir, Draft: after, More: true, Cleared: cleared}.view())
	for _, field := range []string{fieldAssignee, fieldState, fieldLabels, fieldProject} {
		if id := blockWith(des, field); id == "" || slices.Contains(eng, id) {
			t.Errorf("%s has block id %q in both teams", field, id)
		}
	}
	for _, field := range []string{fieldTitle, fieldDescription} {
		if blockWith(eng, field) != blockWith(des, field) {
			t.Errorf("%s changed its block id and would lose what was typed", field)
		}
	}
}

func blockIDs(v slack.ModalViewRequest) []string {
	var ids []string
	for _, b := range v.Blocks.BlockSet {
		if in, ok := b.(*slack.InputBlock); ok {
			ids = append(ids, in.BlockID)
		}
	}
	return ids
}

func blockWith(ids []string, field string) string {
	for _, id := range ids {
		if name, _, _ := strings.Cut(id, "."); name == field {
			return id
		}
	}
	return ""
}

func TestLocalChecks(t *testing.T) {
	t.Parallel()
	w := plainWorld()
	w.dir.Labels = append(w.dir.Labels,
		linear.Label{ID: "label-b", Name: "other", Parent: &linear.Ref{ID: "group", Name: "Area"}},
		linear.Label{ID: "label-des", Name: "ios", Team: &linear.Ref{ID: "team-des"}})
	good := draft{TeamID: "team-eng", Title: "x"}
	for name, c := range map[string]struct {
		change func(*draft)
		want   map[string]string
	}{
		"nothing wrong": {func(*draft) {}, map[string]string{}},
		"no title":      {func(d *draft) { d.Title = "" }, map[string]string{fieldTitle: "Write a title."}},
		"long title":    {func(d *draft) { d.Title = strings.Repeat("x", 300) }, map[string]string{fieldTitle: "Use at most 255 characters; this has 300."}},
		"no team":       {func(d *draft) { d.TeamID = "" }, map[string]string{fieldTeam: "Pick a team."}},
		"bad date":      {func(d *draft) { d.Due = "friday" }, map[string]string{fieldDue: "Use a date such as 2026-11-23."}},
		"foreign state": {func(d *draft) { d.StateID = "elsewhere" }, map[string]string{fieldState: "Pick one of Engineering's states."}},
		"estimate":      {func(d *draft) { d.Estimate = "4" }, map[string]string{fieldEstimate: "Estimate must be one of 1, 2, 3, 5, 8."}},
		"two of a group": {
			func(d *draft) { d.LabelIDs = []string{"label-0", "label-b"} },
			map[string]string{fieldLabels: "Pick one of “Login fails on Safari” and “other”: both are in Area."},
		},
		"foreign label": {func(d *draft) { d.LabelIDs = []string{"label-des"} }, map[string]string{fieldLabels: "“ios” belongs to another team than Engineering."}},
	} {
		d := good
		c.change(&d)
		if diff := cmp.Diff(c.want, d.check(w.dir, noon)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestFieldErrorsUseTheFormsBlocks(t *testing.T) {
	t.Parallel()
	w := plainWorld()
	state := submitted(t, newIssue{Dir: w.dir, Draft: w.draft()}.view())
	byBlock, rest := fieldErrors(map[string]string{fieldState: "Pick one.", fieldEstimate: "Not shown."}, state)
	if diff := cmp.Diff(map[string]string{"state.team-eng": "Pick one."}, byBlock); diff != "" || rest != "Not shown." {
		t.Errorf("rest %q, (-want +got):\n%s", rest, diff)
	}
}

func TestCreateInputLeavesOutWhatWasNotChosen(t *testing.T) {
	t.Parallel()
	d := draft{TeamID: "t", Title: "x", AssigneeID: noValue, Priority: "0"}
	if diff := cmp.Diff(map[string]any{"teamId": "t", "title": "x"}, d.createInput()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEditSendsOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	w := plainWorld()
	before := draftOf(w.issue)
	untouched := readDraft(before, submitted(t, editIssue("", w.dir, w.issue, before)))
	if in := editInput(before, untouched); len(in) != 0 {
		t.Errorf("an untouched form changes %v", in)
	}
	after := before
	after.StateID, after.AssigneeID, after.Due, after.LabelIDs, after.Priority = "state-1", noValue, "", []string{"label-9"}, "1"
	want := map[string]any{
		"stateId": "state-1", "assignee": noValue, "dueDate": noValue, "priority": "1",
		"addLabels": []string{"label-9"}, "removeLabels": []string{"label-0"},
	}
	if diff := cmp.Diff(want, editInput(before, after)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSuggestRanksAndBounds(t *testing.T) {
	t.Parallel()
	all := []choice{{Label: "a review", Value: "3"}, {Label: "preview", Value: "4"}, {Label: "Review", Value: "1"}, {Label: "In Review", Value: "2"}}
	var got []string
	for _, o := range suggest("rev", all) {
		got = append(got, o.Value)
	}
	if want := []string{"1", "3", "2", "4"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
	if o := suggest("zzz", all); len(o) != 1 || o[0].Value != noMatch || o[0].Text.Text != "No match for “zzz”" {
		t.Errorf("no match gives %+v", o)
	}
	if n := len(suggest("", slices.Repeat(all, 100))); n != maxOptions {
		t.Errorf("%d options, want %d", n, maxOptions)
	}
	chosen := readDraft(draft{StateID: "before"}, &slack.ViewState{Values: map[string]map[string]slack.BlockAction{
		"state.t": {actField: {SelectedOption: slack.OptionBlockObject{Value: noMatch}}},
	}})
	if chosen.StateID != "" {
		t.Errorf("the no-match line was read as %q", chosen.StateID)
	}
}

func TestEstimateScales(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"notUsed": "", "fibonacci": "1, 2, 3, 5, 8", "exponential": "1, 2, 4, 8, 16", "linear": "1, 2, 3, 4, 5", "tShirt": "XS, S, M, L, XL"} {
		if got := scaleWords(estimateScale(linear.Team{EstimationType: kind})); got != want {
			t.Errorf("%s = %q, want %q", kind, got, want)
		}
	}
	if got, want := scaleWords(estimateScale(linear.Team{EstimationType: "fibonacci", EstimateZero: true, EstimateMore: true})), "0, 1, 2, 3, 5, 8, 13, 21"; got != want {
		t.Errorf("extended = %q, want %q", got, want)
	}
}
