package linear

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	readNamesWithin = 30 * time.Second
	maxMorePages    = 24 // extra pages of each kind of name: some 700 teams, 6,000 people, 6,000 labels
	maxLargeTeams   = 10 // teams whose members are read by a request of their own
)

// connection is one page of anything.
type connection[T any] struct {
	Nodes    []T `json:"nodes"`
	PageInfo struct {
		HasNextPage     bool   `json:"hasNextPage"`
		HasPreviousPage bool   `json:"hasPreviousPage"`
		StartCursor     string `json:"startCursor"`
		EndCursor       string `json:"endCursor"`
	} `json:"pageInfo"`
}

type wireTeam struct {
	TeamRef
	EstimationType string            `json:"issueEstimationType"`
	EstimateZero   bool              `json:"issueEstimationAllowZero"`
	EstimateMore   bool              `json:"issueEstimationExtended"`
	DefaultState   *Ref              `json:"defaultIssueState"`
	States         connection[State] `json:"states"`
	Members        connection[Ref]   `json:"members"`
	Cycles         connection[Cycle] `json:"cycles"`
	Templates      connection[Ref]   `json:"templates"`
}

type wireProject struct {
	Project
	Status struct {
		Type string `json:"type"`
	} `json:"status"`
	Teams connection[Ref] `json:"teams"`
}

type wireNames struct {
	Viewer   Viewer                  `json:"viewer"`
	Teams    connection[wireTeam]    `json:"teams"`
	Users    connection[User]        `json:"users"`
	Labels   connection[Label]       `json:"issueLabels"`
	Projects connection[wireProject] `json:"projects"`
	Recent   connection[Issue]       `json:"issues"`
}

// Directory is the snapshot of names this person can see. It is read with one
// request when the workspace fits one page, kept for five minutes, and then
// served for up to an hour while one refresh runs behind it.
func (s *Session) Directory(ctx context.Context) (*Directory, error) {
	held, _ := s.CachedDirectory()
	if held != nil && time.Since(held.FetchedAt) < nameLife {
		return held, nil
	}
	wait := s.readNames(ctx)
	if held != nil && time.Since(held.FetchedAt) < staleLife {
		return held, nil
	}
	return wait()
}

// CachedDirectory is the snapshot at hand, of any age, without a request.
func (s *Session) CachedDirectory() (*Directory, bool) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	return s.state.names, s.state.names != nil
}

// withNames runs resolve over the names. When a name is not known it reads them
// once more, at most every 30 seconds: it may have been made a minute ago.
func (s *Session) withNames(ctx context.Context, resolve func(*Directory) error) error {
	d, err := s.Directory(ctx)
	if err != nil {
		return err
	}
	err = resolve(d)
	missing, ok := errors.AsType[*NameError](err)
	if !ok || missing.Ambiguous || time.Since(d.FetchedAt) < forceInterval {
		return err
	}
	fresh, refreshErr := s.readNames(ctx)()
	if refreshErr != nil {
		return err // the old names gave an answer; Linear's trouble is not the point
	}
	return resolve(fresh)
}

// readNames starts reading the directory, or joins a read on its way. The read
// outlives ctx, because others may wait for it; the returned function waits.
func (s *Session) readNames(ctx context.Context) (wait func() (*Directory, error)) {
	arrived := s.state.flights.DoChan("names", func() (any, error) {
		own, cancel := context.WithTimeout(context.WithoutCancel(ctx), readNamesWithin)
		defer cancel()
		d, err := s.loadDirectory(own)
		if err != nil {
			s.client.log.WarnContext(own, "names not refreshed", "account", s.state.id, "err", err)
			return nil, err
		}
		s.state.mu.Lock()
		defer s.state.mu.Unlock()
		s.state.names = d
		return d, nil
	})
	return func() (*Directory, error) {
		select {
		case r := <-arrived:
			if r.Err != nil {
				return nil, r.Err
			}
			return r.Val.(*Directory), nil
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// loadDirectory reads the first page of everything at once and further pages
// only where Linear says that there are some, each kind beside the others.
func (s *Session) loadDirectory(ctx context.Context) (*Directory, error) {
	generation := s.state.seenGeneration()
	var n wireNames
	if err := s.run(ctx, "Directory", nil, &n); err != nil {
		return nil, err
	}
	d := &Directory{Viewer: n.Viewer.User, Organization: n.Viewer.Organization, FetchedAt: time.Now()}
	var kinds errgroup.Group
	kinds.Go(func() error {
		return more(ctx, s, "DirectoryTeams", &n.Teams, func(n *wireNames) *connection[wireTeam] { return &n.Teams })
	})
	kinds.Go(func() error {
		return more(ctx, s, "DirectoryUsers", &n.Users, func(n *wireNames) *connection[User] { return &n.Users })
	})
	kinds.Go(func() error {
		return more(ctx, s, "DirectoryLabels", &n.Labels, func(n *wireNames) *connection[Label] { return &n.Labels })
	})
	kinds.Go(func() error {
		return more(ctx, s, "DirectoryProjects", &n.Projects, func(n *wireNames) *connection[wireProject] { return &n.Projects })
	})
	if err := kinds.Wait(); err != nil {
		return nil, err
	}
	d.Truncated = n.Teams.PageInfo.HasNextPage || n.Users.PageInfo.HasNextPage ||
		n.Labels.PageInfo.HasNextPage || n.Projects.PageInfo.HasNextPage
	if err := s.loadLargeTeams(ctx, d, n.Teams.Nodes); err != nil {
		return nil, err
	}
	d.fill(n)
	for i := range n.Recent.Nodes {
		n.Recent.Nodes[i].Brief = true
	}
	s.state.remember(generation, n.Recent.Nodes...)
	return d, nil
}

// more appends the pages after the first, within bounds: what is beyond them
// leaves HasNextPage set.
func more[T any](ctx context.Context, s *Session, document string, first *connection[T], of func(*wireNames) *connection[T]) error {
	for page := 0; first.PageInfo.HasNextPage && page < maxMorePages; page++ {
		var n wireNames
		if err := s.run(ctx, document, map[string]any{"after": first.PageInfo.EndCursor}, &n); err != nil {
			return err
		}
		next := of(&n)
		first.Nodes = append(first.Nodes, next.Nodes...)
		if next.PageInfo.EndCursor == first.PageInfo.EndCursor {
			first.PageInfo.HasNextPage = false // a server that does not move on
			return nil
		}
		first.PageInfo = next.PageInfo
	}
	return nil
}

// loadLargeTeams reads the members and states of the few teams that have more
// of them than the first page of names carries.
func (s *Session) loadLargeTeams(ctx context.Context, d *Directory, teams []wireTeam) error {
	extra := 0
	for i := range teams {
		t := &teams[i]
		if !t.States.PageInfo.HasNextPage && !t.Members.PageInfo.HasNextPage {
			continue
		}
		if extra++; extra > maxLargeTeams {
			d.Truncated = true
			return nil
		}
		var answer struct {
			Team wireTeam `json:"team"`
		}
		if err := s.run(ctx, "DirectoryTeam", map[string]any{"id": t.ID}, &answer); err != nil {
			return err
		}
		t.States, t.Members = answer.Team.States, answer.Team.Members
		d.Truncated = d.Truncated || t.States.PageInfo.HasNextPage || t.Members.PageInfo.HasNextPage
	}
	return nil
}

// fill turns the answer into the snapshot, sorted as people read lists.
func (d *Directory) fill(n wireNames) {
	for _, t := range n.Teams.Nodes {
		d.Teams = append(d.Teams, t.team())
	}
	for _, u := range n.Users.Nodes {
		if u.Active && !u.App {
			d.Users = append(d.Users, u)
		}
	}
	d.Labels = n.Labels.Nodes
	for _, p := range n.Projects.Nodes {
		project := p.Project
		project.State, project.TeamIDs = p.Status.Type, ids(p.Teams.Nodes)
		d.Projects = append(d.Projects, project)
	}
	byName := func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }
	slices.SortStableFunc(d.Teams, func(a, b Team) int { return byName(a.Name, b.Name) })
	slices.SortStableFunc(d.Users, func(a, b User) int { return byName(a.Name, b.Name) })
	slices.SortStableFunc(d.Labels, func(a, b Label) int { return byName(a.Name, b.Name) })
	slices.SortStableFunc(d.Projects, func(a, b Project) int { return byName(a.Name, b.Name) })
}

func (t wireTeam) team() Team {
	team := Team{
		TeamRef: t.TeamRef, States: t.States.Nodes, Cycles: t.Cycles.Nodes, MemberIDs: ids(t.Members.Nodes),
		EstimationType: t.EstimationType, EstimateZero: t.EstimateZero, EstimateMore: t.EstimateMore,
		Templates: t.Templates.Nodes,
	}
	if t.DefaultState != nil {
		team.DefaultStateID = t.DefaultState.ID
	}
	slices.SortStableFunc(team.States, func(a, b State) int { return cmp.Compare(a.Position, b.Position) })
	slices.SortStableFunc(team.Cycles, func(a, b Cycle) int { return cmp.Compare(a.Number, b.Number) })
	return team
}

func ids(refs []Ref) []string {
	var all []string
	for _, r := range refs {
		all = append(all, r.ID)
	}
	return all
}
