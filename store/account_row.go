package store

import "strings"

// The columns of an account and of a candidate, in the order in which the
// functions below read and write them.
const (
	accountColumns = `id, team_id, user_id, home_team_id, state, cause,
		actor, scopes, org_id, org_name, org_url_key, viewer_id, viewer_name, viewer_email, sealed, refreshable, expires_at,
		due_at, probe_at, suspect, shared, version, epoch, lease_owner, lease_until, refresh_started_at,
		created_at, connected_at, changed_at, last_used_at, refreshed_at`

	candidateColumns = `account_id,
		actor, scopes, org_id, org_name, org_url_key, viewer_id, viewer_name, viewer_email, sealed, refreshable, expires_at,
		code_mac, code_tries, code_until, created_at`
)

func scanAccount(r row) (Account, error) {
	var a Account
	var scopes string
	err := r.Scan(&a.ID, &a.Key.TeamID, &a.Key.UserID, &a.HomeTeamID, &a.State, &a.Cause,
		&a.Actor, &scopes, &a.OrgID, &a.OrgName, &a.OrgURLKey, &a.ViewerID, &a.ViewerName, &a.ViewerEmail,
		&a.Sealed, &a.Refreshable, instant{&a.ExpiresAt},
		instant{&a.DueAt}, instant{&a.ProbeAt}, &a.Suspect, &a.Shared, &a.Version, &a.Epoch,
		&a.LeaseOwner, instant{&a.LeaseUntil}, instant{&a.RefreshStartedAt},
		instant{&a.CreatedAt}, instant{&a.ConnectedAt}, instant{&a.ChangedAt}, instant{&a.LastUsedAt}, instant{&a.RefreshedAt})
	a.Scopes = splitScopes(scopes)
	return a, found(err)
}

// accountValues are all columns of a but its identity, which never changes, and
// last the id.
func accountValues(a Account) []any {
	values := []any{a.HomeTeamID, a.State, a.Cause}
	values = append(values, grantValues(a.Grant)...)
	return append(values,
		micros(a.DueAt), micros(a.ProbeAt), a.Suspect, a.Shared, a.Version, a.Epoch,
		a.LeaseOwner, micros(a.LeaseUntil), micros(a.RefreshStartedAt),
		micros(a.ConnectedAt), micros(a.ChangedAt), micros(a.LastUsedAt), micros(a.RefreshedAt), a.ID)
}

func scanCandidate(r row) (Candidate, error) {
	var c Candidate
	var scopes string
	err := r.Scan(&c.AccountID,
		&c.Actor, &scopes, &c.OrgID, &c.OrgName, &c.OrgURLKey, &c.ViewerID, &c.ViewerName, &c.ViewerEmail,
		&c.Sealed, &c.Refreshable, instant{&c.ExpiresAt},
		&c.CodeMAC, &c.CodeTries, instant{&c.CodeUntil}, instant{&c.CreatedAt})
	c.Scopes = splitScopes(scopes)
	return c, found(err)
}

func grantValues(g Grant) []any {
	return []any{
		g.Actor, joinScopes(g.Scopes), g.OrgID, g.OrgName, g.OrgURLKey, g.ViewerID, g.ViewerName, g.ViewerEmail,
		cell(g.Sealed), g.Refreshable, micros(g.ExpiresAt),
	}
}

func joinScopes(scopes []string) string { return strings.Join(scopes, " ") }

func splitScopes(scopes string) []string {
	if scopes == "" {
		return nil
	}
	return strings.Split(scopes, " ")
}
