package lineartest

import (
	"cmp"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pageArgs are the arguments of each connection.
type pageArgs struct {
	After, Before   *string
	First, Last     *int32
	IncludeArchived *bool
	OrderBy         *string
}

const (
	defaultPage = 50
	maxPage     = 250
)

// cursor is a place in a list ordered by (time, seq), newest first.
type cursor struct {
	at  time.Time
	seq int64
}

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte("c1:" + strconv.FormatInt(c.at.UnixNano(), 10) + ":" + strconv.FormatInt(c.seq, 10)))
}

var errCursor = errors.New("not a cursor of this server")

// parseCursor reads what String wrote; anything else is errCursor.
func parseCursor(s string) (cursor, error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return cursor{}, errCursor
	}
	rest, ok := strings.CutPrefix(string(raw), "c1:")
	at, seq, ok2 := strings.Cut(rest, ":")
	if !ok || !ok2 {
		return cursor{}, errCursor
	}
	ns, err1 := strconv.ParseInt(at, 10, 64)
	n, err2 := strconv.ParseInt(seq, 10, 64)
	c := cursor{at: time.Unix(0, ns).UTC(), seq: n}
	if err1 != nil || err2 != nil || c.String() != s {
		return cursor{}, errCursor
	}
	return c, nil
}

// compare orders a list newest first.
func (c cursor) compare(d cursor) int {
	return cmp.Or(d.at.Compare(c.at), cmp.Compare(d.seq, c.seq))
}

type rowOf interface{ row() *meta }

// placeOf is the row's cursor under the given order.
func placeOf(r rowOf, byUpdate bool) cursor {
	m := r.row()
	if byUpdate {
		return cursor{at: m.UpdatedAt, seq: m.seq}
	}
	return cursor{at: m.CreatedAt, seq: m.seq}
}

// page is one cut of an ordered list.
type page[T any] struct {
	rows              []T
	cursors           []string
	hasNext, hasPrior bool
	total             int
}

// cut orders rows newest first and takes the page that a asks for. It follows
// Linear: 1..250 rows, 50 when nothing is said, otherwise "Argument Validation Error".
func cut[T rowOf](rows []T, a pageArgs) (page[T], error) {
	size, fromEnd, err := a.size()
	if err != nil {
		return page[T]{}, err
	}
	byUpdate := a.OrderBy != nil && *a.OrderBy == "updatedAt"
	rows = filter(rows, func(r T) bool {
		return r.row().Archived.IsZero() || (a.IncludeArchived != nil && *a.IncludeArchived)
	})
	slices.SortStableFunc(rows, func(x, y T) int { return placeOf(x, byUpdate).compare(placeOf(y, byUpdate)) })
	p := page[T]{total: len(rows)}
	lo, hi := 0, len(rows)
	if a.After != nil {
		at, err := parseCursor(*a.After)
		if err != nil {
			return p, badArgument("after", "isCursor", "after must be a valid pagination cursor identifier")
		}
		for lo < hi && at.compare(placeOf(rows[lo], byUpdate)) >= 0 {
			lo++
		}
	}
	if a.Before != nil {
		at, err := parseCursor(*a.Before)
		if err != nil {
			return p, badArgument("before", "isCursor", "before must be a valid pagination cursor identifier")
		}
		for hi > lo && placeOf(rows[hi-1], byUpdate).compare(at) >= 0 {
			hi--
		}
	}
	if fromEnd {
		lo = max(lo, hi-size)
	} else {
		hi = min(hi, lo+size)
	}
	p.rows, p.hasPrior, p.hasNext = rows[lo:hi], lo > 0, hi < len(rows)
	for _, r := range p.rows {
		p.cursors = append(p.cursors, placeOf(r, byUpdate).String())
	}
	return p, nil
}

func (a pageArgs) size() (n int, fromEnd bool, err error) {
	for _, arg := range []struct {
		name string
		n    *int32
	}{{"first", a.First}, {"last", a.Last}} {
		switch {
		case arg.n == nil:
		case *arg.n < 1:
			return 0, false, badArgument(arg.name, "min", arg.name+" must not be less than 1")
		case *arg.n > maxPage:
			return 0, false, badArgument(arg.name, "max", arg.name+" must not be greater than 250")
		}
	}
	switch {
	case a.First != nil && a.Last != nil:
		return 0, false, badArgument("last", "exclusive", "first and last cannot be used together")
	case a.First != nil:
		return int(*a.First), false, nil
	case a.Last != nil:
		return int(*a.Last), true, nil
	}
	return defaultPage, a.Before != nil && a.After == nil, nil
}
