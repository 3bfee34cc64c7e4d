package slackapp

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"linearbot/accounts"
	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/store"
)

// TestEveryFailureHasItsWords is the table of failures: the copy, what became of
// Linear's data, and the next step.
func TestEveryFailureHasItsWords(t *testing.T) {
	t.Parallel()
	held := about{Ref: "ab12cd34", Held: "held-1", Doing: "edit issues in Design", Team: "Design", Issue: "ENG-999", URL: "https://linear.app/x", Channel: "payments", Bot: "linear"}
	reads := held
	reads.Reads = true
	plain := about{Ref: "ab12cd34"}
	retry := held
	retry.Later = "later/1"
	scoped := held
	scoped.Scopes, scoped.Doing = []string{"read"}, "create issues"
	three := []linear.Candidate{{ID: "1", Name: "Alex Ito", Detail: "alex@acme.test"}, {ID: "2", Name: "Alex Wu"}, {ID: "3", Name: "Alexa Roy"}}
	for _, c := range []struct {
		name    string
		err     error
		about   about
		text    string
		buttons string
		changed changed
	}{
		{"not connected", accounts.ErrNotConnected, about{Finish: "finish creating “Fix login”"}, "Connect Linear first. I'll then finish creating “Fix login”.", "Connect Linear", nothingChanged},
		{"pending", accounts.ErrPending, plain, "You haven't approved the connection yet.", "Get a new link", nothingChanged},
		{"verifying", accounts.ErrVerifying, plain, "One step left: enter the code your browser shows.", "Enter code", nothingChanged},
		{"revoked", fmt.Errorf("session: %w", accounts.ErrRevoked), plain, "Your access was removed in Linear. Nothing was changed.", "Reconnect", nothingChanged},
		{"expired", accounts.ErrExpired, plain, "Linear no longer accepts your saved sign-in. Nothing was changed.", "Reconnect", nothingChanged},
		{"blocked", accounts.ErrBlocked, plain, "A Slack admin turned Linear off for you. Ask them to turn it on again.", "", nothingChanged},
		{"operator", accounts.ErrOperator, held, "Linear refuses this bot's own sign-in. Nothing was changed. An admin has been told; try again later.", "Try again", nothingChanged},
		{"link gone", accounts.ErrLinkGone, plain, "This link was used or is older than 15 minutes. Nothing was connected. Type `/linear connect` to get a new link.", "Connect Linear", nothingChanged},
		{"state gone", accounts.ErrStateGone, plain, "This sign-in was used or is too old. Nothing was connected. Type `/linear connect` to get a new link.", "Connect Linear", nothingChanged},
		{"wrong browser", accounts.ErrWrongBrowser, plain, "This sign-in was begun in another browser. Nothing was connected. Type `/linear connect` to get a new link.", "Connect Linear", nothingChanged},
		{"held by another", &accounts.IdentityHeldError{By: store.Key{UserID: "U2"}}, plain, "That Linear account is already connected to <@U2>. Ask an admin if this is wrong.", "", nothingChanged},
		{"wrong code", &accounts.WrongCodeError{Left: 2}, plain, "That code is not right. You have 2 tries left.", "", nothingChanged},
		{"last wrong code", &accounts.WrongCodeError{}, plain, "That code is not right, and no tries are left. Connect again to get a new one.", "", nothingChanged},
		{"code gone", accounts.ErrCodeGone, plain, "That code is no longer good. Nothing was connected. Type `/linear connect` to get a new link.", "Connect Linear", nothingChanged},
		{"denied", accounts.ErrDenied, plain, "The connection was not approved in Linear. Nothing was connected.", "Connect Linear", nothingChanged},
		{"admins only", accounts.ErrAdminOnly, plain, "Only workspace admins can do this. Nothing was changed. Ask one of them.", "", nothingChanged},
		{"missing scope", linear.ErrForbidden, scoped, "Your connection can read but not create issues. Reconnect to allow it.", "Reconnect", nothingChanged},
		{"missing permission", linear.ErrForbidden, held, "Linear says you can't edit issues in Design. Nothing was changed. Ask a Design team member.", "Open in Linear", nothingChanged},
		{"missing permission elsewhere", linear.ErrForbidden, about{Team: "Engineering", Doing: "edit issues in Engineering"}, "Linear says you can't edit issues in Engineering. Nothing was changed. Ask an Engineering team member.", "", nothingChanged},
		{"not found", linear.ErrNotFound, held, "I can't find ENG-999, or you don't have access to it.", "Search issues", nothingChanged},
		{"issue gone", &issueGoneError{Ref: "ENG-999"}, plain, "I can't find ENG-999, or you don't have access to it.", "Search issues", nothingChanged},
		{"team not found", &linear.NameError{Field: "team", Name: "Engg", Candidates: []linear.Candidate{{ID: "t", Name: "Engineering", Detail: "ENG"}}}, held, "No team called “Engg”. Did you mean Engineering (ENG)?", "Engineering · Open form", nothingChanged},
		{"ambiguous", &linear.NameError{Field: "assignee", Name: "alex", Ambiguous: true, Candidates: three}, held, "3 people match “alex”.", "", nothingChanged},
		{"ambiguous, nothing held", &linear.NameError{Field: "assignee", Name: "alex", Ambiguous: true, Candidates: three}, plain, "3 people match “alex”. Write more of the name: Alex Ito (alex@acme.test), Alex Wu or Alexa Roy.", "", nothingChanged},
		{"state not in team", &linear.NameError{Field: "state", Name: "QA", Team: "Design", Candidates: []linear.Candidate{{ID: "1", Name: "Todo"}, {ID: "2", Name: "Done"}}}, held, "Design has no “QA”. Its states: Todo or Done.", "Todo · Done · Open form", nothingChanged},
		{"label of another team", &linear.NameError{Field: "label", Name: "ios", Team: "Design", Elsewhere: "Mobile"}, held, "“ios” belongs to Mobile, not Design.", "Create without it · Pick labels", nothingChanged},
		{"unknown person", &linear.NameError{Field: "assignee", Name: "zed"}, plain, "No person called “zed”. Check the spelling.", "", nothingChanged},
		{"invalid value", &assistant.BadValueError{Field: "estimate", Value: "4", Valid: []string{"1", "2", "3", "5", "8"}}, plain, "Estimate must be one of 1, 2, 3, 5, 8.", "Help on estimate", nothingChanged},
		{"bad day", &assistant.BadValueError{Field: "due", Value: "someday", Valid: []string{"a day such as friday"}}, plain, "Due date can't be “someday”. It takes a day such as friday.", "Help on due", nothingChanged},
		{"refused value", linear.ErrInvalidInput, held, "Linear didn't accept one of the values. Nothing was changed. Check them and try again.", "Open form", nothingChanged},
		{"Linear down", linear.ErrTransient, held, "Linear isn't responding. Nothing was changed. I kept what you wrote.", "Try again", nothingChanged},
		{"Linear down, nothing held", linear.ErrTransient, plain, "Linear isn't responding. Nothing was changed. Try again in a moment.", "", nothingChanged},
		{"partial answer", linear.ErrPartial, held, "Linear isn't responding. Nothing was changed. I kept what you wrote.", "Try again", nothingChanged},
		{"outcome unknown", linear.ErrOutcomeUnknown, held, "Linear didn't answer in time, and I couldn't check whether it went through. Look in Linear before you try again.", "Open in Linear · Try again", unknownChange},
		{"rate limited", &linear.RateLimitError{Refusal: new(linear.Error), Reset: noon}, retry, "Linear is limiting requests for your account. I'll retry at <!date^1795435200^{time}|12:00 UTC>; you can close this.", "Cancel", nothingChanged},
		{"rate limited, no retry", &linear.RateLimitError{Refusal: new(linear.Error), Reset: noon}, held, "Linear is limiting requests for your account. Nothing was changed. Try again at <!date^1795435200^{time}|12:00 UTC>.", "Try again", nothingChanged},
		{"rate limited, no time", linear.ErrRateLimited, plain, "Linear is limiting requests for your account. Nothing was changed. Try again in a few minutes.", "", nothingChanged},
		{"too complex", linear.ErrTooComplex, plain, "That asks Linear for more than it gives at once. Nothing was changed. Narrow it down with a filter.", "", nothingChanged},
		{"tool refuses a value", &linear.ToolError{Code: linear.CodeInvalid, Field: "stateId", Candidates: []string{"Todo", "Done"}}, held, "Status must be one of Todo, Done. Nothing was changed.", "Open form", nothingChanged},
		{"tool cannot do it", &linear.ToolError{Code: linear.CodeUnsupported}, held, "I can't do that in Linear from here. Nothing was changed. Do it in Linear itself.", "Open in Linear", nothingChanged},
		{"not authenticated", linear.ErrUnauthenticated, plain, "Linear no longer accepts your saved sign-in. Nothing was changed.", "Reconnect", nothingChanged},
		{"trigger expired", slack.SlackErrorResponse{Err: "expired_trigger_id"}, held, "Slack took too long to open the form. Your text is safe.", "Open form", nothingChanged},
		{"trigger expired in words", slack.SlackErrorResponse{Err: "invalid_arguments", ResponseMetadata: slack.ResponseMetadata{Messages: []string{"[ERROR] `trigger_id` expired"}}}, held, "Slack took too long to open the form. Your text is safe.", "Open form", nothingChanged},
		{"not in channel", slack.SlackErrorResponse{Err: "not_in_channel"}, held, "I'm not in #payments. Type `/invite @linear`.", "", nothingChanged},
		{"archived", slack.SlackErrorResponse{Err: "is_archived"}, plain, "This channel is archived, so I can't post here. Pick another one.", "", nothingChanged},
		{"preview with a stranger's link", assistant.ErrMustEdit, held, "A person or a link in this came from somebody else's text, so I won't apply it as it is. Nothing was changed. Edit it, or ask in your own words.", "", nothingChanged},
		{"preview expired", assistant.ErrExpired, held, "This preview is older than 15 minutes. Nothing was changed.", "Show again", nothingChanged},
		{"not the asker", &notAskerError{UserID: "U1"}, plain, "Only <@U1> can confirm this.", "", nothingChanged},
		{"nothing to undo", assistant.ErrNothingToUndo, plain, "There's nothing from the last 10 minutes to undo.", "", nothingChanged},
		{"guest", &notAllowedError{Who: "Guests"}, plain, "Guests can't use Linear here. Ask a teammate, or an admin can allow it.", "", nothingChanged},
		{"not an admin", errNotAdmin, plain, "Only workspace admins can open this.", "", nothingChanged},
		{"no access", errNoAccess, plain, "You don't have access to this issue in Linear.", "", nothingChanged},
		{"assistant off", errAssistantOff, plain, "The assistant is unavailable. Commands still work.", "Show help", nothingChanged},
		{"queue full", errQueueFull, held, "Too much is going on right now, so I didn't start on this. Nothing was changed. Try again in a minute.", "Try again", nothingChanged},
		{"interrupted", errInterrupted, held, "I was restarted while I worked on this. I can't tell yet whether it was done. Look in Linear before you try again.", "Try again", unknownChange},
		{"overtaken", store.ErrFenced, plain, "This was done or changed a moment ago, so I did nothing more.", "", nothingChanged},
		{"too old", store.ErrNotFound, plain, "This is too old for me to go on with. Nothing was changed. Start again with `/linear`.", "", nothingChanged},
		{"unknown person", errUnknownPerson, held, "Slack didn't tell me who you are, so I did nothing. Nothing was changed. Try again in a moment.", "Try again", nothingChanged},
		{"unknown verb", &assistant.UnknownVerbError{Word: "crate", Suggestion: "create", Rewritten: "create Fix login"}, plain, "I don't know `crate`. Did you mean `/linear create Fix login`?", "Run that · Ask the assistant instead", nothingChanged},
		{"repeated field", &assistant.RepeatedFieldError{Field: "priority", First: "high", Second: "low"}, plain, "`priority` is given twice: “high” and “low”. Keep one of them. Nothing was changed.", "Help on priority", nothingChanged},
		{"field not here", &assistant.FieldNotHereError{Verb: "create", Field: "sort"}, plain, "`sort` can't be used with `create`. Leave it out. Nothing was changed.", "Help on create", nothingChanged},
		{"missing argument", &assistant.MissingArgumentError{Verb: "move", Argument: "state"}, plain, "`move` needs a state. Like this: `/linear move ENG-142 In Review`", "Help on move", nothingChanged},
		{"missing team", &assistant.MissingArgumentError{Verb: "create", Argument: "team"}, held, "Which team is this for? Name one with `team:KEY`, or set a default in `/linear defaults`. Nothing was changed.", "Open form · Settings", nothingChanged},
		{"extra text", &assistant.ExtraTextError{Verb: "undo", Text: "please"}, plain, "`undo` can't use “please”. Leave it out. Nothing was changed.", "Help on undo", nothingChanged},
		{"too many issues", &assistant.TooManyIssuesError{Verb: "show", Given: 7, Most: 5}, plain, "`show` takes up to 5 issues, not 7. Split it up. Nothing was changed.", "Help on show", nothingChanged},
		{"no such state", &assistant.NoStateError{Issue: "ENG-1", Type: "completed"}, plain, "The team of ENG-1 has no completed state. Name the state to move to. Nothing was changed.", "Help on move", nothingChanged},
		{"anything else", errors.New("disk I/O error at 0x1f"), held, "Something went wrong on our side. Nothing was changed.", "Try again", nothingChanged},
		{"panic", &panicError{value: "boom"}, held, "Something went wrong on our side. I can't tell yet whether anything was changed.", "Try again", unknownChange},
		{"panic while reading", &panicError{value: "boom"}, reads, "Something went wrong on our side. Nothing was changed.", "Try again", nothingChanged},
		{"out of time", context.DeadlineExceeded, held, "Something went wrong on our side. I can't tell yet whether anything was changed.", "Try again", unknownChange},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := sayAbout(fmt.Errorf("outer: %w", c.err), c.about)
			if f.Text != c.text || f.Changed != c.changed || labels(f) != c.buttons || f.Ref != c.about.Ref || f.Quiet {
				t.Errorf("sayAbout(%v) =\n%q %s [%s] ref %q quiet %v, want\n%q %s [%s] ref %q", c.err, f.Text, f.Changed, labels(f), f.Ref, f.Quiet, c.text, c.changed, c.buttons, c.about.Ref)
			}
			if text := f.message().fitted().Text; c.changed == nothingChanged && !strings.Contains(text, "Nothing was") && !strings.Contains(text, "nothing more") {
				t.Errorf("%q does not say whether anything changed", text)
			}
		})
	}
}

func labels(f Failure) string {
	var all []string
	for _, b := range f.Buttons {
		all = append(all, b.Label)
	}
	return strings.Join(all, " · ")
}

func TestSlackLimitsAndLateViewsAreQuiet(t *testing.T) {
	t.Parallel()
	for _, err := range []error{&slack.RateLimitedError{}, slack.SlackErrorResponse{Err: "hash_conflict"}, slack.SlackErrorResponse{Err: "not_found"}} {
		if f := say(err, "ab12cd34"); !f.Quiet {
			t.Errorf("say(%v) = %q, want it quiet", err, f.Text)
		}
	}
}

func TestUpstreamTextIsNeverShown(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("issueCreate: %w: secret upstream words <!channel>", linear.ErrInvalidInput)
	for _, e := range []error{err, errors.New("secret upstream words <!channel>")} {
		if text := say(e, "ab12cd34").message().fitted().Text; strings.Contains(text, "upstream") || strings.Contains(text, "<!") {
			t.Errorf("say(%v) shows %q", e, text)
		}
	}
}

func TestAmbiguousNameOffersAMenu(t *testing.T) {
	t.Parallel()
	err := &linear.NameError{Field: "assignee", Name: "alex", Ambiguous: true, Candidates: []linear.Candidate{{ID: "1", Name: "Alex"}, {ID: "2", Name: "Alexa"}}}
	f := sayAbout(err, about{Held: "held-1"})
	if len(f.Choices) != 2 || f.Held != "held-1" || f.Field != fieldAssignee {
		t.Errorf("choices %v held %q field %q, want two choices for held-1 in assignee", f.Choices, f.Held, f.Field)
	}
	if held, id := pickOf(pickValue("held-1", "2")); held != "held-1" || id != "2" {
		t.Errorf("pickOf = %q, %q", held, id)
	}
}
