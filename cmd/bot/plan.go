package main

import (
	"bufio"
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
// Nothing is asked of any server and nothing is done.
type planCmd struct {
	Text    []string `arg:"" help:"The sentence; - reads one {\"text\": …, \"context\": {\"issues\": […]}} a line from standard input."`
	Context []string `help:"Issues last shown, in the order shown, such as ENG-12,ENG-13."`
	Explain bool     `help:"Say on standard error what is asked, refused or not understood, and the same as a command."`
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
	one := func(s sentence) error {
		r := assistant.Parse(s.Text, d, assistant.Thread{Issues: s.Context.Issues}, time.Now())
		if p.Explain {
			fmt.Fprintln(stderr, explained(r))
		}
		return json.NewEncoder(stdout).Encode(r.Plan)
	}
	text := strings.Join(p.Text, " ")
	if text != "-" {
		s := sentence{Text: text}
		s.Context.Issues = p.Context
		return one(s)
	}
	lines := bufio.NewScanner(stdin)
	lines.Buffer(nil, longestLine)
	for n := 1; lines.Scan(); n++ {
		var s sentence
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := one(s); err != nil {
			return err
		}
	}
	return lines.Err()
}

// explained is a reading in one line.
func explained(r assistant.Reading) string {
	switch {
	case r.Refusal != "":
		return "refused: " + string(r.Refusal)
	case r.Talk != "":
		return "talk: " + string(r.Talk)
	case len(r.Questions) > 0:
		q := r.Questions[0]
		var labels []string
		for _, c := range q.Candidates {
			labels = append(labels, c.Label)
		}
		return fmt.Sprintf("asks: which %s is %q? %s", q.Kind, q.Name, strings.Join(labels, ", "))
	case len(r.Plan.Steps) == 0:
		return fmt.Sprintf("not understood: %q", r.Leftover)
	case r.Command != "":
		return "the same: /linear " + r.Command
	}
	return "there is no command for it"
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
