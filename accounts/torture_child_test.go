//go:build linux

package accounts_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/mattn/go-sqlite3"
	"golang.org/x/sync/errgroup"

	"linearbot/accounts"
	"linearbot/linear"
	"linearbot/linear/lineartest"
	"linearbot/store"
)

// tortureChild holds the childConfig of the processes that TestTorture starts.
const tortureChild = "ACCOUNTS_TORTURE_CHILD"

// processHeader names the process that sent a request.
const processHeader = "X-Process"

// point is a moment of a refresh at which a process dies.
type point string

const (
	nowhere      point = ""
	writesIntent point = "in the commit of the intent" // half of it is in the write-ahead log
	beforeSend   point = "before send"
	afterSend    point = "after send"
	afterAnswer  point = "after the answer"
	writesSave   point = "in the commit of the save" // half of it is in the write-ahead log
	afterSave    point = "after the commit"
)

// childConfig is what a process of the bot is started with.
type childConfig struct {
	DB, Socket, Owner string
	Keyring           json.RawMessage
	Parallel          int
	Die               point
	Nth               int64 // at the how manieth time it gets there
	DiskFull          bool  // at writesSave the disk is full instead, and stays so
}

// order is what a process is told to do, and what time it is then.
type order struct {
	At   time.Time
	Do   string // "sweep", "use", "disconnect", "reconnect"
	Keys []store.Key
}

// outcome is its answer.
type outcome struct {
	accounts.RefreshReport
	Failed int // of Keys
	Err    string
}

// TestTortureChild is one process of TestTorture: the real Manager on the real
// file. Its clock is a bubble's, so that its parent says what time it is; it
// stands still while the process waits for the network or the disk.
func TestTortureChild(t *testing.T) {
	text := os.Getenv(tortureChild)
	if text == "" {
		t.Skip("runs in the processes that TestTorture starts")
	}
	c := &child{}
	if err := json.Unmarshal([]byte(text), &c.childConfig); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, c.serve)
}

type child struct {
	childConfig
	m       *accounts.Manager
	http    *http.Client
	times   atomic.Int64
	tearing atomic.Bool // the transaction under way is not to be committed whole
	shm     *os.File    // kept open: closing it would drop SQLite's locks
}

func (c *child) serve(t *testing.T) {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.NewFile(3, "outcomes"))
	var o order
	for in.Decode(&o) == nil { // its end is the parent's wish that we end
		time.Sleep(time.Until(o.At))
		if c.m == nil {
			c.open(t)
		}
		if err := out.Encode(c.do(t.Context(), o)); err != nil {
			t.Fatal(err)
		}
		o = order{}
	}
}

func (c *child) open(t *testing.T) {
	if c.Die == writesIntent || c.Die == writesSave {
		c.watchCommits(t)
	}
	db, err := store.Open(t.Context(), "sqlite:"+c.DB)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // the parent looks at the file
	ring, err := accounts.LoadKeyring(c.Keyring)
	if err != nil {
		t.Fatal(err)
	}
	c.http = &http.Client{Transport: c}
	const host = "http://linear.test"
	c.m, err = accounts.New(accounts.Config{
		DB: db, Keyring: ring, HTTP: c.http, Owner: c.Owner, Parallel: c.Parallel,
		Linear: linear.New(linear.Config{APIURL: host, HTTP: c.http}), Log: slog.New(c),
		ClientID: lineartest.DefaultApp.ClientID, ClientSecret: accounts.NewSecret(lineartest.DefaultApp.ClientSecret),
		AuthURL: host, APIURL: host, PublicURL: public, Actor: "user", Scopes: []string{"read", "write"}, Verify: accounts.VerifyOff,
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (c *child) do(ctx context.Context, o order) (out outcome) {
	each := func(f func(store.Key) error) {
		var failed atomic.Int64
		var g errgroup.Group
		g.SetLimit(8)
		for _, k := range o.Keys {
			g.Go(func() error {
				if err := f(k); err != nil {
					failed.Add(1)
					return fmt.Errorf("%s %s: %w", o.Do, k, err)
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			out.Err = err.Error()
		}
		out.Failed = int(failed.Load())
	}
	switch o.Do {
	case "sweep":
		var err error
		if out.RefreshReport, err = c.m.RefreshDue(ctx); err != nil {
			out.Err = err.Error()
		}
	case "use":
		each(func(k store.Key) error {
			s, err := c.m.Session(ctx, k)
			if err == nil {
				_, err = s.Viewer(ctx)
			}
			return err
		})
	case "disconnect":
		each(func(k store.Key) error { return c.m.Disconnect(ctx, k) })
	case "reconnect":
		each(func(k store.Key) error { return c.reconnect(ctx, k) })
	}
	return out
}

// reconnect goes from the link to the callback; the parent presses Approve.
func (c *child) reconnect(ctx context.Context, k store.Key) error {
	link, err := c.m.AuthorizationLink(ctx, person(k.UserID, "alice@acme.test"))
	if err != nil {
		return err
	}
	to, err := c.m.Begin(ctx, link.URL[len(public+"/connect/"):])
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://linear.test"+approvePath+"?to="+url.QueryEscape(to.URL), nil)
	if err != nil {
		return err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	back, err := io.ReadAll(res.Body)
	_ = res.Body.Close() // read to its end
	if err != nil {
		return err
	}
	u, err := url.Parse(string(back))
	if err != nil {
		return err
	}
	_, err = c.m.Complete(ctx, accounts.Callback{State: u.Query().Get("state"), Code: u.Query().Get("code"), Cookie: to.Cookie.Value})
	return err
}

// reach kills this process if it is to die here.
func (c *child) reach(p point) {
	if c.Die == p && c.times.Add(1) == c.Nth {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL) // cannot fail
		for {                                          // the signal is on its way
			runtime.Gosched()
		}
	}
}

// RoundTrip sends requests to the parent's socket and knows the moments around them.
func (c *child) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set(processHeader, c.Owner)
	if r.URL.Path != tokenPath {
		return c.transport().RoundTrip(r)
	}
	c.reach(beforeSend)
	r = r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { c.reach(afterSend) },
	}))
	res, err := c.transport().RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close() // read to its end
	if err != nil {
		return nil, err
	}
	c.reach(afterAnswer)
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// transport keeps no connection: an idle one would hold the clock of the bubble.
func (c *child) transport() *http.Transport {
	return &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", c.Socket)
	}}
}

// Enabled, Handle, WithAttrs and WithGroup make child a slog.Handler: the line
// that a refresh is over is the first thing after its commit.
func (c *child) Enabled(context.Context, slog.Level) bool { return true }

func (c *child) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "account refreshed" {
		c.reach(afterSave)
	}
	return nil
}

func (c *child) WithAttrs([]slog.Attr) slog.Handler { return c }
func (c *child) WithGroup(string) slog.Handler      { return c }

// watchCommits makes SQLite tell which transaction writes an intent or a pair,
// and when it is about to be committed.
func (c *child) watchCommits(t *testing.T) {
	probe, err := sql.Open("sqlite3", "")
	if err != nil {
		t.Fatal(err)
	}
	driver := probe.Driver().(*sqlite3.SQLiteDriver) // the one that store uses
	_ = probe.Close()                                // it never had a connection
	driver.ConnectHook = func(conn *sqlite3.SQLiteConn) error {
		const triggers = `
			CREATE TEMP TRIGGER writes_intent AFTER UPDATE OF epoch ON main.accounts WHEN NEW.epoch > OLD.epoch
			BEGIN SELECT torture_writes('` + string(writesIntent) + `'); END;
			CREATE TEMP TRIGGER writes_save AFTER UPDATE OF version ON main.accounts WHEN NEW.version > OLD.version
			BEGIN SELECT torture_writes('` + string(writesSave) + `'); END;`
		note := func(p string) int64 {
			if point(p) == c.Die && c.times.Add(1) >= c.Nth {
				c.tearing.Store(true)
			}
			return 0
		}
		if err := conn.RegisterFunc("torture_writes", note, false); err != nil {
			return err
		}
		if _, err := conn.Exec(triggers, nil); err != nil {
			return nil // a connection that only reads
		}
		c.shm, err = os.Open(c.DB + "-shm")
		conn.RegisterCommitHook(func() int {
			if c.tearing.Swap(false) {
				c.tear()
			}
			return 0
		})
		return err
	}
}

// tear lets the write-ahead log grow to somewhere inside the frames of the commit
// that begins now, and no further: the write that would go beyond kills the
// process, or fails as on a full disk.
func (c *child) tear() {
	var frames [4]byte
	if _, err := c.shm.ReadAt(frames[:], 16); err != nil { // mxFrame (https://sqlite.org/walformat.html §2.1)
		panic(err)
	}
	const header, frame = 32, 24 + 4096
	limit := header + uint64(binary.NativeEndian.Uint32(frames[:]))*frame + rand.Uint64N(2*frame)
	if !c.DiskFull {
		var byDefault [8]uintptr // the runtime ignores this signal; the kernel's way with it is to kill
		_, _, no := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(syscall.SIGXFSZ), uintptr(unsafe.Pointer(&byDefault)), 0, 8, 0, 0)
		if no != 0 {
			panic(no)
		}
	}
	for what, most := range map[int]uint64{syscall.RLIMIT_CORE: 0, syscall.RLIMIT_FSIZE: limit} {
		if err := syscall.Setrlimit(what, &syscall.Rlimit{Cur: most, Max: math.MaxUint64}); err != nil {
			panic(err)
		}
	}
}
