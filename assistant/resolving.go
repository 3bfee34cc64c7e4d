package assistant

import (
	"context"

	"linearbot/linear"
)

func resolveCreate(ctx context.Context, s *linear.Session, input map[string]any) (linear.IssueCreate, *linear.Directory, error) {
	d, err := s.Directory(ctx)
	if err != nil {
		return linear.IssueCreate{}, nil, err
	}
	in, _, err := linear.ResolveCreate(d, input)
	return in, d, err
}

// resolveUpdate leaves values in that are equal already: they may not be when an
// earlier step of the plan changes them.
func resolveUpdate(ctx context.Context, s *linear.Session, i linear.Issue, input map[string]any) (linear.IssueUpdate, *linear.Directory, error) {
	d, err := s.Directory(ctx)
	if err != nil {
		return linear.IssueUpdate{}, nil, err
	}
	u, _, err := linear.ResolveUpdate(d, linear.Issue{Identifier: i.Identifier, Team: i.Team, Labels: i.Labels}, input)
	return u, d, err
}

func resolveList(ctx context.Context, s *linear.Session, input map[string]any) (linear.IssueQuery, linear.Applied, error) {
	d, err := s.Directory(ctx)
	if err != nil {
		return linear.IssueQuery{}, nil, err
	}
	return linear.ResolveList(d, input)
}
