package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"linearbot/store"
)

// accountsCmd are the verbs on connected accounts.
type accountsCmd struct {
	List       accountsListCmd       `cmd:"" help:"List accounts."`
	Show       accountsShowCmd       `cmd:"" help:"Show one account."`
	Disconnect accountsDisconnectCmd `cmd:"" help:"Delete a person's access here and at Linear; they are told and can reconnect."`
	Block      accountsBlockCmd      `cmd:"" help:"Disconnect a person and keep them from connecting again."`
	Unblock    accountsUnblockCmd    `cmd:"" help:"Let a blocked person connect again."`
}

// person is the argument that names an account.
type person struct {
	Person string `arg:"" help:"TEAM/USER as bot accounts list shows it, or a Slack user id alone if it is unique."`
}

type (
	accountsListCmd struct {
		State string `help:"Only this state, such as ACTIVE or REVOKED."`
		Name  string `help:"Only where the Linear name, its e-mail address or the Slack id holds this."`
	}
	accountsShowCmd       struct{ person }
	accountsDisconnectCmd struct{ person }
	accountsBlockCmd      struct{ person }
	accountsUnblockCmd    struct{ person }
)

// states are all that an account can be in, in the order of its life.
var states = []store.State{store.Pending, store.Verifying, store.Active, store.Expired, store.Revoked, store.Blocked, store.Disconnected}

// byOperator is the cause of a change made on the command line.
const byOperator = "operator"

// Run lists.
func (v *accountsListCmd) Run(ctx context.Context, c *config, to *console) (err error) {
	state := store.State(strings.ToUpper(v.State))
	if v.State != "" && !slices.Contains(states, state) {
		return fmt.Errorf("--state: there is no state %s; it can be one of %v", v.State, states)
	}
	db, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	table := tabwriter.NewWriter(to.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PERSON\tSTATE\tLINEAR\tWORKSPACE\tEXPIRES")
	filter := store.AccountFilter{State: state, Name: v.Name}
	for {
		page, next, err := db.Accounts(ctx, filter)
		if err != nil {
			return err
		}
		for _, a := range page {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", a.Key, a.State, a.ViewerEmail, a.OrgURLKey, moment(a.ExpiresAt))
		}
		if next == "" {
			return table.Flush()
		}
		filter.After = next
	}
}

// Run shows one.
func (v *accountsShowCmd) Run(ctx context.Context, c *config, to *console) (err error) {
	db, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	a, err := v.find(ctx, db)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(to.out, 0, 0, 2, ' ', 0)
	for _, line := range [][2]string{
		{"person", a.Key.String()}, {"state", string(a.State)}, {"cause", a.Cause}, {"since", moment(a.ChangedAt)},
		{"Linear", a.ViewerName + " <" + a.ViewerEmail + ">"}, {"workspace", a.OrgName}, {"acts as", a.Actor},
		{"scopes", strings.Join(a.Scopes, ",")}, {"expires", moment(a.ExpiresAt)}, {"next refresh", moment(a.DueAt)},
		{"refreshed", moment(a.RefreshedAt)}, {"last used", moment(a.LastUsedAt)},
	} {
		fmt.Fprintf(table, "%s\t%s\n", line[0], line[1])
	}
	return table.Flush()
}

// Run disconnects.
func (v *accountsDisconnectCmd) Run(ctx context.Context, c *config, to *console) error {
	return v.change(ctx, c, to, store.Disconnected, func(s *stored, key store.Key) error { return s.accounts.DisconnectBy(ctx, key, byOperator) })
}

// Run blocks.
func (v *accountsBlockCmd) Run(ctx context.Context, c *config, to *console) error {
	return v.change(ctx, c, to, store.Blocked, func(s *stored, key store.Key) error { return s.accounts.Block(ctx, key, byOperator) })
}

// Run unblocks.
func (v *accountsUnblockCmd) Run(ctx context.Context, c *config, to *console) error {
	return v.change(ctx, c, to, store.Disconnected, func(s *stored, key store.Key) error {
		a, err := s.db.Account(ctx, key)
		if err == nil && a.State != store.Blocked {
			err = fmt.Errorf("%s is %s, not BLOCKED; nothing was changed", key, a.State)
		}
		if err != nil {
			return err
		}
		return s.accounts.Unblock(ctx, key, byOperator)
	})
}

// change finds the person, does it, and says where the account stands after.
func (p *person) change(ctx context.Context, c *config, to *console, want store.State, do func(*stored, store.Key) error) (err error) {
	s, err := c.openStored(ctx, to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	a, err := p.find(ctx, s.db)
	if err != nil {
		return err
	}
	if err := do(s, a.Key); err != nil {
		return err
	}
	after, err := s.db.Account(ctx, a.Key)
	if err != nil {
		return err
	}
	if after.State != want {
		return fmt.Errorf("%s stays %s: from there it cannot become %s", a.Key, after.State, want)
	}
	fmt.Fprintf(to.out, "%s is %s (was %s). A running bot sees it at once and tells the person.\n", a.Key, after.State, a.State)
	return nil
}

// find is the account of TEAM/USER, or of a user id that occurs once.
func (p *person) find(ctx context.Context, db *store.DB) (store.Account, error) {
	if team, user, ok := strings.Cut(p.Person, "/"); ok {
		a, err := db.Account(ctx, store.Key{TeamID: team, UserID: user})
		if errors.Is(err, store.ErrNotFound) {
			return a, fmt.Errorf("nobody is %s here; bot accounts list shows who is", p.Person)
		}
		return a, err
	}
	page, _, err := db.Accounts(ctx, store.AccountFilter{Name: p.Person})
	if err != nil {
		return store.Account{}, err
	}
	var found []store.Account
	for _, a := range page {
		if a.Key.UserID == p.Person {
			found = append(found, a)
		}
	}
	if len(found) == 0 {
		return store.Account{}, fmt.Errorf("nobody has the Slack user id %q here; bot accounts list shows who has", p.Person)
	}
	if len(found) != 1 {
		return store.Account{}, fmt.Errorf("%d accounts have the Slack user id %s; bot accounts list shows TEAM/USER", len(found), p.Person)
	}
	return found[0], nil
}

// moment is a time for people, a dash when there is none.
func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}
