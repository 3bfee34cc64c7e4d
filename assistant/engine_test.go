package assistant_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/linear/lineartest"
	"linearbot/store"
)

// gcm is a sealer, so that the tests see what a real one demands: the same
// associated data on both sides.
type gcm struct{ cipher.AEAD }

func newGCM(t *testing.T) gcm {
	t.Helper()
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	block, err := aes.NewCipher(secret)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		t.Fatal(err)
	}
	return gcm{aead}
}

func (g gcm) Seal(plain, ad []byte) ([]byte, error)  { return g.AEAD.Seal(nil, nil, plain, ad), nil }
func (g gcm) Open(sealed, ad []byte) ([]byte, error) { return g.AEAD.Open(nil, nil, sealed, ad) }

// apiKey is a member's key as Linear wants it: without a scheme.
type apiKey string

func (k apiKey) Authorize(_ context.Context, h http.Header) error {
	h.Set("Authorization", string(k))
	return nil
}

func (apiKey) Rejected(context.Context, http.Header) error { return linear.ErrUnauthenticated }

// bench is a workspace, a database and an engine between them.
type bench struct {
	t      *testing.T
	linear *lineartest.Server
	dsn    string
	db     *store.DB
	seal   gcm
	engine *assistant.Engine
	client *linear.Client
}

var (
	aliceKey = store.Key{TeamID: "T1", UserID: "UALICE"}
	bobKey   = store.Key{TeamID: "T1", UserID: "UBOB"}
	alice    = assistant.Asker{Key: aliceKey, Source: "command", Ref: "ref00001"}
	bob      = assistant.Asker{Key: bobKey, Source: "command", Ref: "ref00002"}
)

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, seal: newGCM(t), dsn: "sqlite:" + filepath.Join(t.TempDir(), "bot.db")}
	b.linear = lineartest.NewServer(lineartest.Options{Seed: true})
	t.Cleanup(b.linear.Close)
	b.start()
	t.Cleanup(func() { _ = b.db.Close() }) // the file goes with the test
	return b
}

// start opens the database and makes an engine, as a process does.
func (b *bench) start() {
	b.t.Helper()
	db, err := store.Open(b.t.Context(), b.dsn)
	if err != nil {
		b.t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(b.t.Output(), nil))
	b.db, b.engine = db, assistant.NewEngine(db, b.seal, log)
	b.client = linear.New(linear.Config{APIURL: b.linear.URL, Log: log})
}

// restart is what a new process finds: the database, and nothing in memory.
func (b *bench) restart() {
	b.t.Helper()
	if err := b.db.Close(); err != nil {
		b.t.Fatal(err)
	}
	b.start()
}

// session acts as a member; names are warm.
func (b *bench) session(email string) *linear.Session {
	b.t.Helper()
	key, err := b.linear.APIKey(email)
	if err != nil {
		b.t.Fatal(err)
	}
	s := b.client.Session(email, apiKey(key), nil)
	if _, err := s.Directory(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	return s
}

const (
	aliceMail = "alice@acme.test"
	bobMail   = "bob@acme.test"
)

// issue makes one in ENG and returns its identifier.
func (b *bench) issue(s *linear.Session, title string, fields map[string]any) linear.Issue {
	b.t.Helper()
	input := map[string]any{"team": "ENG", "title": title, "state": "Todo"}
	for k, v := range fields {
		input[k] = v
	}
	out, err := b.engine.Run(b.t.Context(), alice, s, create(input), assistant.RunOptions{Seed: title})
	if err != nil || len(out.Results) != 1 || out.Results[0].Err != nil {
		b.t.Fatalf("create %q: %v, %+v", title, err, out)
	}
	return out.Results[0].Issue
}

func create(input map[string]any) assistant.Plan {
	return assistant.Plan{Steps: []assistant.Step{{Tool: linear.ToolCreate, Input: input}}}
}

func update(ref string, fields ...any) assistant.Plan {
	input := map[string]any{"issueId": ref}
	for i := 0; i < len(fields); i += 2 {
		input[fields[i].(string)] = fields[i+1]
	}
	return assistant.Plan{Steps: []assistant.Step{{Tool: linear.ToolUpdate, Input: input}}}
}

func comment(ref, body string) assistant.Plan {
	return query(`mutation C($input: CommentCreateInput!) { commentCreate(input: $input) { success comment { id } } }`,
		map[string]any{"input": map[string]any{"issueId": ref, "body": body}})
}

func query(document string, variables map[string]any) assistant.Plan {
	return assistant.Plan{Steps: []assistant.Step{{Tool: linear.ToolQuery, Input: map[string]any{"query": document, "variables": variables}}}}
}

func steps(plans ...assistant.Plan) assistant.Plan {
	var all assistant.Plan
	for _, p := range plans {
		all.Steps = append(all.Steps, p.Steps...)
	}
	return all
}

// requests counts what work sends to Linear.
func (b *bench) requests(work func()) int {
	b.t.Helper()
	before := b.linear.CountRequests("")
	work()
	return b.linear.CountRequests("") - before
}

func (b *bench) mutations() int {
	n := 0
	for _, r := range b.linear.Requests() {
		if slices.Contains([]string{"IssueCreate", "IssueUpdate", "IssueDelete", "CommentCreate", "CommentDelete"}, r.Op) {
			n++
		}
	}
	return n
}

func (b *bench) state(ref string) string {
	b.t.Helper()
	i, ok := b.linear.Issue(ref)
	if !ok {
		b.t.Fatalf("no issue %s", ref)
	}
	return i.State
}

func (b *bench) propose(a assistant.Asker, s *linear.Session, p assistant.Plan) assistant.Proposal {
	b.t.Helper()
	got, err := b.engine.Propose(b.t.Context(), a, s, p)
	if err != nil {
		b.t.Fatalf("Propose: %v", err)
	}
	if got.ID == "" {
		b.t.Fatalf("Propose: nothing to apply: %+v", got)
	}
	return got
}

func TestWarmActionsAreOneRequest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Login fails", nil)
	run := func(seed string, p assistant.Plan) func() {
		return func() {
			out, err := b.engine.Run(t.Context(), alice, s, p, assistant.RunOptions{Seed: seed})
			if err != nil || len(out.Results) != 1 || out.Results[0].Err != nil {
				t.Errorf("%s: %v, %+v", seed, err, out)
			}
		}
	}
	actions := map[string]func(){
		"create":  run("s1", create(map[string]any{"team": "ENG", "title": "New", "assignee": "bob", "priority": "high", "labels": []string{"bug"}})),
		"move":    run("s2", update(i.Identifier, "state", "In Review")),
		"assign":  run("s3", update(i.Identifier, "assignee", "bob", "priority", "urgent")),
		"comment": run("s4", comment(i.Identifier, "On it")),
		"list": func() {
			p := assistant.Plan{Steps: []assistant.Step{{Tool: linear.ToolList, Input: map[string]any{"assignee": "alice", "stateType": "open"}}}}
			if got, err := b.engine.Prepare(t.Context(), alice, s, p); err != nil || len(got.Reads) != 1 {
				t.Errorf("list: %v, %+v", err, got)
			}
		},
	}
	for _, name := range []string{"create", "move", "assign", "comment", "list"} {
		if n := b.requests(actions[name]); n != 1 {
			t.Errorf("warm %s cost %d requests, want 1", name, n)
		}
	}
	if got := b.state(i.Identifier); got != "In Review" {
		t.Errorf("state = %s, want In Review", got)
	}
}

func TestSeedSentenceToPreviewIsTwoRequestsAtMost(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	old := b.issue(s, "Old one", map[string]any{"priority": "high", "assignee": "carol"})
	b.issue(s, "New one", map[string]any{"priority": "high", "assignee": "carol"})
	p := assistant.Plan{Steps: []assistant.Step{
		{Tool: linear.ToolList, Input: map[string]any{"assignee": "Carol", "priority": "2", "stateType": "open", "query": "one"}},
		{Tool: linear.ToolUpdate, Input: map[string]any{"issueId": "$0.oldest", "state": "In Review"}},
	}}
	var got assistant.Proposal
	if n := b.requests(func() { got = b.propose(alice, s, p) }); n > 2 {
		t.Errorf("to the preview: %d requests, want 2 at most", n)
	}
	want := []assistant.FieldChange{{Field: "state", From: "Todo", To: "In Review", FromID: old.State.ID, ToID: got.Changes[0].Fields[0].ToID}}
	if diff := cmp.Diff(want, got.Changes[0].Fields); diff != "" || got.Changes[0].Issue.Identifier != old.Identifier {
		t.Errorf("change of %s (-want +got):\n%s", got.Changes[0].Issue.Identifier, diff)
	}
	if n := len(got.Reads[0].Page); n != 2 {
		t.Errorf("the list shows %d issues, want 2", n)
	}
}

func TestApplyOnceUnderManyClicks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Clicked", nil)
	p := b.propose(alice, s, steps(update(i.Identifier, "state", "In Review"), comment(i.Identifier, "Once"),
		create(map[string]any{"team": "ENG", "title": "Made once"})))
	before := len(b.linear.Issues())
	var clicks sync.WaitGroup
	var mu sync.Mutex
	clean := 0
	for range 20 {
		clicks.Go(func() {
			out, err := b.engine.Apply(t.Context(), alice, s, p.ID)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				clean++
			} else if !errors.Is(err, assistant.ErrAlready) {
				t.Errorf("Apply: %v", err)
			}
			if len(out.Results) != 3 || out.Failed() != 0 {
				t.Errorf("outcome = %+v, want three results without failure", out)
			}
		})
	}
	clicks.Wait()
	if clean != 1 {
		t.Errorf("%d clicks applied, want 1", clean)
	}
	if n := len(b.linear.Comments(i.Identifier)); n != 1 {
		t.Errorf("%d comments, want 1", n)
	}
	if n := len(b.linear.Issues()) - before; n != 1 {
		t.Errorf("%d issues made, want 1", n)
	}
}

func TestRestartBetweenPreviewAndApply(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Before the restart", nil)
	p := b.propose(alice, s, update(i.Identifier, "state", "In Review", "assignee", "bob"))
	b.restart()
	out, err := b.engine.Apply(t.Context(), alice, b.session(aliceMail), p.ID)
	if err != nil || out.Failed() != 0 || out.UndoUntil.IsZero() {
		t.Fatalf("Apply = %+v, %v", out, err)
	}
	if got := b.state(i.Identifier); got != "In Review" {
		t.Errorf("state = %s, want In Review", got)
	}
}

// A process that dies between two items leaves the second to whoever applies
// next; the first is not done again.
func TestCrashBetweenTwoItems(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	one, two := b.issue(s, "First", nil), b.issue(s, "Second", nil)
	p := b.propose(alice, s, steps(update(one.Identifier, "state", "In Review"), update(two.Identifier, "state", "In Review"),
		comment(one.Identifier, "Once"), create(map[string]any{"team": "ENG", "title": "Once"})))
	before := len(b.linear.Issues())

	ctx, kill := context.WithCancel(t.Context())
	// The second update never gets its answer: the process dies waiting for it.
	undo := b.linear.Fault(lineartest.Fault{Op: "IssueUpdate", Skip: 1, Times: 1, Delay: time.Hour})
	died := make(chan error)
	go func() {
		_, err := b.engine.Apply(ctx, alice, s, p.ID)
		died <- err
	}()
	waitFor(t, b, func() bool {
		return b.linear.CountRequests("IssueUpdate") >= 1 && b.linear.CountRequests("CommentCreate") == 1
	})
	kill()
	if err := <-died; !errors.Is(err, context.Canceled) {
		t.Fatalf("the first Apply = %v, want canceled", err)
	}
	undo()
	b.restart()

	out, err := b.engine.Apply(t.Context(), alice, b.session(aliceMail), p.ID)
	if err != nil || out.Failed() != 0 {
		t.Fatalf("the second Apply = %+v, %v", out, err)
	}
	if got := []string{b.state(one.Identifier), b.state(two.Identifier)}; !slices.Equal(got, []string{"In Review", "In Review"}) {
		t.Errorf("states = %v", got)
	}
	if n := len(b.linear.Comments(one.Identifier)); n != 1 {
		t.Errorf("%d comments, want 1", n)
	}
	if n := len(b.linear.Issues()) - before; n != 1 {
		t.Errorf("%d issues made, want 1", n)
	}
	if out, err := b.engine.Undo(t.Context(), alice, b.session(aliceMail), p.ID); err != nil || out.Failed() != 0 {
		t.Errorf("Undo = %+v, %v", out, err)
	}
	if got := b.state(one.Identifier); got != "Todo" {
		t.Errorf("after undo the state is %s, want Todo", got)
	}
}

// waitFor waits for a state of the server, woken by each of its changes.
func waitFor(t *testing.T, b *bench, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := b.linear.Await(ctx, holds); err != nil {
		t.Fatal(err)
	}
}

func TestStaleProposal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.session(aliceMail), b.session(bobMail)
	i := b.issue(s, "Changed in between", nil)
	p := b.propose(alice, s, update(i.Identifier, "state", "In Review", "priority", "high"))
	if _, err := other.UpdateIssue(t.Context(), i.ID, linear.IssueUpdate{Priority: new(1)}); err != nil {
		t.Fatal(err)
	}
	_, err := b.engine.Apply(t.Context(), alice, s, p.ID)
	stale, ok := errors.AsType[*assistant.StaleError](err)
	if !ok || !errors.Is(err, assistant.ErrChangedSince) || len(stale.Issues) != 1 {
		t.Fatalf("Apply = %v, want a stale proposal", err)
	}
	if got := b.state(i.Identifier); got != "Todo" {
		t.Errorf("state = %s: a stale proposal changed something", got)
	}
	if f := stale.Proposal.Changes[0].Fields[1]; f.From != "Urgent" || f.To != "High" {
		t.Errorf("new preview = %+v, want Urgent → High", f)
	}
	if _, err := b.engine.Apply(t.Context(), alice, s, p.ID); !errors.Is(err, assistant.ErrExpired) {
		t.Errorf("the stale one applied again: %v, want ErrExpired", err)
	}
	if out, err := b.engine.Apply(t.Context(), alice, s, stale.Proposal.ID); err != nil || out.Failed() != 0 {
		t.Errorf("the new one: %+v, %v", out, err)
	}
}

func TestOnlyTheAsker(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.session(aliceMail), b.session(bobMail)
	i := b.issue(s, "Mine", nil)
	p := b.propose(alice, s, update(i.Identifier, "state", "In Review"))
	if _, err := b.engine.Apply(t.Context(), bob, other, p.ID); !errors.Is(err, assistant.ErrNotAsker) {
		t.Errorf("Apply by a stranger = %v", err)
	}
	if err := b.engine.Cancel(t.Context(), bob, p.ID); !errors.Is(err, assistant.ErrNotAsker) {
		t.Errorf("Cancel by a stranger = %v", err)
	}
	if _, err := b.engine.Apply(t.Context(), alice, s, p.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.engine.Undo(t.Context(), bob, other, p.ID); !errors.Is(err, assistant.ErrNotAsker) {
		t.Errorf("Undo by a stranger = %v", err)
	}
	if _, err := b.engine.RetryFailed(t.Context(), bob, other, p.ID); !errors.Is(err, assistant.ErrNotAsker) {
		t.Errorf("RetryFailed by a stranger = %v", err)
	}
	if _, err := b.engine.Undo(t.Context(), bob, other, ""); !errors.Is(err, assistant.ErrNothingToUndo) {
		t.Errorf("Undo of a stranger's own latest = %v", err)
	}
	if got := b.state(i.Identifier); got != "In Review" {
		t.Errorf("state = %s", got)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Canceled", nil)
	p := b.propose(alice, s, update(i.Identifier, "state", "In Review"))
	for range 2 {
		if err := b.engine.Cancel(t.Context(), alice, p.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.engine.Apply(t.Context(), alice, s, p.ID); !errors.Is(err, assistant.ErrExpired) {
		t.Errorf("Apply of a canceled one = %v", err)
	}
	if _, err := b.engine.Apply(t.Context(), alice, s, "nothing"); !errors.Is(err, assistant.ErrExpired) {
		t.Errorf("Apply of an unknown one = %v", err)
	}
}

func TestUndoLeavesOthersChanges(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.session(aliceMail), b.session(bobMail)
	i := b.issue(s, "Undone", map[string]any{"labels": []string{"bug"}, "estimate": 3})
	out, err := b.engine.Run(t.Context(), alice, s, update(i.Identifier, "state", "In Review", "priority", "high",
		"assignee", "carol", "addLabels", []string{"infra"}, "removeLabels", []string{"bug"}, "estimate", "none", "dueDate", "2027-01-02", "title", "Renamed"),
		assistant.RunOptions{Seed: "env-1"})
	if err != nil || out.Failed() != 0 {
		t.Fatalf("Run = %+v, %v", out, err)
	}
	d, _ := other.CachedDirectory()
	done, err := d.State(i.Team.ID, "Done")
	if err != nil {
		t.Fatal(err)
	}
	feature, err := d.Label(i.Team.ID, "feature")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.UpdateIssue(t.Context(), i.ID, linear.IssueUpdate{StateID: new(done.ID), AddedLabelIDs: []string{feature.ID}}); err != nil {
		t.Fatal(err)
	}

	undone, err := b.engine.Undo(t.Context(), alice, s, "")
	if err != nil || undone.Failed() != 0 || len(undone.Results) != 1 {
		t.Fatalf("Undo = %+v, %v", undone, err)
	}
	r := undone.Results[0]
	if len(r.Kept) != 1 || r.Kept[0].Field != "state" || r.Kept[0].Now != "Done" || r.Kept[0].By != "Bob Diaz" || r.Kept[0].At.IsZero() {
		t.Errorf("kept = %+v, want the state that Bob Diaz set to Done", r.Kept)
	}
	now, _ := b.linear.Issue(i.ID)
	got := fmt.Sprintf("%s|%s|%d|%s|%v|%v|%s", now.Title, now.State, now.Priority, now.Assignee, slices.Sorted(slices.Values(now.Labels)), *now.Estimate, now.DueDate)
	if want := "Undone|Done|0||[bug feature]|3|"; got != want {
		t.Errorf("after undo: %s, want %s", got, want)
	}
	again, err := b.engine.Undo(t.Context(), alice, s, out.ProposalID)
	if !errors.Is(err, assistant.ErrAlready) || len(again.Results) != 1 {
		t.Errorf("a second undo = %+v, %v", again, err)
	}
}

func TestUndoOfCreateAndComment(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Trashed by undo", nil)
	out, err := b.engine.Run(t.Context(), alice, s, comment(i.Identifier, "Gone by undo"), assistant.RunOptions{Seed: "env-2"})
	if err != nil || out.Results[0].Comment.URL == "" {
		t.Fatalf("comment = %+v, %v", out, err)
	}
	if _, err := b.engine.Undo(t.Context(), alice, s, out.ProposalID); err != nil {
		t.Fatal(err)
	}
	if n := len(b.linear.Comments(i.Identifier)); n != 0 {
		t.Errorf("%d comments after undo", n)
	}
	if _, err := b.engine.Undo(t.Context(), alice, s, ""); err != nil { // the create is the latest now
		t.Fatal(err)
	}
	if now, ok := b.linear.Issue(i.ID); ok && !now.Trashed {
		t.Error("the created issue is not in the trash")
	}
}

func TestPartialFailureAndRetry(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	var plan assistant.Plan
	var ids []string
	for n := range 5 {
		i := b.issue(s, fmt.Sprintf("Bulk %d", n), nil)
		ids = append(ids, i.Identifier)
		plan = steps(plan, update(i.Identifier, "state", "In Review"))
	}
	p := b.propose(alice, s, plan)
	b.linear.Fault(lineartest.Fault{Op: "IssueUpdate", Times: 2, Reply: lineartest.Errors(lineartest.GraphQLError{Message: "No.", Type: "forbidden", Code: "FORBIDDEN"})})
	out, err := b.engine.Apply(t.Context(), alice, s, p.ID)
	if err != nil || out.Failed() != 2 {
		t.Fatalf("Apply = %d failed, %v; want 2 (200 with errors is a failure)", out.Failed(), err)
	}
	for _, r := range out.Results {
		if r.Err != nil && !errors.Is(r.Err, linear.ErrForbidden) {
			t.Errorf("failure = %v, want forbidden", r.Err)
		}
	}
	b.restart()
	s = b.session(aliceMail)
	out, err = b.engine.RetryFailed(t.Context(), alice, s, p.ID)
	if err != nil || out.Failed() != 0 || len(out.Results) != 5 {
		t.Fatalf("RetryFailed = %+v, %v", out, err)
	}
	if _, err := b.engine.RetryFailed(t.Context(), alice, s, p.ID); !errors.Is(err, assistant.ErrAlready) {
		t.Errorf("a second retry = %v, want ErrAlready", err)
	}
	if _, err := b.engine.Undo(t.Context(), alice, s, p.ID); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if got := b.state(id); got != "Todo" {
			t.Errorf("%s is %s after undo all", id, got)
		}
	}
}

func TestNothingChangedStaysOpen(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Refused first", nil)
	p := b.propose(alice, s, update(i.Identifier, "state", "In Review"))
	undo := b.linear.Fault(lineartest.Fault{Op: "IssueUpdate", Reply: lineartest.Errors(lineartest.GraphQLError{Message: "No.", Type: "forbidden"})})
	out, err := b.engine.Apply(t.Context(), alice, s, p.ID)
	if err != nil || out.Failed() != 1 || !out.UndoUntil.IsZero() {
		t.Fatalf("Apply = %+v, %v; want one failure and nothing to undo", out, err)
	}
	undo()
	out, err = b.engine.RetryFailed(t.Context(), alice, s, p.ID)
	if err != nil || out.Failed() != 0 || b.state(i.Identifier) != "In Review" {
		t.Errorf("RetryFailed = %+v, %v", out, err)
	}
}

func TestLinearDownBeforeApply(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Linear is down", nil)
	p := b.propose(alice, s, update(i.Identifier, "state", "In Review"))
	undo := b.linear.Fault(lineartest.Fault{Path: "/graphql", Reply: lineartest.Unauthenticated()})
	if _, err := b.engine.Apply(t.Context(), alice, s, p.ID); !errors.Is(err, linear.ErrUnauthenticated) {
		t.Fatalf("Apply = %v", err)
	}
	undo()
	if out, err := b.engine.Apply(t.Context(), alice, s, p.ID); err != nil || out.Failed() != 0 {
		t.Errorf("Apply after it = %+v, %v", out, err)
	}
}

func TestLostAnswersCreateExactlyOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	before := len(b.linear.Issues())
	b.linear.Fault(lineartest.Fault{Op: "IssueCreate", Times: 1, Lose: true})
	out, err := b.engine.Run(t.Context(), alice, s, create(map[string]any{"team": "ENG", "title": "Lost"}), assistant.RunOptions{Seed: "env-9"})
	if err != nil || out.Failed() != 0 || out.Results[0].Issue.Identifier == "" {
		t.Fatalf("Run = %+v, %v", out, err)
	}
	if n := len(b.linear.Issues()) - before; n != 1 {
		t.Errorf("%d issues, want 1", n)
	}
}

// The same command again, as after a crash before its envelope was finished,
// gives the outcome of the first time.
func TestRunIsOncePerSeed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	before := len(b.linear.Issues())
	plan := create(map[string]any{"team": "ENG", "title": "Once"})

	ctx, kill := context.WithCancel(t.Context())
	undo := b.linear.Fault(lineartest.Fault{Op: "IssueCreate", Times: 1, Hold: time.Hour})
	died := make(chan error)
	go func() {
		_, err := b.engine.Run(ctx, alice, s, plan, assistant.RunOptions{Seed: "env-1"})
		died <- err
	}()
	waitFor(t, b, func() bool { return len(b.linear.Issues()) == before+1 })
	kill()
	if err := <-died; err == nil {
		t.Fatal("the first Run was to die")
	}
	undo()
	b.restart()
	s = b.session(aliceMail)
	var identifiers []string
	for range 3 {
		out, err := b.engine.Run(t.Context(), alice, s, plan, assistant.RunOptions{Seed: "env-1"})
		if err != nil || out.Failed() != 0 {
			t.Fatalf("Run again = %+v, %v", out, err)
		}
		identifiers = append(identifiers, out.Results[0].Issue.Identifier)
	}
	if n := len(b.linear.Issues()) - before; n != 1 || len(slices.Compact(identifiers)) != 1 {
		t.Errorf("%d issues made, identifiers %v; want one", n, identifiers)
	}
	if out, err := b.engine.Run(t.Context(), bob, b.session(bobMail), plan, assistant.RunOptions{Seed: "env-1"}); err != nil || out.Results[0].Issue.Identifier == identifiers[0] {
		t.Errorf("another person with the same seed got %+v, %v; want an issue of their own", out, err)
	}
}

func TestNoChange(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.session(aliceMail), b.session(bobMail)
	i := b.issue(s, "Already there", nil)
	out, err := b.engine.Run(t.Context(), alice, s, update(i.Identifier, "state", "Todo"), assistant.RunOptions{Seed: "e1"})
	if err != nil || out.ProposalID != "" || len(out.Unchanged) != 1 {
		t.Errorf("Run = %+v, %v; want unchanged", out, err)
	}
	d, _ := other.CachedDirectory()
	done, err := d.State(i.Team.ID, "Done")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.UpdateIssue(t.Context(), i.ID, linear.IssueUpdate{StateID: new(done.ID)}); err != nil {
		t.Fatal(err)
	}
	// Alice's last copy says Todo. It must not be believed.
	out, err = b.engine.Run(t.Context(), alice, s, update(i.Identifier, "state", "Todo"), assistant.RunOptions{Seed: "e2"})
	if err != nil || len(out.Results) != 1 || b.state(i.Identifier) != "Todo" {
		t.Errorf("Run = %+v, %v, state %s; want it moved back", out, err, b.state(i.Identifier))
	}
	p, err := b.engine.Propose(t.Context(), alice, s, update(i.Identifier, "state", "Todo"))
	if err != nil || p.ID != "" || len(p.Unchanged) != 1 {
		t.Errorf("Propose = %+v, %v; want nothing to apply", p, err)
	}
}

func TestSeveralStepsOnOneIssueAreOneChange(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Twice", map[string]any{"labels": []string{"bug"}})
	p := b.propose(alice, s, steps(update(i.Identifier, "state", "In Progress", "addLabels", []string{"infra"}),
		update(i.ID, "state", "In Review", "addLabels", []string{"feature"}, "removeLabels", []string{"bug"}), update(i.Identifier, "priority", "none")))
	if len(p.Changes) != 1 || len(p.Changes[0].Fields) != 2 {
		t.Fatalf("changes = %+v, want one with state and labels", p.Changes)
	}
	if f := p.Changes[0].Fields[1]; f.From != "bug" || f.To != "feature, infra" {
		t.Errorf("labels = %+v", f)
	}
	if out, err := b.engine.Apply(t.Context(), alice, s, p.ID); err != nil || out.Failed() != 0 {
		t.Fatalf("Apply = %+v, %v", out, err)
	}
	now, _ := b.linear.Issue(i.ID)
	if got := slices.Sorted(slices.Values(now.Labels)); !slices.Equal(got, []string{"feature", "infra"}) || now.State != "In Review" {
		t.Errorf("now %v %s", got, now.State)
	}
}

func TestSelectedIssues(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	var made []string
	for n := range 60 {
		made = append(made, b.issue(s, fmt.Sprintf("zebra %02d", n), nil).Identifier)
	}
	pick := func(sel string, list map[string]any) (assistant.Prepared, error) {
		if list == nil {
			list = map[string]any{"query": "zebra", "team": "ENG"}
		}
		return b.engine.Prepare(t.Context(), alice, s, assistant.Plan{Steps: []assistant.Step{
			{Tool: linear.ToolList, Input: list}, {Tool: linear.ToolUpdate, Input: map[string]any{"issueId": sel, "priority": "high"}},
		}})
	}
	one := map[string]string{"$0.oldest": made[0], "$0.newest": made[59], "$0.first": made[59], "$0.last": made[0], "$0.2": made[58]}
	for sel, want := range one {
		got, err := pick(sel, nil)
		if err != nil || len(got.Changes) != 1 || got.Changes[0].Issue.Identifier != want {
			t.Errorf("%s = %+v, %v; want %s", sel, got.Changes, err, want)
		}
	}
	if got, err := pick("$0.oldest", map[string]any{"query": "zebra", "team": "ENG", "first": 5}); err != nil || got.Changes[0].Issue.Identifier != made[55] {
		t.Errorf("the oldest of the 5 newest = %+v, %v; want %s", got.Changes, err, made[55])
	}
	if _, err := pick("$0.all", nil); !errors.Is(err, assistant.ErrTooManyChanges) {
		t.Errorf("all of 60 = %v, want too many", err)
	}
	if got, err := pick("$0.oldest", map[string]any{"query": "no such word", "team": "ENG"}); err != nil || !got.Empty || len(got.Changes) != 0 {
		t.Errorf("of an empty list = %+v, %v", got, err)
	}
	got, err := pick("$0.only", map[string]any{"query": "zebra", "team": "ENG", "first": 3})
	if err != nil || len(got.Changes) != 0 || len(got.Questions) != 1 || len(got.Questions[0].Candidates) != 3 {
		t.Errorf("the only of three = %+v, %v; want a question", got, err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Guarded", nil)
	refused := map[string]assistant.Plan{
		"delete":           query(`mutation { issueDelete(id: "`+i.Identifier+`") { success } }`, nil),
		"archive":          query(`mutation { issueArchive(id: "`+i.Identifier+`") { success } }`, nil),
		"trash":            query(`mutation { issueUpdate(id: "`+i.Identifier+`", input: {trashed: true}) { success } }`, nil),
		"trash by default": query(`mutation M($i: IssueUpdateInput! = {trashed: true}) { issueUpdate(id: "`+i.Identifier+`", input: $i) { success } }`, nil),
		"two at once":      query(`mutation { a: issueUpdate(id: "1", input: {priority: 1}) { success } b: issueUpdate(id: "2", input: {priority: 1}) { success } }`, nil),
	}
	before := b.mutations()
	for name, plan := range refused {
		if _, err := b.engine.Propose(t.Context(), alice, s, plan); err == nil {
			t.Errorf("%s was proposed", name)
		} else if _, ok := errors.AsType[*assistant.RefusedError](err); !ok {
			t.Errorf("%s = %v, want refused", name, err)
		}
	}
	if _, err := b.engine.Propose(t.Context(), alice, s, update("ENG-99999", "state", "Done")); !errors.Is(err, linear.ErrNotFound) {
		t.Errorf("an unknown issue = %v", err)
	}
	if _, ok := errors.AsType[*linear.NameError](second(b.engine.Propose(t.Context(), alice, s, update(i.Identifier, "state", "In QA")))); !ok {
		t.Error("an unknown state is no NameError")
	}
	if n := b.mutations() - before; n != 0 {
		t.Errorf("%d mutations were sent", n)
	}
}

func second[T any](_ T, err error) error { return err }

// A mutation that a tool does as well gets the tool's preview and undo.
func TestMutationsBecomeTools(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Rewritten", nil)
	d, _ := s.CachedDirectory()
	review, err := d.State(i.Team.ID, "In Review")
	if err != nil {
		t.Fatal(err)
	}
	p := b.propose(alice, s, steps(
		query(`mutation M($id: String!, $s: String) { issueUpdate(id: $id, input: {stateId: $s, priority: 2}) { success } }`, map[string]any{"id": i.Identifier, "s": review.ID}),
		query(`mutation { issueCreate(input: {teamId: "`+i.Team.ID+`", title: "By mutation"}) { success } }`, nil),
		query(`mutation { issueSubscribe(id: "`+i.ID+`") { success } }`, nil)))
	var kinds []assistant.ChangeKind
	for _, c := range p.Changes {
		kinds = append(kinds, c.Kind)
	}
	if want := []assistant.ChangeKind{assistant.ChangeUpdate, assistant.ChangeCreate, assistant.ChangeQuery}; !slices.Equal(kinds, want) {
		t.Fatalf("kinds = %v, want %v", kinds, want)
	}
	if out, err := b.engine.Apply(t.Context(), alice, s, p.ID); err != nil || out.Failed() != 0 {
		t.Fatalf("Apply = %+v, %v", out, err)
	}
	if got := b.state(i.Identifier); got != "In Review" {
		t.Errorf("state = %s", got)
	}
}

func TestAuditNamesWhatWasDone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "A title nobody may log", nil)
	if _, err := b.engine.Run(t.Context(), alice, s, update(i.Identifier, "state", "In Review"), assistant.RunOptions{Seed: "e"}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.engine.Undo(t.Context(), alice, s, ""); err != nil {
		t.Fatal(err)
	}
	entries, err := b.db.Audit(t.Context(), store.AuditFilter{Key: aliceKey})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Action+" "+e.Target+" "+e.Result+" "+e.Ref+" "+e.Source)
	}
	want := []string{
		"undo " + i.Identifier + " ok ref00001 command", "linear_issue_update " + i.Identifier + " ok ref00001 command",
		"linear_issue_create " + i.Identifier + " ok ref00001 command",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}
