package main

import (
	"context"
	"fmt"
	"strings"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

func (t *tour) expiry(ctx context.Context) error {
	a, err := t.account(ctx, t.alice)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, "  (Linear: Alice's access token expires now)")
	t.linear.ExpireAccessTokens(aliceMail)
	if err := t.types(ctx, t.alice, general, "/linear show ENG-131"); err != nil {
		return err
	}
	if _, err := t.sees(ctx, t.alice, general, "Refund webhook drops events"); err != nil {
		return err
	}
	return t.holds(ctx, "the pair was refreshed once, saved once, and the account stayed ACTIVE", func() bool {
		again, err := t.account(ctx, t.alice)
		refreshed := 0
		for _, e := range t.linear.Ledger() {
			if e.Kind == lineartest.EventRefreshed && e.User == aliceMail {
				refreshed++
			}
		}
		return err == nil && refreshed == 1 && again.Version == a.Version+1 && again.State == store.Active
	})
}

func (t *tour) secondPerson(ctx context.Context) error {
	if err := t.types(ctx, t.bob, general, "/linear connect"); err != nil {
		return err
	}
	m, err := t.sees(ctx, t.bob, general, "Connect your Linear account")
	if err != nil {
		return err
	}
	if err := t.approve(ctx, t.bob, m, "Connect Linear", bobMail); err != nil {
		return err
	}
	if _, err := t.sees(ctx, t.bob, general, "Connected as"); err != nil {
		return err
	}
	thread := t.slack.Thread(engineering, "Login fails on Safari 26")
	card, err := t.cardIn(engineering, thread[0].TS, t.bob)
	if err != nil {
		return err
	}
	t.does(t.bob, "presses [Assign to me] on Alice's card")
	if err := t.bob.Click(ctx, card, "Assign to me"); err != nil {
		return err
	}
	return t.holds(ctx, "Linear's history says that Bob did it", func() bool {
		for _, i := range t.linear.Issues() {
			if !strings.Contains(i.Description, "That is the storage access check") || len(i.History) == 0 {
				continue
			}
			last := i.History[len(i.History)-1]
			return i.Assignee == bobMail && last.Actor == bobMail && last.Field == "assignee"
		}
		return false
	})
}

// cardIn is the bot's card in a thread.
func (t *tour) cardIn(channel, root string, p *slacktest.Person) (slacktest.Message, error) {
	for _, m := range p.Thread(channel, root) {
		if m.BotID != "" && strings.Contains(slacktest.Text(m), "Assign to me") {
			return m, nil
		}
	}
	return slacktest.Message{}, fmt.Errorf("no card in the thread %s of %s", root, channel)
}

func (t *tour) revocation(ctx context.Context) error {
	fmt.Fprintln(t.out, "  (Linear: Alice removes the app's access in her settings)")
	t.linear.RevokeAccess(aliceMail)
	dm, err := t.sees(ctx, t.alice, t.alice.DM(), "Your Linear connection stopped working")
	if err != nil {
		return err
	}
	if err := t.types(ctx, t.alice, general, "/linear create Filed while revoked team:ENG"); err != nil {
		return err
	}
	if _, err := t.sees(ctx, t.alice, general, "Filed while revoked"); err != nil {
		return err
	}
	if err := t.holds(ctx, "nothing was filed", func() bool { return t.count("Filed while revoked", aliceMail) == 0 }); err != nil {
		return err
	}
	t.does(t.alice, "presses [Reconnect] in the DM")
	if err := t.alice.Click(ctx, dm, "Reconnect"); err != nil {
		return err
	}
	v, err := t.form(ctx, t.alice, "onnect your Linear account")
	if err != nil {
		return err
	}
	label := "Reconnect"
	if _, err := t.alice.Link(v, label); err != nil {
		label = "Connect Linear"
	}
	if err := t.approve(ctx, t.alice, v, label, aliceMail); err != nil {
		return err
	}
	if err := t.holds(ctx, "the held issue is filed, once", func() bool { return t.count("Filed while revoked", aliceMail) == 1 }); err != nil {
		return err
	}
	if _, err := t.sees(ctx, t.alice, t.alice.DM(), "Reconnected"); err != nil {
		return err
	}
	return t.holds(ctx, "one DM was sent about it, and it now says that all is well", func() bool {
		n := 0
		for _, m := range t.alice.Sees(t.alice.DM()) {
			text := slacktest.Text(m)
			if strings.Contains(text, "stopped working") {
				return false
			}
			if strings.Contains(text, "Reconnected") {
				n++
			}
		}
		return n == 1
	})
}

func (t *tour) admin(ctx context.Context) error {
	if err := t.types(ctx, t.bob, general, "/linear admin"); err != nil {
		return err
	}
	if _, err := t.sees(ctx, t.bob, general, "Only workspace admins can open this."); err != nil {
		return err
	}
	if err := t.types(ctx, t.carol, general, "/linear admin"); err != nil {
		return err
	}
	v, err := t.form(ctx, t.carol, "Health")
	if err != nil {
		return err
	}
	if strings.Contains(slacktest.Text(v), "Alice Chen") {
		return nil
	}
	if err := t.carol.Click(ctx, v, "People"); err != nil {
		return err
	}
	_, err = t.form(ctx, t.carol, "Alice Chen")
	return err
}

func (t *tour) disconnecting(ctx context.Context) error {
	if err := t.types(ctx, t.alice, general, "/linear disconnect"); err != nil {
		return err
	}
	m, err := t.sees(ctx, t.alice, general, "Disconnect Linear?")
	if err != nil {
		return err
	}
	t.does(t.alice, "presses [Disconnect]")
	if err := t.alice.Click(ctx, m, "Disconnect"); err != nil {
		return err
	}
	if _, err := t.sees(ctx, t.alice, general, "Your stored access was deleted"); err != nil {
		return err
	}
	return t.holds(ctx, "no grant of Alice lives in Linear, and the bot holds no token of hers", func() bool {
		for _, g := range t.linear.Grants() {
			if g.User == aliceMail && !g.Ended {
				return false
			}
		}
		a, err := t.account(ctx, t.alice)
		return err == nil && a.State == store.Disconnected && !a.Holds()
	})
}
