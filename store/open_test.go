package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"linearbot/store"
	"linearbot/store/storetest"
)

func TestOpenNamesAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(filepath.Join(dir, "linked.db"), link); err != nil {
		t.Fatal(err)
	}
	for _, dsn := range []string{
		"sqlite:" + filepath.Join(dir, "one.db"),
		"sqlite://" + filepath.Join(dir, "two.db"),
		"sqlite:" + filepath.Join(dir, "a b%20#ü.db"),
		"sqlite:" + link, // what it leads to is not there yet
	} {
		db, err := store.Open(t.Context(), dsn)
		if err != nil {
			t.Fatalf("Open(%s) = %v", dsn, err)
		}
		if err := errors.Join(db.Ping(t.Context()), db.Close()); err != nil {
			t.Errorf("Ping and Close of %s = %v", dsn, err)
		}
		path := strings.TrimPrefix(strings.TrimPrefix(dsn, "sqlite:"), "//")
		info, err := os.Stat(path)
		if err != nil {
			t.Fatalf("after Open(%s): %v", dsn, err)
		}
		if info.Mode() != 0o600 {
			t.Errorf("mode of a new file = %v, want 0600", info.Mode())
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 4 {
		t.Errorf("files left = %v, %v, want the four databases alone", files, err)
	}
}

func TestOpenSidecarsAreOwnerOnly(t *testing.T) {
	t.Parallel()
	dsn := storetest.FreshFile(t)
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() // not what is tested
	for _, suffix := range []string{"-wal", "-shm"} {
		info, err := os.Stat(strings.TrimPrefix(dsn, "sqlite:") + suffix)
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v, want 0600", suffix, info, err)
		}
	}
}

func TestOpenSaysWhatToDo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(dir, "newer.db")
	writeNewer(t, newer)
	nowhere := filepath.Join(dir, "link.db")
	if err := os.Symlink(filepath.Join(dir, "none", "bot.db"), nowhere); err != nil {
		t.Fatal(err)
	}
	stranger, cousin, damaged := filepath.Join(dir, "stranger.db"), filepath.Join(dir, "cousin.db"), filepath.Join(dir, "damaged.db")
	execute(t, stranger, `CREATE TABLE accounts (name TEXT)`)
	execute(t, cousin, `CREATE TABLE goose_db_version (version_id BIGINT); CREATE TABLE accounts (name TEXT)`)
	writeDamaged(t, damaged)
	tests := []struct{ name, dsn, want string }{
		{"no scheme", "linearbot.db", "write sqlite:path"},
		{"another database", "postgres://localhost/bot", `scheme "postgres" is not known`},
		{"no file", "sqlite:", "names no file"},
		{"memory", "sqlite::memory:", "names no file"},
		{"options", "sqlite:bot.db?cache=shared", "without options"},
		{"no directory", "sqlite:" + dir + "/none/bot.db", dir + "/none/bot.db: its directory does not exist"},
		{"a directory", "sqlite:" + dir, dir + ": name a file in DATABASE_URL"},
		{"a device", "sqlite:" + os.DevNull, os.DevNull + ": name a file in DATABASE_URL"},
		{"a link to nowhere", "sqlite:" + nowhere, nowhere + ": its directory does not exist"},
		{"another program's", "sqlite:" + stranger, "belongs to another program and was not touched"},
		{"another program's that keeps versions alike", "sqlite:" + cousin, "belongs to another program and was not touched"},
		{"a damaged one", "sqlite:" + damaged, "the file is damaged; restore a backup"},
		{"a text", "sqlite:" + text, text + ": the file is not a SQLite database"},
		{"a newer schema", "sqlite:" + newer, "written by a newer linearbot"},
	}
	for _, test := range tests {
		db, err := store.Open(t.Context(), test.dsn)
		if err == nil {
			t.Errorf("%s: Open(%s) = nil, want an error", test.name, test.dsn)
			_ = db.Close() // the error above tells it
			continue
		}
		if !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: Open(%s) = %q, want %q in it", test.name, test.dsn, err, test.want)
		}
	}
	_, err := store.Open(t.Context(), "sqlite:"+dir+"/none/bot.db")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open in a missing directory = %v, want it to match fs.ErrNotExist", err)
	}
}

func writeNewer(t *testing.T, path string) {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	execute(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (900, 1)`)
}

// execute runs statements on a file as any other program would.
func execute(t *testing.T, path, statements string) {
	t.Helper()
	raw, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = raw.ExecContext(t.Context(), statements)
	if err := errors.Join(err, raw.Close()); err != nil {
		t.Fatal(err)
	}
}

// writeDamaged makes a database with noise in the place of its first tables.
func writeDamaged(t *testing.T, path string) {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	_, err = file.WriteAt(bytes.Repeat([]byte("noise!"), 8*page/6), page)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

// SQLite opens a file it may not write, and says so only at the first change.
func TestOpenRefusesAFileItMayNotWrite(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may write everything")
	}
	dsn := storetest.FreshFile(t)
	openTogether(t, dsn)
	if err := os.Chmod(strings.TrimPrefix(dsn, "sqlite:"), 0o400); err != nil {
		t.Fatal(err)
	}
	if db, err := store.Open(t.Context(), dsn); err == nil || !strings.Contains(err.Error(), "this user may not write the file") {
		t.Errorf("Open of a file without write permission = %v, %v", db, err)
	}
}

// What a full or read-only disk refuses, Ping does not call well.
func TestPingWrites(t *testing.T) {
	t.Parallel()
	dsn := storetest.FreshFile(t)
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() // not what is tested
	log := strings.TrimPrefix(dsn, "sqlite:") + "-wal"
	size := func() int64 {
		info, err := os.Stat(log)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	before := size()
	if err := db.Ping(t.Context()); err != nil || size() == before {
		t.Errorf("Ping = %v, write-ahead log %d → %d bytes: want it longer", err, before, size())
	}
}

func TestOpenTakesAnEmptyFile(t *testing.T) {
	t.Parallel()
	dsn := storetest.FreshFile(t)
	if err := os.WriteFile(strings.TrimPrefix(dsn, "sqlite:"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	openTogether(t, dsn)
}

func TestOpenTogether(t *testing.T) {
	t.Parallel()
	openTogether(t, storetest.FreshFile(t))
}

// openTogether opens one new file many times at once: all change its journal
// mode, all bring up its schema, all succeed.
func openTogether(t *testing.T, dsn string) {
	t.Helper()
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			db, err := store.Open(t.Context(), dsn)
			if err != nil {
				t.Errorf("Open = %v", err)
				return
			}
			if _, _, err := db.EnsureAccount(t.Context(), alice, "T024"); err != nil {
				t.Errorf("EnsureAccount = %v", err)
			}
			if err := db.Close(); err != nil {
				t.Errorf("Close = %v", err)
			}
		})
	}
	all.Wait()
}

func TestCloseLeavesOneFile(t *testing.T) {
	t.Parallel()
	dsn := storetest.FreshFile(t)
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	connect(t, db, alice)
	if err := db.Close(); err != nil {
		t.Fatalf("Close = %v", err)
	}
	files, err := os.ReadDir(filepath.Dir(strings.TrimPrefix(dsn, "sqlite:")))
	if err != nil || len(files) != 1 {
		t.Errorf("files = %v, %v, want the database alone", files, err)
	}
	db, err = store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() // not what is tested
	if a, err := db.Account(t.Context(), alice); a.State != store.Active || err != nil {
		t.Errorf("Account after reopening = %v, %v, want ACTIVE", a.State, err)
	}
}

// In a bubble time stands still until all wait, so this test hangs or panics if
// the store leaves a goroutine behind or waits for time itself.
func TestBubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := storetest.Open(t)
		a := connect(t, db, alice)
		start := time.Now()
		c, err := db.ClaimRefresh(t.Context(), a.ID, "a", start, 90*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(90 * time.Second) // the bubble's time
		due, err := db.Due(t.Context(), time.Now(), time.Minute, 10)
		if len(due) != 1 || err != nil {
			t.Errorf("Due after the lease = %v, %v, want the account", due, err)
		}
		again, err := db.ClaimRefresh(t.Context(), a.ID, "b", time.Now(), 90*time.Second)
		if err != nil || again.Epoch != c.Epoch+1 || !again.RefreshStartedAt.Equal(start) {
			t.Errorf("ClaimRefresh = %+v, %v, want the next epoch and the first start", again, err)
		}
	})
}
