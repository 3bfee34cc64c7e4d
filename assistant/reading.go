package assistant

// Thread is what the asker and the bot have before them in one conversation.
type Thread struct {
	Issues  []string          // identifiers last shown, in the order shown
	Answers map[string]string // what was chosen for earlier questions, by Question.Key
}

// Reading is what Parse made of a sentence. Exactly one of these holds: there
// is a Talk, a Refusal, Questions, a Plan, or none of them because something
// was not understood (then Certain is false and Leftover says what).
type Reading struct {
	Plan      Plan
	Certain   bool       // every word was understood and nothing has to be asked
	Leftover  []string   // the words that were not understood
	Offers    []string   // commands without the command word that parts of them spell, at most three
	Questions []Question // to be asked before there is a plan, the first one first
	Refusal   Refusal    // something that words never do
	Talk      Talk       // conversation about nothing in Linear
	Count     bool       // the number of issues was asked for, not the list
	Command   string     // the same as a slash command, without the command word; empty when there is none
}

// Refusal names what is never done on a sentence's word (ux: confirmation rules).
type Refusal string

// The refusals: deleting and archiving, moving an issue to another team, telling
// the asker about something later, and a change of issues that are described as
// being that way already.
const (
	RefuseDelete    Refusal = "delete"
	RefuseTeamMove  Refusal = "team move"
	RefuseNotify    Refusal = "notify"
	RefuseUnchanged Refusal = "unchanged"
)

// Talk is a sentence that asks for nothing in Linear.
type Talk string

// The kinds of talk. TalkForget asks to clear the thread's memory, TalkUndo to
// take back the last change.
const (
	TalkGreeting Talk = "greeting"
	TalkThanks   Talk = "thanks"
	TalkHelp     Talk = "help"
	TalkForget   Talk = "forget"
	TalkUndo     Talk = "undo"
)

// QuestionKind says what a question asks for.
type QuestionKind string

// The kinds of question.
const (
	AskPerson QuestionKind = "person"
	AskIssue  QuestionKind = "issue"
	AskState  QuestionKind = "state"
)

// Question is what has to be known before a sentence is a plan. To answer it,
// put the value of a candidate into Thread.Answers under Key and parse again.
type Question struct {
	Kind       QuestionKind
	Name       string      // as the asker wrote it: "Alice", "it", "In QA"
	Team       string      // the team whose states are asked about
	Unknown    bool        // nothing is called Name: the candidates are what there is
	Candidates []Candidate // empty when there is nothing to choose from
}

// Candidate is one possible answer.
type Candidate struct {
	Value  string // for Thread.Answers
	Label  string // what a button shows
	Detail string // what tells candidates apart: the e-mail of a person
}

// Key is where Thread.Answers holds the answer.
func (q Question) Key() string { return string(q.Kind) + ":" + q.Team + ":" + fold(q.Name) }
