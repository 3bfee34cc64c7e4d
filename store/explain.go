package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// newerError says that a later program has changed the schema.
type newerError struct{ found, known int64 }

func (e *newerError) Error() string {
	return fmt.Sprintf("its tables are of version %d and this program knows %d", e.found, e.known)
}

// explain says what to do about a database that cannot be opened.
func explain(path string, err error) error {
	advice := cmp.Or(adviceOn(err), "see the cause")
	return fmt.Errorf("open database %s: %s: %w", path, advice, err)
}

func adviceOn(err error) string {
	if _, ok := errors.AsType[*newerError](err); ok {
		return "it was written by a newer linearbot; run that one, or restore a backup"
	}
	if errors.Is(err, errDirectory) {
		return "name a file in DATABASE_URL, such as linearbot.db in that directory"
	}
	if errors.Is(err, errNoFile) {
		return "name a file in DATABASE_URL"
	}
	if errors.Is(err, errStranger) {
		return "it belongs to another program and was not touched; change DATABASE_URL"
	}
	if errors.Is(err, fs.ErrNotExist) || systemError(err) == syscall.ENOENT {
		return "its directory does not exist; create it or change DATABASE_URL"
	}
	if errors.Is(err, fs.ErrPermission) {
		return "this user may not write there; change the owner of the directory or DATABASE_URL"
	}
	switch codeOf(err) {
	case sqlite3.ErrNotADB:
		return "the file is not a SQLite database; move it away or change DATABASE_URL"
	case sqlite3.ErrCorrupt:
		return "the file is damaged; restore a backup"
	case sqlite3.ErrCantOpen, sqlite3.ErrReadonly, sqlite3.ErrPerm:
		return "this user may not write the file and its directory; change their owner or DATABASE_URL"
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return "another process keeps it locked; stop that one first"
	case sqlite3.ErrFull:
		return "the disk is full; make room"
	}
	return ""
}

// codeOf is SQLite's error code in err, 0 if there is none.
func codeOf(err error) sqlite3.ErrNo {
	failure, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return 0
	}
	return failure.Code
}

// systemError is the cause below an error of SQLite's, 0 if there is none.
func systemError(err error) syscall.Errno {
	failure, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return 0
	}
	return failure.SystemErrno
}
