package modeltest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Demo answers as a model would, by a script: it knows a few kinds of question,
// asks the caller's tools, and makes its words of the results it gets back.
// Nothing in them is known beforehand. Use it as Options.Respond.
//
//	question ──▶ topic ──▶ linear_issues_list, page by page ──▶ words
//	                                                        └─▶ a proposed change, when one was asked for
func Demo(r Request) Reply {
	t := demoTalk{asked: r.Said()}
	t.readAbout(r)
	t.readResults(r)
	reply := t.reply()
	reply.Usage = demoUsage(r, reply)
	return reply
}

// demoTalk is what a request holds, as the script needs it.
type demoTalk struct {
	asked    string
	today    time.Time
	teams    map[string]string // names of teams in lower case, by key
	projects []string
	thread   []demoQuote
	lists    []demoList // results of linear_issues_list since the question
	failed   string     // what a failed call said
}

// demoQuote is a message of the Slack thread.
type demoQuote struct {
	From, At, Text string
}

// demoList is one result of linear_issues_list.
type demoList struct {
	Issues  []demoIssue
	HasMore bool
	After   string
}

// demoIssue is one issue of a list.
type demoIssue struct {
	ID, Title, Team, State, Priority, Assignee, Project string
	DueDate, CreatedAt, UpdatedAt, URL                  string
	Labels                                              []string
}

const (
	listTool   = "linear_issues_list"
	createTool = "linear_issue_create"
	updateTool = "linear_issue_update"
	threadTool = "slack_thread_read"
)

var (
	todayLine    = regexp.MustCompile(`Today is \w+, (\d+ \w+ \d{4})`)
	teamLine     = regexp.MustCompile(`(?m)^Team (\S+) \((.+?)\): `)
	projectsLine = regexp.MustCompile(`(?m)^Projects: (.+)\.$`)
)

// readAbout reads what the system prompt says of the day and the workspace.
func (t *demoTalk) readAbout(r Request) {
	t.teams, t.today = map[string]string{}, time.Now().UTC()
	for _, b := range r.System {
		if m := todayLine.FindStringSubmatch(b.Text); m != nil {
			if day, err := time.Parse("2 January 2006", m[1]); err == nil {
				t.today = day
			}
		}
		for _, m := range teamLine.FindAllStringSubmatch(b.Text, -1) {
			t.teams[m[1]] = strings.ToLower(m[2])
		}
		if m := projectsLine.FindStringSubmatch(b.Text); m != nil {
			t.projects = strings.Split(m[1], ", ")
		}
	}
}

// readResults reads the results that came since the person last said something.
func (t *demoTalk) readResults(r Request) {
	names := map[string]string{} // of tools, by call
	for _, m := range r.Messages {
		for _, b := range m.Content {
			switch {
			case b.Type == "text" && m.Role == "user":
				t.lists, t.thread, t.failed = nil, nil, ""
			case b.Type == "tool_use":
				names[b.ID] = b.Name
			case b.Type == "tool_result":
				t.readResult(names[b.ToolUseID], b)
			}
		}
	}
}

func (t *demoTalk) readResult(tool string, b Block) {
	text := b.resultText()
	if b.IsError {
		var e struct{ Message string }
		if json.Unmarshal([]byte(text), &e) != nil || e.Message == "" {
			e.Message = text
		}
		t.failed = e.Message
		return
	}
	switch tool {
	case listTool:
		var l demoList
		if json.Unmarshal([]byte(text), &l) != nil {
			t.failed = "the list could not be read"
			return
		}
		t.lists = append(t.lists, l)
	case threadTool:
		var thread struct{ Messages []demoQuote }
		_ = json.Unmarshal([]byte(text), &thread) // an unreadable thread is an empty one
		t.thread = thread.Messages
	}
}

// demoPages is how many pages of a list the script reads.
const demoPages = 3

// reply is the next turn: a call while there is something to read, else words.
func (t *demoTalk) reply() Reply {
	if t.failed != "" {
		return Say("That did not work: " + t.failed)
	}
	for _, topic := range demoTopics() {
		if !topic.when.MatchString(t.asked) || topic.needs != nil && !topic.needs(t) {
			continue
		}
		if topic.list == nil {
			return topic.tell(t, nil)
		}
		var issues []demoIssue
		for _, l := range t.lists {
			issues = append(issues, l.Issues...)
		}
		n := len(t.lists)
		if n > 0 && (!t.lists[n-1].HasMore || n == demoPages) {
			return topic.tell(t, issues)
		}
		input := topic.list(t)
		input["first"] = 50
		if n == 0 {
			return Say(topic.opening).And(Call(listTool, input))
		}
		input["after"] = t.lists[n-1].After
		return Call(listTool, input)
	}
	return Say(demoHelp)
}

const demoHelp = `I am a script that stands in for a language model in this demo. I read real results, but I know only a few kinds of question:

- What should I look at first, and start it?
- Summarise what the team is struggling with and file a follow-up
- Who has too much on their plate? Even it out
- How is the Auth revamp going?
- In a thread, with a mention: summarise this and file an issue

Plain requests such as “show my open issues” or “close ENG-12” need no model at all.`

// within is the team that the question names, as a filter.
func (t *demoTalk) within(input map[string]any) map[string]any {
	words := " " + strings.ToLower(nonWords.ReplaceAllString(t.asked, " ")) + " "
	for key, name := range t.teams {
		if strings.Contains(words, " "+strings.ToLower(key)+" ") || strings.Contains(words, " "+name+" ") {
			input["team"] = key
		}
	}
	return input
}

var nonWords = regexp.MustCompile(`[^\p{L}\p{N}]+`)

// project is the project that the question names.
func (t *demoTalk) project() string {
	words := strings.ToLower(t.asked)
	for _, p := range t.projects {
		if strings.Contains(words, strings.ToLower(p)) {
			return p
		}
	}
	return ""
}

// wants reports whether the question also asks for a change.
func (t *demoTalk) wants(change *regexp.Regexp) bool { return change.MatchString(t.asked) }

// demoUsage counts tokens as four characters each.
func demoUsage(r Request, reply Reply) Usage {
	var in, out int64
	for _, m := range r.Messages {
		for _, b := range m.Content {
			in += int64(len(b.Text) + len(b.Input) + len(b.Content))
		}
	}
	for _, b := range reply.Blocks {
		out += int64(len(b.Text) + len(b.Input))
	}
	return Usage{In: in / 4, Out: out/4 + 1}
}

// plural is a number with its noun.
func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
