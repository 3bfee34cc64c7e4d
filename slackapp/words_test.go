package slackapp_test

import (
	"context"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linearbot/accounts"
	"linearbot/assistant"
	"linearbot/assistant/modeltest"
	"linearbot/slackapp"
	"linearbot/slackapp/slacktest"
)

const golden = "Show me all high-priority open issues assigned to Alice and move the oldest one to In Review"

// says posts a message as a person.
func (w *world) says(p *slacktest.Person, channel, text string) slacktest.Message {
	w.t.Helper()
	m, err := p.Say(w.t.Context(), channel, text)
	if err != nil {
		w.t.Fatalf("say %q: %v", text, err)
	}
	return m
}

func TestASentenceIsPreviewedAppliedAndTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	w.warm(w.alice)
	var preview slacktest.Message
	var said slacktest.Message
	n := w.requests(func() {
		said = w.says(w.alice, w.alice.DM(), golden)
		preview = w.sees(w.alice, w.alice.DM(), "Ready to make 1 change")
	})
	if n > 2 {
		t.Errorf("%d requests from the sentence to the preview, want 2 at most", n)
	}
	w.await("the status line to go", func() bool { return w.alice.Status(w.alice.DM(), said.TS).Text == "" })
	text := slacktest.Text(preview)
	for _, words := range []string{"Searched:", "assignee:Alice", "4 issues", "Payment retries loop", "Move ENG-98"} {
		if !strings.Contains(text, words) {
			t.Errorf("the preview lacks %q:\n%s", words, text)
		}
	}
	if got := w.issue("ENG-98").State; got != "In Progress" {
		t.Fatalf("before Apply ENG-98 is %s", got)
	}
	w.clicks(w.alice, preview, "Move ENG-98")
	done := w.sees(w.alice, w.alice.DM(), "Moved")
	if got := w.issue("ENG-98").State; got != "In Review" {
		t.Errorf("after Apply ENG-98 is %s", got)
	}
	w.clicks(w.alice, done, "Undo")
	w.await("ENG-98 to be back", func() bool { return w.issue("ENG-98").State == "In Progress" })
}

// Help asks for no connection, and says how the connection is.
func TestHelpInWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.says(w.alice, w.alice.DM(), "help")
	w.sees(w.alice, w.alice.DM(), "Not connected")
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), "help")
	w.sees(w.alice, w.alice.DM(), "Connected as *Alice Chen*")
}

// A preview of a new issue names its team.
func TestPreviewOfACreateNamesTheTeam(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), "create an issue in Design titled Tidy the icons")
	m := w.sees(w.alice, w.alice.DM(), "Ready to make 1 change")
	mustSay(t, slacktest.Text(m), "Tidy the icons", "Team: *Design*")
}

func TestWordsRememberWhatWasShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), "show urgent open issues")
	w.sees(w.alice, w.alice.DM(), "1–")
	w.says(w.alice, w.alice.DM(), "assign the second one to Carol")
	preview := slacktest.Text(w.sees(w.alice, w.alice.DM(), "Ready to make 1 change"))
	if !strings.Contains(preview, "Carol Okafor") && !strings.Contains(preview, "Nothing to change") {
		t.Errorf("the second one is not what was shown:\n%s", preview)
	}
	w.says(w.alice, w.alice.DM(), "forget this")
	w.sees(w.alice, w.alice.DM(), "Forgotten.")
	w.says(w.alice, w.alice.DM(), "assign the second one to Carol")
	w.sees(w.alice, w.alice.DM(), "Which issue do you mean?")
}

func TestAnUnknownStateIsAskedWithButtons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), "move ENG-98 to In QA")
	q := w.sees(w.alice, w.alice.DM(), "has no “In QA”")
	w.clicks(w.alice, q, "In Review")
	w.sees(w.alice, w.alice.DM(), "Ready to make 1 change")
	if got := w.issue("ENG-98").State; got != "In Progress" {
		t.Errorf("an answer changed ENG-98 to %s", got)
	}
}

// Half a sentence is done by nobody but the asker, who presses what it spells.
func TestWordsThatAreNoPlanAreOfferedAsCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), "close ENG-98 if the tests pass")
	offer := w.sees(w.alice, w.alice.DM(), "I can't work that out")
	if got := w.issue("ENG-98").State; got != "In Progress" {
		t.Fatalf("an offer changed ENG-98 to %s", got)
	}
	w.clicks(w.alice, offer, "/linear move ENG-98 Done")
	w.await("ENG-98 to be done", func() bool { return w.issue("ENG-98").State == "Done" })
}

// Of several counts each says what it counts.
func TestCountsByTeamNameTheTeams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), "how many open bugs per team?")
	m := slacktest.Text(w.sees(w.alice, w.alice.DM(), "match"))
	mustSay(t, m, "*DES*: ", "*ENG*: ")
	w.says(w.alice, w.alice.DM(), "count urgent issues by assignee")
	mustSay(t, slacktest.Text(w.sees(w.alice, w.alice.DM(), "*Unassigned*: ")), "*Bob Diaz*: ")
	w.says(w.alice, w.alice.DM(), "how many open issues per priority?")
	mustSay(t, slacktest.Text(w.sees(w.alice, w.alice.DM(), "*Urgent*: ")), "*No priority*: ")
}

// What is not done later, and what would change nothing, is said.
func TestWhatWordsDoNotDoIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), "let me know when ENG-98 is closed")
	w.sees(w.alice, w.alice.DM(), "I can't watch issues or remind you of them. Nothing was changed.")
	w.says(w.alice, w.alice.DM(), "close all done issues")
	w.sees(w.alice, w.alice.DM(), "Nothing to change: those issues are that way already.")
}

// withModel is a world whose assistant asks a scripted model.
func withModel(t *testing.T, respond func(modeltest.Request) modeltest.Reply, more ...func(*modeltest.Options)) (*world, *modeltest.Server) {
	t.Helper()
	return withLoop(t, assistant.BudgetLimits{}, nil, respond, more...)
}

// withLoop is withModel with limits.
func withLoop(t *testing.T, limits assistant.BudgetLimits, limit func(*assistant.Loop), respond func(modeltest.Request) modeltest.Reply, more ...func(*modeltest.Options)) (*world, *modeltest.Server) {
	t.Helper()
	o := modeltest.Options{Key: "sk-test", Respond: respond}
	for _, change := range more {
		change(&o)
	}
	model := modeltest.NewServer(o)
	t.Cleanup(model.Close)
	w := newWorld(t, worldOptions{App: func(c *slackapp.Config) {
		m := assistant.NewAnthropic(assistant.AnthropicConfig{Key: accounts.NewSecret("sk-test"), BaseURL: model.URL})
		c.Loop = assistant.NewLoop(m, c.Engine, assistant.NewBudget(c.DB, limits), slog.New(slog.NewTextHandler(t.Output(), nil)))
		c.Provider = "Anthropic"
		change(limit, c.Loop)
	}})
	return w, model
}

func TestTheModelOnlyProposes(t *testing.T) {
	t.Parallel()
	w, model := withModel(t, modeltest.Script(
		modeltest.Call("linear_issues_list", map[string]any{"assignee": "Alice", "priority": "high", "stateType": "open", "sort": "oldest"}),
		modeltest.Say("The payment one has waited longest.").And(modeltest.Call("linear_issue_update", map[string]any{"issueId": "ENG-98", "state": "In Review"})),
	))
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), "which of my high ones rots the longest? push it along to review please")
	preview := w.sees(w.alice, w.alice.DM(), "Ready to make 1 change")
	if text := slacktest.Text(preview); !strings.Contains(text, "has waited longest") {
		t.Errorf("the model's words are missing:\n%s", text)
	}
	if got := w.issue("ENG-98").State; got != "In Progress" {
		t.Fatalf("the model moved ENG-98 to %s by itself", got)
	}
	w.clicks(w.alice, preview, "Move ENG-98")
	w.await("ENG-98 to be in review", func() bool { return w.issue("ENG-98").State == "In Review" })
	if v := model.Violations(); len(v) > 0 {
		t.Errorf("the provider's rules were broken: %v", v)
	}
}

func TestTheParserNeedsNoModel(t *testing.T) {
	t.Parallel()
	w, model := withModel(t, nil)
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), golden)
	w.sees(w.alice, w.alice.DM(), "Ready to make 1 change")
	if n := len(model.Requests()); n > 0 {
		t.Errorf("%d requests to the model for a sentence the parser reads", n)
	}
}

// People are told which words a language model wrote, and who reads theirs.
func TestWhatAModelWroteIsMarked(t *testing.T) {
	t.Parallel()
	w, _ := withModel(t, modeltest.Script(modeltest.Say("It depends.")))
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), wondering)
	mustSay(t, slacktest.Text(w.sees(w.alice, w.alice.DM(), "It depends.")), "A language model wrote this.")
	w.says(w.alice, w.alice.DM(), "move ENG-98 to In Review")
	if text := slacktest.Text(w.sees(w.alice, w.alice.DM(), "Ready to make 1 change")); strings.Contains(text, "language model") {
		t.Errorf("the program's own words are said to be a model's:\n%s", text)
	}
	if err := w.alice.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.home(w.alice, "Plain words may go to Anthropic")
}

func TestAModelThatFailsLeavesTheCommands(t *testing.T) {
	t.Parallel()
	w, _ := withModel(t, func(modeltest.Request) modeltest.Reply {
		return modeltest.Reply{Fault: modeltest.Fault{Status: 401, Kind: "authentication_error"}}
	})
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), "close ENG-98 if the tests pass")
	offer := w.sees(w.alice, w.alice.DM(), "The assistant is unavailable. Commands still work.")
	if got := w.issue("ENG-98").State; got != "In Progress" {
		t.Fatalf("an offer changed ENG-98 to %s", got)
	}
	w.clicks(w.alice, offer, "/linear move ENG-98 Done")
	w.await("ENG-98 to be done", func() bool { return w.issue("ENG-98").State == "Done" })
}

// Commands that are shown as examples, because the words spell none, only read.
func TestExamplesToPressOnlyRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	before := w.linear.Issues()
	w.says(w.alice, w.alice.DM(), wondering)
	examples := w.sees(w.alice, w.alice.DM(), "I can't work that out")
	labels := regexp.MustCompile(`/linear [^]\n]+`).FindAllString(slacktest.Text(examples), -1)
	labels = slices.DeleteFunc(labels, func(l string) bool { return strings.HasPrefix(l, "/linear help") })
	if len(labels) != 3 {
		t.Fatalf("%d examples to press, want 3:\n%s", len(labels), slacktest.Text(examples))
	}
	for _, label := range labels {
		n := len(w.alice.Thread(w.alice.DM(), examples.ThreadTS))
		w.clicks(w.alice, examples, label)
		w.await("an answer to "+label, func() bool { return len(w.alice.Thread(w.alice.DM(), examples.ThreadTS)) > n })
	}
	if diff := cmp.Diff(before, w.linear.Issues()); diff != "" {
		t.Errorf("an example changed Linear:\n%s", diff)
	}
}

// What the parser is certain of costs no tokens: not even a call for help.
func TestHelpNeedsNoModel(t *testing.T) {
	t.Parallel()
	w, model := withModel(t, modeltest.Script(modeltest.Say("You are welcome, said the model.")))
	w.connect(w.alice)
	hello := w.says(w.alice, w.alice.DM(), "hello")
	w.sees(w.alice, w.alice.DM(), "Hello. Tell me what you need")
	w.says(w.alice, w.alice.DM(), "help")
	w.sees(w.alice, w.alice.DM(), "What you can do")
	if n := len(model.Requests()); n > 0 {
		t.Errorf("%d requests to the model for help and a greeting", n)
	}
	w.replies(w.alice, hello, "ok") // it may answer something
	w.sees(w.alice, w.alice.DM(), "said the model")
}

func TestStopEndsTheModel(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 1)
	w, _ := withModel(t, func(modeltest.Request) modeltest.Reply {
		asked <- struct{}{}
		return modeltest.Reply{Blocks: []modeltest.ReplyBlock{{Text: "Let me think."}}, Fault: modeltest.Fault{HangAfter: 2}}
	})
	w.connect(w.alice)
	m := w.says(w.alice, w.alice.DM(), "I wonder if we should rather hire two more folks than ship late")
	select {
	case <-asked:
	case <-t.Context().Done():
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := w.alice.Stop(ctx, w.alice.DM(), m.TS); err != nil {
		t.Fatal(err)
	}
	w.sees(w.alice, w.alice.DM(), "Stopped. Nothing was changed.")
}

// TestStopItMakesRoom: one request is worked on and one waits; a third is told so, and
// can stop the first, which began elsewhere.
func TestStopItMakesRoom(t *testing.T) {
	t.Parallel()
	const idle = "I wonder if we should rather hire two more folks than ship late, "
	asked := make(chan string, 3)
	w, _ := withModel(t, func(r modeltest.Request) modeltest.Reply {
		asked <- r.Said()
		if strings.HasSuffix(r.Said(), "first") {
			return modeltest.Reply{Blocks: []modeltest.ReplyBlock{{Text: "Let me think."}}, Fault: modeltest.Fault{HangAfter: 2}}
		}
		return modeltest.Say("Ship late, said the second.")
	})
	w.connect(w.alice, w.bob)
	w.says(w.alice, general, "@linear "+idle+"first")
	if said := <-asked; !strings.HasSuffix(said, "first") {
		t.Fatalf("the model is asked %q", said)
	}
	w.says(w.alice, w.alice.DM(), idle+"second")
	w.await("the second to wait", func() bool { return w.slack.CountCalls("agents.sessions.setStatus") >= 2 })
	w.says(w.alice, w.alice.DM(), idle+"third")
	busy := w.sees(w.alice, w.alice.DM(), "I'm still on your last one.")
	select {
	case said := <-asked:
		t.Fatalf("the model is asked %q beside the first", said)
	default:
	}
	w.clicks(w.alice, busy, "Stop it")
	w.sees(w.alice, general, "Stopped. Nothing was changed.")
	w.sees(w.alice, w.alice.DM(), "Ship late, said the second.")
	w.sees(w.alice, w.alice.DM(), "Stopped. Ask again.")
	w.unseen(w.alice, w.alice.DM(), "I'm still on your last one.")
}

func TestAMentionIsAnsweredInItsThreadWithoutPrivateIssues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.carol)
	m := w.says(w.carol, general, "@linear show urgent open issues")
	w.await("an answer in the thread", func() bool { return len(w.bob.Thread(general, m.TS)) > 1 })
	for _, reply := range w.bob.Thread(general, m.TS)[1:] {
		text := slacktest.Text(reply)
		if strings.Contains(text, "Penetration test") {
			t.Errorf("a private team's issue is shown to the channel:\n%s", text)
		}
		if !strings.Contains(text, "hidden here") {
			t.Errorf("the answer does not say that something is hidden:\n%s", text)
		}
	}
}

// TestAnIssueAMentionAsksForIsShownInItsThread: to everybody there, unless its team
// is private; then to who asked alone.
func TestAnIssueAMentionAsksForIsShownInItsThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.carol)
	open := w.says(w.carol, general, "@linear show ENG-98")
	w.await("the card in the thread", func() bool { return len(w.bob.Thread(general, open.TS)) == 2 })
	if text := slacktest.Text(w.bob.Thread(general, open.TS)[1]); !strings.Contains(text, "Payment retries loop") || strings.Contains(text, "Unassign me") {
		t.Errorf("others in the thread see\n%s", text)
	}
	secret := w.says(w.carol, general, "@linear show SEC-1")
	w.sees(w.carol, general, "Penetration test")
	for _, reply := range w.bob.Thread(general, secret.TS) {
		if strings.Contains(slacktest.Text(reply), "Penetration test") {
			t.Error("an issue of a private team is shown to the channel")
		}
	}
}

func TestAnAnswerThatBreaksOffIsClosed(t *testing.T) {
	t.Parallel()
	broken := modeltest.Say(strings.Repeat("It goes on and on. ", 40))
	broken.Fault = modeltest.Fault{MidStream: true, Kind: "overloaded_error"}
	w, _ := withModel(t, modeltest.Script(broken), func(o *modeltest.Options) { o.Pace = 60 * time.Millisecond })
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), "I wonder if we should rather hire two more folks than ship late")
	w.sees(w.alice, w.alice.DM(), "The assistant is unavailable. Commands still work.")
	m, ok := w.alice.Find(w.alice.DM(), "on and on")
	if !ok || m.Streaming {
		t.Errorf("the cut answer is shown: %v, still growing: %v", ok, m.Streaming)
	}
}
