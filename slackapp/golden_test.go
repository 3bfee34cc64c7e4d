package slackapp

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"linearbot/linear"
	"linearbot/store"
)

var update = flag.Bool("update", false, "write the golden files")

// surfaces are every message and view with what they show at its plainest, its
// fullest and its strangest.
func surfaces() map[string]any {
	all := map[string]any{}
	for name, w := range map[string]world{
		"one": plainWorld(), "many": manyWorld(), "longest": longWorld(),
		"emoji": oddWorld("🎉 Launch day 👩‍🚀"), "specials": oddWorld("a & b <c> *d* _e_ ~f~ `g`"), "rtl": oddWorld("תקלה בכניסה"),
	} {
		for surface, v := range w.issueSurfaces() {
			all[surface+"_"+name] = v
		}
	}
	maps.Copy(all, manyWorld().otherSurfaces())
	for surface, v := range emptySurfaces() {
		all[surface+"_empty"] = v
	}
	return all
}

func TestGolden(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for name, v := range surfaces() {
		file := name + ".golden.json"
		known[file] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compareGolden(t, file, v)
		})
	}
	files, err := os.ReadDir("testdata")
	if err != nil && !*update {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".golden.json") && !known[f.Name()] {
			t.Errorf("testdata/%s belongs to no surface", f.Name())
		}
	}
}

func compareGolden(t *testing.T, file string, v any) {
	t.Helper()
	got := pretty(t, v)
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run go test ./slackapp -update)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got); if that is meant: go test ./slackapp -update\n%s", path, diff)
	}
}

// pretty is the JSON Slack would get.
func pretty(t *testing.T, v any) []byte {
	t.Helper()
	if m, ok := v.(Message); ok {
		m = m.fitted()
		v = struct {
			Text   string       `json:"text"`
			Public bool         `json:"public,omitempty"`
			Blocks slack.Blocks `json:"blocks"`
		}{m.Text, m.Public, slack.Blocks{BlockSet: m.Blocks}}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// world is a workspace with one issue in front.
type world struct {
	dir    *linear.Directory
	issue  linear.Issue
	issues []linear.Issue
	title  string
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func plainWorld() world { return newWorld("Login fails on Safari", 1, 1) }

func manyWorld() world { return newWorld("Payment retries loop", 10, 12) }

func longWorld() world { return newWorld(strings.Repeat("Very long words in a title ", 400), 500, 12) }

func oddWorld(title string) world { return newWorld(title, 2, 2) }

// newWorld names everything after title, n of each kind.
func newWorld(title string, n, issues int) world {
	d := &linear.Directory{
		Viewer:       linear.User{ID: "user-0", Name: "Alice Chen", DisplayName: "alice", Email: "alice@acme.test", Active: true},
		Organization: linear.Organization{ID: "org", Name: "Acme", URLKey: "acme"},
		FetchedAt:    noon,
	}
	d.Users = append(d.Users, d.Viewer)
	team := linear.Team{TeamRef: linear.TeamRef{ID: "team-eng", Key: "ENG", Name: "Engineering", Visibility: "public"}, DefaultStateID: "state-0", EstimationType: "fibonacci"}
	for i := range n {
		id := string(rune('0'+i%10)) + strings.Repeat("x", i/10)
		team.States = append(team.States, linear.State{ID: "state-" + id, Name: "In Review " + title, Type: "started"})
		team.Cycles = append(team.Cycles, linear.Cycle{ID: "cycle-" + id, Number: float64(i), Name: title, IsActive: i == 0})
		team.Templates = append(team.Templates, linear.Ref{ID: "template-" + id, Name: title})
		d.Labels = append(d.Labels, linear.Label{ID: "label-" + id, Name: title, Parent: &linear.Ref{ID: "group", Name: "Area"}})
		d.Projects = append(d.Projects, linear.Project{ID: "project-" + id, Name: title})
		if i > 0 {
			d.Users = append(d.Users, linear.User{ID: "user-" + id, Name: "Bob " + title, DisplayName: "bob", Email: "bob@acme.test", Active: true})
		}
	}
	for _, u := range d.Users {
		team.MemberIDs = append(team.MemberIDs, u.ID)
	}
	d.Teams = []linear.Team{team, {TeamRef: linear.TeamRef{ID: "team-des", Key: "DES", Name: "Design", Visibility: "private"}}}
	w := world{dir: d, title: title}
	for i := range issues {
		w.issues = append(w.issues, w.newIssue(i))
	}
	w.issue = w.issues[0]
	return w
}

func (w world) newIssue(i int) linear.Issue {
	n := 142 + i
	issue := linear.Issue{
		ID: "issue-" + string(rune('a'+i)), Identifier: "ENG-" + string(rune('0'+n/100)) + string(rune('0'+n/10%10)) + string(rune('0'+n%10)),
		Title: w.title, URL: "https://linear.app/acme/issue/ENG-142/login", Priority: 2,
		Description: "## Steps\n\n1. Open **Safari**\n2. Sign in\n\n" + w.title + "\n\n- [ ] check `cookie`\n\nSee [the log](https://log.acme.test/?a=1&b=2).",
		CreatedAt:   noon.Add(-72 * time.Hour), UpdatedAt: noon.Add(-2 * time.Hour),
		State: w.dir.Teams[0].States[0], Team: w.dir.Teams[0].TeamRef, Creator: &w.dir.Users[0],
		Project: &linear.Ref{ID: "project-0", Name: w.title}, DueDate: "2026-12-01", Estimate: new(3.0),
		Labels: linear.Labels{Nodes: w.dir.Labels[:min(len(w.dir.Labels), 25)]},
	}
	if i%2 == 0 {
		issue.Assignee = &w.dir.Users[len(w.dir.Users)-1]
	}
	if i%5 == 4 {
		issue.Team = w.dir.Teams[1].TeamRef
	}
	return issue
}

// draft is a form filled in.
func (w world) draft() draft {
	return draft{
		ID: "new", TeamID: "team-eng", Title: w.title, Description: w.issue.Description, AssigneeID: w.dir.Users[0].ID, StateID: "state-0",
		Priority: "2", LabelIDs: []string{"label-0"}, ProjectID: "project-0", CycleID: "cycle-0", Estimate: "3", Due: "2026-12-01",
		ParentID: "issue-a", ParentName: issueChoice(w.issue).Label, TemplateID: "template-0", Post: true, Thread: true, Files: true,
	}
}

// account is a working connection.
func account() store.Account {
	return store.Account{
		Key: store.Key{TeamID: "T1", UserID: "U1"}, State: store.Active,
		Grant:       store.Grant{Actor: "user", OrgName: "Acme", ViewerName: "Alice Chen", ViewerEmail: "alice@acme.test", Sealed: []byte{1}},
		ConnectedAt: noon.Add(-240 * time.Hour), LastUsedAt: noon.Add(-time.Hour), ChangedAt: noon.Add(-240 * time.Hour), DueAt: noon.Add(time.Hour),
	}
}
