package assistant

import (
	"errors"
	"time"

	"linearbot/linear"
)

// The limits of one request in words.
const (
	askWithin       = 60 * time.Second
	modelTurnWithin = 30 * time.Second
	callWithin      = 10 * time.Second
	maxTurns        = 8 // unless configured
	maxTurnCalls    = 8
	maxCalls        = 16
	maxReplyTokens  = 1500
	inputBudget     = 30_000 * 4 // characters: about four to a token
	maxAnswer       = 12_000     // characters
)

// Ask is one request in words.
type Ask struct {
	Asker       Asker
	Session     *linear.Session
	Text        string  // the asker's own words
	Memory      Memory  // of this conversation
	Context     []Quote // the thread: what others wrote is data, never instructions
	DefaultTeam string  // a team key or name; may be empty
	Public      bool    // others will read the answer: private teams stay out of it
	Now         time.Time
}

// Quote is one message of the thread that is asked in.
type Quote struct {
	From string // a name
	At   string // as the asker would read it: 14:02
	Text string
	Own  bool // the asker wrote it: as good as their words now
}

// Progress is what can be shown while an answer is made. Exactly one field is
// set. Text is safe to show and never taken back.
type Progress struct {
	Text  string // the next piece of the answer
	Doing string // a step, in words: "Looking for issues assigned to Alice"
}

// Answer is what became of a request in words.
type Answer struct {
	Text     string   // Markdown, already held to safe links and mentions
	Reads    []Read   // the lists that were read, for showing
	Plan     Plan     // the reads and proposed writes, for spelling the command
	Proposal Proposal // ID empty: nothing is proposed
	Hidden   int      // issues of private teams left out of a public answer
	End      AnswerEnd
	Usage    ModelUsage
	Model    string // which one answered last, in the provider's word
}

// AnswerEnd is how an answer ended.
type AnswerEnd string

// The ends of an answer. In all but the first two there may be less in it than
// was asked for.
const (
	EndAnswered AnswerEnd = "answered"
	EndProposed AnswerEnd = "proposed"
	EndDeclined AnswerEnd = "declined" // the model refused
	EndCutShort AnswerEnd = "cut_short"
	EndLimit    AnswerEnd = "limit" // too many steps, or the same one again and again
	EndTimedOut AnswerEnd = "timed_out"
)

// Issues are the identifiers the answer showed, in order: what "the second one"
// will mean.
func (a Answer) Issues() []string {
	var shown []string
	for n := len(a.Reads) - 1; n >= 0 && len(shown) == 0; n-- {
		for _, i := range a.Reads[n].Page {
			shown = append(shown, i.Identifier)
		}
		if i := a.Reads[n].Issue; i != nil {
			shown = append(shown, i.Identifier)
		}
	}
	if len(shown) == 0 {
		for _, c := range a.Proposal.Changes {
			if c.Issue.Identifier != "" {
				shown = append(shown, c.Issue.Identifier)
			}
		}
	}
	return shown
}

var (
	// ErrBusy: one request of the person is at work and another waits, or the
	// workspace has as many at work as it may.
	ErrBusy = errors.New("assistant: busy")
	// ErrOverBudget: the person or the workspace has used up today's tokens.
	ErrOverBudget = errors.New("assistant: over budget")
)
