package store

import (
	"context"
	"fmt"
	"time"
)

// Sealed counts the cells of one table that begin alike: the beginning of a sealed
// cell names the key that sealed it.
type Sealed struct {
	Table  string
	Prefix []byte
	Cells  int
	Until  time.Time // when the last of them goes by itself; zero: they stay
}

// sealPrefix is how much of a cell names its key, in bytes.
const sealPrefix = 5

// SealedCells counts everything that is stored sealed, by table and by the first
// bytes of the cells. Expired rows that are not purged yet count.
func (db *DB) SealedCells(ctx context.Context) ([]Sealed, error) {
	const query = `
		SELECT 'accounts', substr(sealed, 1, $1), count(*), NULL FROM accounts WHERE sealed IS NOT NULL GROUP BY 2
		UNION ALL SELECT 'candidates', substr(sealed, 1, $1), count(*), max(code_until) FROM candidates GROUP BY 2
		UNION ALL SELECT 'tickets', substr(body, 1, $1), count(*), max(expires_at) FROM tickets WHERE body IS NOT NULL GROUP BY 2
		UNION ALL SELECT 'memory', substr(body, 1, $1), count(*), max(expires_at) FROM memory WHERE body IS NOT NULL GROUP BY 2
		UNION ALL SELECT 'proposals', substr(body, 1, $1), count(*), CASE WHEN count(*) = count(expires_at) THEN max(expires_at) END
			FROM proposals WHERE body IS NOT NULL GROUP BY 2
		UNION ALL SELECT 'inbox', substr(body, 1, $1), count(*), NULL FROM inbox WHERE body IS NOT NULL GROUP BY 2`
	rows, err := db.read.QueryContext(ctx, query, sealPrefix)
	all, err := collect(rows, err, func(r row) (s Sealed, err error) {
		return s, r.Scan(&s.Table, &s.Prefix, &s.Cells, instant{&s.Until})
	})
	if err != nil {
		return nil, fmt.Errorf("count sealed cells: %w", err)
	}
	return all, nil
}
