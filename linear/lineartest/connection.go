package lineartest

// connection is a page of nodes the way each …Connection of the schema shows it.
type connection[N any] struct {
	Nodes      []N
	PageInfo   pageInfo
	TotalCount float64 // shown by searches only
	cursors    []string
}

type edge[N any] struct {
	Cursor string
	Node   N
}

type pageInfo struct {
	HasNextPage, HasPreviousPage bool
	StartCursor, EndCursor       *string
}

func (c *connection[N]) Edges() []edge[N] {
	out := make([]edge[N], len(c.Nodes))
	for i, n := range c.Nodes {
		out[i] = edge[N]{c.cursors[i], n}
	}
	return out
}

// filteredArgs are the arguments of a connection with a filter.
type filteredArgs struct {
	pageArgs
	Filter input
}

// connect filters, orders and cuts rows, and makes their nodes.
func connect[T filterable, N any](rows []T, a filteredArgs, c *call, node func(T) N) (*connection[N], error) {
	kept, err := keep(c, rows, a.Filter)
	if err != nil {
		return nil, err
	}
	return connectAll(kept, a.pageArgs, node)
}

// connectAll is connect for rows that no filter reaches.
func connectAll[T rowOf, N any](rows []T, a pageArgs, node func(T) N) (*connection[N], error) {
	p, err := cut(rows, a)
	if err != nil {
		return nil, err
	}
	out := &connection[N]{
		Nodes: make([]N, len(p.rows)), cursors: p.cursors, TotalCount: float64(p.total),
		PageInfo: pageInfo{HasNextPage: p.hasNext, HasPreviousPage: p.hasPrior},
	}
	for i, r := range p.rows {
		out.Nodes[i] = node(r)
	}
	if n := len(p.cursors); n > 0 {
		out.PageInfo.StartCursor, out.PageInfo.EndCursor = &p.cursors[0], &p.cursors[n-1]
	}
	return out, nil
}
