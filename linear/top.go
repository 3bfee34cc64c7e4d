package linear

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// batch is where a page of SortTop lies: in which 50 issues, and behind how many
// of them. Linear's own sort argument is marked internal, and sorting everything
// takes a request for each 50; this takes one, however many there are.
type batch struct {
	after, before string // Linear's cursors; both empty: the first 50
	offset        int    // -1: the last page of the batch
}

func (b batch) cursor() string {
	if b.before != "" {
		return fmt.Sprintf("top:%d:b:%s", b.offset, b.before)
	}
	return fmt.Sprintf("top:%d:a:%s", b.offset, b.after)
}

func readBatch(cursor string) (batch, error) {
	if cursor == "" {
		return batch{}, nil
	}
	parts := strings.SplitN(cursor, ":", 4)
	if len(parts) == 4 && parts[0] == "top" {
		if n, err := strconv.Atoi(parts[1]); err == nil && n >= -1 {
			if parts[2] == "b" {
				return batch{before: parts[3], offset: n}, nil
			}
			return batch{after: parts[3], offset: n}, nil
		}
	}
	return batch{}, &Error{Op: "Issues", kind: ErrInvalidInput, Message: "unknown cursor", Fields: []string{"after"}}
}

// top reads one batch, sorts it and cuts the page out of it.
func (s *Session) top(ctx context.Context, q IssueQuery) (IssuePage, error) {
	at, err := readBatch(q.After + q.Before)
	if err != nil {
		return IssuePage{}, err
	}
	all, err := s.page(ctx, IssueQuery{Filter: q.Filter, Sort: SortUpdated, First: maxPage, After: at.after, Before: at.before})
	if err != nil {
		return IssuePage{}, err
	}
	slices.SortStableFunc(all.Issues, orders[SortPriority])
	n := len(all.Issues)
	if at.offset < 0 {
		at.offset = max(0, (n-1)/q.First*q.First)
	}
	from := min(at.offset, n)
	to := min(from+q.First, n)
	cut := IssuePage{Issues: all.Issues[from:to], Truncated: all.HasMore || all.HasPrevious}
	next, back := at, at
	next.offset, back.offset = to, max(0, from-q.First)
	if to == n {
		next = batch{after: all.After}
	}
	if from == 0 {
		back = batch{before: all.Before, offset: -1}
	}
	if cut.HasMore = to < n || all.HasMore; cut.HasMore {
		cut.After = next.cursor()
	}
	if cut.HasPrevious = from > 0 || all.HasPrevious; cut.HasPrevious {
		cut.Before = back.cursor()
	}
	return cut, nil
}
