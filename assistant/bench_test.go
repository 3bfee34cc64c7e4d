package assistant_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

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

func (g gcm) Seal(plain, ad []byte) ([]byte, error) { return g.AEAD.Seal(nil, nil, plain, ad), nil }

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

// waitFor waits for a state of the server, woken by each of its changes.
func waitFor(t *testing.T, b *bench, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := b.linear.Await(ctx, holds); err != nil {
		t.Fatal(err)
	}
}

func second[T any](_ T, err error) error { return err }
