package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

const (
	general     = "C0GENERAL"
	engineering = "C0ENG"
	payments    = "C0PAYMENTS"

	aliceMail = "alice@acme.test"
	bobMail   = "bob@acme.test"
)

// scenes is the golden path, in the order people walk it.
func scenes() []scene {
	return []scene{
		{"Alice files an issue before she is connected; it is held, she connects, it is filed", (*tour).connecting},
		{"Alice creates an issue in one line", (*tour).createInline},
		{"Alice creates an issue in the form", (*tour).createInForm},
		{"Alice turns a thread into an issue", (*tour).threadToIssue},
		{"Alice lists with filters and turns the page", (*tour).listing},
		{"Alice moves, assigns and comments, and takes the last change back", (*tour).updating},
		{"Alice says it in plain words, sees the change before it is made, and applies it", (*tour).plainWords},
		{"Alice asks what no grammar can read; a scripted model reads Linear, answers piece by piece, and proposes", (*tour).modelWords},
		{"A program asks through Alice's connection with GraphQL", (*tour).graphQL},
		{"The access token expires; Alice notices nothing", (*tour).expiry},
		{"Bob connects too, and acts as himself on Alice's card", (*tour).secondPerson},
		{"Alice's access is removed in Linear; she gets one DM, her next wish is held, she reconnects, it is done", (*tour).revocation},
		{"Carol, an admin, looks at the connections", (*tour).admin},
		{"Alice disconnects; her grant ends in Linear", (*tour).disconnecting},
	}
}

func (t *tour) connecting(ctx context.Context) error {
	if err := t.types(ctx, t.alice, general, "/linear create Held until connected team:ENG"); err != nil {
		return err
	}
	m, err := t.sees(ctx, t.alice, general, "Connect your Linear account")
	if err != nil {
		return err
	}
	if err := t.approve(ctx, t.alice, m, "Connect Linear", aliceMail); err != nil {
		return err
	}
	if _, err := t.sees(ctx, t.alice, general, "Held until connected"); err != nil {
		return err
	}
	if err := t.holds(ctx, "the held issue is in Linear, once, created by Alice", func() bool { return t.count("Held until connected", aliceMail) == 1 }); err != nil {
		return err
	}
	return t.holds(ctx, "her account is ACTIVE", func() bool {
		a, err := t.account(ctx, t.alice)
		return err == nil && a.State == store.Active
	})
}

// count is how many issues of a title a person has created.
func (t *tour) count(title, creator string) int {
	n := 0
	for _, i := range t.linear.Issues() {
		if i.Title == title && i.Creator == creator {
			n++
		}
	}
	return n
}

func (t *tour) createInline(ctx context.Context) error {
	const title = "Login fails on Safari"
	n, err := t.requests(ctx, func() error {
		if err := t.types(ctx, t.alice, general, "/linear create "+title+" team:ENG p:high assignee:me label:bug"); err != nil {
			return err
		}
		_, err := t.sees(ctx, t.alice, general, title)
		return err
	})
	if err != nil {
		return err
	}
	return t.holds(ctx, fmt.Sprintf("one request to Linear (it was %d); team, priority, assignee and label are set", n), func() bool {
		i, ok := t.titled(title)
		return ok && n == 1 && i.TeamKey == "ENG" && i.Priority == 2 && i.Assignee == aliceMail && slices.Contains(i.Labels, "bug")
	})
}

func (t *tour) createInForm(ctx context.Context) error {
	const title = "Dark mode flickers"
	if err := t.types(ctx, t.alice, general, "/linear"); err != nil {
		return err
	}
	v, err := t.form(ctx, t.alice, "Create issue")
	if err != nil {
		return err
	}
	teams, err := t.alice.Suggest(ctx, v, "team", "des")
	if err != nil {
		return err
	}
	if err := t.holds(ctx, "typing “des” offers the Design team", func() bool { return len(teams) > 0 && strings.Contains(teams[0].Text, "Design") }); err != nil {
		return err
	}
	t.does(t.alice, "picks %s", teams[0].Text)
	if err := t.alice.Click(ctx, v, "team", teams[0].Text); err != nil {
		return err
	}
	if v, err = t.form(ctx, t.alice, "Design"); err != nil {
		return err
	}
	t.does(t.alice, "fills in the title and presses [Create issue]")
	if err := t.alice.Submit(ctx, v, map[string]any{"Title": title, "Priority": "Medium"}); err != nil {
		return err
	}
	if _, err := t.sees(ctx, t.alice, general, title); err != nil {
		return err
	}
	return t.holds(ctx, "the issue is in Design, once", func() bool {
		i, ok := t.titled(title)
		return ok && i.TeamKey == "DES" && i.Priority == 3 && t.count(title, aliceMail) == 1
	})
}

func (t *tour) threadToIssue(ctx context.Context) error {
	thread := t.slack.Thread(engineering, "Login fails on Safari 26")
	t.does(t.alice, "picks ⋯ → Create Linear issue on %q", thread[0].Text)
	if err := t.alice.MessageShortcut(ctx, t.shortcut("Create Linear issue"), thread[0]); err != nil {
		return err
	}
	v, err := t.form(ctx, t.alice, "4 messages")
	if err != nil {
		return err
	}
	if !strings.Contains(slacktest.Text(v), "Engineering") {
		teams, err := t.alice.Suggest(ctx, v, "team", "")
		if err != nil || len(teams) == 0 {
			return fmt.Errorf("no team to pick: %w", err)
		}
		if err := t.alice.Click(ctx, v, "team", "Engineering (ENG)"); err != nil {
			return err
		}
		if v, err = t.form(ctx, t.alice, "Engineering"); err != nil {
			return err
		}
	}
	if err := t.alice.Submit(ctx, v, nil); err != nil {
		return err
	}
	if similar := t.alice.View(); strings.Contains(slacktest.Text(similar), "Create anyway") {
		if v, err = t.form(ctx, t.alice, "Create anyway"); err != nil {
			return err
		}
		if err := t.alice.Submit(ctx, v, nil); err != nil {
			return err
		}
	}
	var made lineartest.Issue
	err = t.holds(ctx, "the issue holds what Bob, Alice and Carol wrote, and a link back to Slack", func() bool {
		for _, i := range t.linear.Issues() {
			if strings.Contains(i.Description, "That is the storage access check") {
				made = i
				return strings.Contains(i.Description, "Bob Diaz")
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "  %s in Linear:\n%s\n", made.Identifier, indented(made.Description))
	return t.holds(ctx, "the card is in that thread", func() bool {
		for _, m := range t.bob.Thread(engineering, thread[0].TS) {
			if strings.Contains(slacktest.Text(m), made.Identifier) {
				return true
			}
		}
		return false
	})
}

// shortcut is the callback id of a shortcut, by the name people see.
func (t *tour) shortcut(name string) string {
	for _, s := range t.slack.Shortcuts() {
		if s.Name == name {
			return s.CallbackID
		}
	}
	return ""
}

func (t *tour) listing(ctx context.Context) error {
	n, err := t.requests(ctx, func() error {
		if err := t.types(ctx, t.alice, general, "/linear list team:ENG state:open"); err != nil {
			return err
		}
		_, err := t.sees(ctx, t.alice, general, "1–10")
		return err
	})
	if err != nil {
		return err
	}
	if err := t.holds(ctx, fmt.Sprintf("one request to Linear (it was %d)", n), func() bool { return n == 1 }); err != nil {
		return err
	}
	m, _ := t.alice.Find(general, "1–10")
	t.does(t.alice, "presses [Next]")
	if err := t.alice.Click(ctx, m, "Next"); err != nil {
		return err
	}
	if _, err := t.sees(ctx, t.alice, general, "11–20"); err != nil {
		return err
	}
	if err := t.types(ctx, t.alice, general, "/linear mine p:high"); err != nil {
		return err
	}
	_, err = t.sees(ctx, t.alice, general, "Payment retries loop")
	return err
}

func (t *tour) updating(ctx context.Context) error {
	n, err := t.requests(ctx, func() error {
		if err := t.types(ctx, t.alice, general, "/linear move ENG-142 In Review"); err != nil {
			return err
		}
		_, err := t.sees(ctx, t.alice, general, "In Progress → In Review")
		return err
	})
	if err != nil {
		return err
	}
	if err := t.holds(ctx, fmt.Sprintf("ENG-142 is in review; one request to Linear (it was %d)", n), func() bool {
		i, _ := t.linear.Issue("ENG-142")
		return i.State == "In Review" && n == 1
	}); err != nil {
		return err
	}
	if err := t.types(ctx, t.alice, general, "/linear comment ENG-142 The fix is in review"); err != nil {
		return err
	}
	if _, err := t.sees(ctx, t.alice, general, "Comment added"); err != nil {
		return err
	}
	if err := t.holds(ctx, "the comment is Alice's", func() bool {
		c := t.linear.Comments("ENG-142")
		return len(c) > 0 && c[len(c)-1].Author == aliceMail && c[len(c)-1].Body == "The fix is in review"
	}); err != nil {
		return err
	}
	if err := t.types(ctx, t.alice, general, "/linear assign ENG-142 me"); err != nil {
		return err
	}
	if _, err := t.sees(ctx, t.alice, general, "Bob Diaz → Alice Chen"); err != nil {
		return err
	}
	if err := t.holds(ctx, "ENG-142 is Alice's", func() bool { i, _ := t.linear.Issue("ENG-142"); return i.Assignee == aliceMail }); err != nil {
		return err
	}
	if err := t.types(ctx, t.alice, general, "/linear undo"); err != nil {
		return err
	}
	return t.holds(ctx, "ENG-142 is Bob's again, still in review", func() bool {
		i, _ := t.linear.Issue("ENG-142")
		return i.Assignee == bobMail && i.State == "In Review"
	})
}

func (t *tour) plainWords(ctx context.Context) error {
	n, err := t.requests(ctx, func() error {
		if err := t.says(ctx, t.alice, t.alice.DM(), "Show me all high-priority open issues assigned to Alice and move the oldest one to In Review"); err != nil {
			return err
		}
		_, err := t.sees(ctx, t.alice, t.alice.DM(), "Ready to make 1 change")
		return err
	})
	if err != nil {
		return err
	}
	before, _ := t.linear.Issue("ENG-98")
	if err := t.holds(ctx, fmt.Sprintf("nothing has changed yet; at most two requests to Linear (it was %d)", n), func() bool { return before.State == "In Progress" && n <= 2 }); err != nil {
		return err
	}
	m, _ := t.alice.Find(t.alice.DM(), "Ready to make 1 change")
	t.does(t.alice, "presses [Move ENG-98]")
	if err := t.alice.Click(ctx, m, "Move ENG-98"); err != nil {
		return err
	}
	if _, err := t.sees(ctx, t.alice, t.alice.DM(), "Undo"); err != nil {
		return err
	}
	return t.holds(ctx, "ENG-98, the oldest, is in review", func() bool { i, _ := t.linear.Issue("ENG-98"); return i.State == "In Review" })
}

func (t *tour) modelWords(ctx context.Context) error {
	const title = "Checkout is down for everybody"
	if err := t.types(ctx, t.alice, general, "/linear create "+title+" team:ENG p:urgent assignee:me due:today"); err != nil {
		return err
	}
	if _, err := t.sees(ctx, t.alice, general, title); err != nil {
		return err
	}
	if err := t.says(ctx, t.alice, t.alice.DM(), "What should I look at first? Start it"); err != nil {
		return err
	}
	m, err := t.sees(ctx, t.alice, t.alice.DM(), "Ready to make 1 change")
	if err != nil {
		return err
	}
	made, _ := t.titled(title)
	if err := t.holds(ctx, "the answer grew on the screen and names the issue made a moment ago; nothing has changed yet", func() bool {
		return (m.Streamed || m.Edited != "") && strings.Contains(slacktest.Text(m), title) && made.State != "In Progress"
	}); err != nil {
		return err
	}
	t.does(t.alice, "presses [Move %s]", made.Identifier)
	if err := t.alice.Click(ctx, m, "Move "+made.Identifier); err != nil {
		return err
	}
	return t.holds(ctx, made.Identifier+" is in progress", func() bool { i, _ := t.linear.Issue(made.ID); return i.State == "In Progress" })
}

func (t *tour) graphQL(ctx context.Context) error {
	const query = `query { team(id: "ENG") { key states(first: 10) { nodes { name } } } }`
	fmt.Fprintf(t.out, "  linear_graphql_query: %s\n", query)
	input, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return err
	}
	out, err := t.bot.accounts.ExecuteTool(ctx, t.key(t.alice), "linear_graphql_query", input)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, indented(string(out)))
	return t.holds(ctx, "the answer holds the team's states", func() bool { return strings.Contains(string(out), "In Review") })
}
