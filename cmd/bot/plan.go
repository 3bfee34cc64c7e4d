package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/linear/lineartest"
)

// planCmd shows what a sentence would do, read by the names of the demo workspace.
// Nothing is asked of any server and nothing is done. Standard output gets one
// line for each sentence: the steps as JSON, [] when there is no plan. What would
// be asked or answered instead goes to standard error, and is no failure.
type planCmd struct {
	Text    []string  `arg:"" optional:"" help:"The sentence. With - or none, each line of standard input is one: plain text, or {\"text\": …, \"context\": {\"issues\": […]}}."`
	Context []string  `help:"Issues last shown, in the order shown, such as ENG-12,ENG-13."`
	Now     time.Time `help:"The time days are counted from, with the asker's zone, such as 2026-11-24T10:00:00+01:00 (default: the clock, in local time)."`
	Explain bool      `help:"Say on standard error also what a plan is as a command."`
}

// sentence is one line of input.
type sentence struct {
	Text    string `json:"text"`
	Context struct {
		Issues []string `json:"issues"`
	} `json:"context"`
}

// longestLine bounds one line of standard input, in bytes.
const longestLine = 1 << 20

// Run reads the sentence, or sentences from the standard input.
func (p *planCmd) Run(ctx context.Context, to *console) error {
	return p.run(ctx, os.Stdin, to.out, to.err)
}

func (p *planCmd) run(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error {
	d, err := demoDirectory(ctx)
	if err != nil {
		return err
	}
	now := p.Now
	if now.IsZero() {
		now = time.Now()
	}
	one := func(s sentence) error {
		if len(s.Context.Issues) == 0 {
			s.Context.Issues = p.Context
		}
		for i, ref := range s.Context.Issues {
			s.Context.Issues[i] = strings.ToUpper(strings.TrimSpace(ref))
		}
		r := assistant.Parse(s.Text, d, assistant.Thread{Issues: s.Context.Issues}, now)
		if p.Explain || len(r.Plan.Steps) == 0 {
			fmt.Fprintln(stderr, strings.ReplaceAll(explained(r), "\n", `\n`))
		}
		return json.NewEncoder(stdout).Encode(r.Plan)
	}
	if text := strings.Join(p.Text, " "); len(p.Text) > 0 && text != "-" {
		return one(sentence{Text: text})
	}
	lines := bufio.NewScanner(stdin)
	lines.Buffer(nil, longestLine)
	for n := 1; lines.Scan(); n++ {
		s, err := readSentence(lines.Text())
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := one(s); err != nil {
			return err
		}
	}
	return lines.Err()
}

// readSentence reads one line: an object with a text, or the text itself.
func readSentence(line string) (s sentence, err error) {
	if !strings.HasPrefix(strings.TrimSpace(line), `{"`) {
		return sentence{Text: line}, nil
	}
	return s, json.Unmarshal([]byte(line), &s)
}

// explained is a reading in one line.
func explained(r assistant.Reading) string {
	switch {
	case r.Refusal == assistant.RefuseDelete:
		return "refused: nothing is deleted or archived on a sentence's word"
	case r.Refusal == assistant.RefuseTeamMove:
		return "refused: an issue is not moved to another team on a sentence's word"
	case r.Refusal == assistant.RefuseNotify:
		return "refused: nobody is told of anything later"
	case r.Refusal == assistant.RefuseUnchanged:
		return "refused: nothing would change, those issues are that way already"
	case r.Talk != "":
		return "no request: " + string(r.Talk)
	case len(r.Questions) > 0:
		return asked(r.Questions[0])
	case len(r.Plan.Steps) == 0:
		said := fmt.Sprintf("not understood: %q", strings.Join(r.Leftover, " "))
		if len(r.Offers) > 0 {
			said += "; offers: /linear " + strings.Join(r.Offers, ", /linear ")
		}
		return said
	case r.Command != "":
		return "the same: /linear " + r.Command
	}
	return "there is no command for it"
}

// asked is a question in one line.
func asked(q assistant.Question) string {
	var labels []string
	for _, c := range q.Candidates {
		labels = append(labels, c.Label)
	}
	from := cmp.Or(strings.Join(labels, ", "), "nothing to choose from")
	switch {
	case q.Kind == assistant.AskState:
		return fmt.Sprintf("asks: %s has no state %q; which one? (%s)", cmp.Or(q.Team, "the team"), q.Name, from)
	case q.Unknown:
		return fmt.Sprintf("asks: no %s is called %q; who is meant? (%s)", q.Kind, q.Name, from)
	}
	return fmt.Sprintf("asks: which %s is %q? (%s)", q.Kind, q.Name, from)
}

// demoDirectory is what Alice can name in the demo workspace.
func demoDirectory(ctx context.Context) (*linear.Directory, error) {
	s := lineartest.New(lineartest.Options{Seed: true})
	defer s.Close()
	key, err := s.APIKey("alice@acme.test")
	if err != nil {
		return nil, err
	}
	client := linear.New(linear.Config{APIURL: s.URL, HTTP: &http.Client{Transport: s.Transport()}})
	return client.Session("demo", apiKey(key), nil).Directory(ctx)
}

// apiKey is a personal key of the local Linear: it is the whole header.
type apiKey string

func (k apiKey) Authorize(_ context.Context, h http.Header) error {
	h.Set("Authorization", string(k))
	return nil
}

func (k apiKey) Rejected(context.Context, http.Header) error { return linear.ErrUnauthenticated }
