package slackapp_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"linearbot/assistant/modeltest"
	"linearbot/linear"
	"linearbot/slackapp/slacktest"
)

var (
	anyIssue = regexp.MustCompile(`\b(?:ENG|V[ABC])-\d+\b`)
	anyVault = regexp.MustCompile(`(?i)vault(alice|bob|carol)`)
	topic    = regexp.MustCompile(`quartz\w+`)
)

// talker is one person in one place, who talks about issues nobody else talks about.
type talker struct {
	w       *world
	p       *slacktest.Person
	name    string
	word    string // in the titles of the issues this is about
	channel string
	thread  string // of the conversation; "": the first message begins it
	command bool   // by the slash command, which is in no thread
	model   bool
}

// handle is the name of a person in both services.
func handle(p *slacktest.Person) string { return strings.ToLower(strings.TrimPrefix(p.ID, "U0")) }

// private reports whether the person alone sees the place.
func (k *talker) private() bool { return k.command || k.channel == k.p.DM() }

func (k *talker) say(text string) error {
	ctx := k.w.t.Context()
	switch {
	case k.command:
		return k.p.Command(ctx, k.channel, "/linear ask "+text)
	case !k.private():
		text = "@linear " + text
	}
	if k.thread == "" {
		m, err := k.p.Say(ctx, k.channel, text)
		k.thread = m.TS
		return err
	}
	_, err := k.p.ReplyInThread(ctx, slacktest.Message{Channel: k.channel, TS: k.thread}, text)
	return err
}

// hears waits for an answer of the app in this place, for this person alone or for
// all, that says what is looked for.
func (k *talker) hears(alone bool, words ...string) (found slacktest.Message, err error) {
	ctx, cancel := context.WithTimeout(k.w.t.Context(), patience)
	defer cancel()
	err = k.w.slack.Await(ctx, func() bool {
		place := k.p.Sees(k.channel)
		if k.thread != "" {
			place = k.p.Thread(k.channel, k.thread)
		}
		for _, m := range place {
			text := slacktest.Text(m)
			lacks := func(word string) bool { return !strings.Contains(text, word) }
			if m.AppID != "" && (m.EphemeralTo != "") == (alone && k.channel != k.p.DM()) && !m.Streaming && !slices.ContainsFunc(words, lacks) {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		return found, fmt.Errorf("%s in %s/%s (%s) hears nothing of %v: %w\n%s", k.name, k.channel, k.thread, k.word, words, err, k.p.Screen(k.channel))
	}
	return found, nil
}

// talks asks for a list, and then means issues of it.
func (k *talker) talks() error {
	if !k.private() {
		if err := k.say("assign the second one to me"); err != nil {
			return err
		}
		if _, err := k.hears(true, "Which issue do you mean?"); err != nil {
			return err
		}
	}
	listed, err := k.lists()
	if err != nil {
		return err
	}
	if err := k.means("move the second one to In Review", listed[1], "In Review"); err != nil {
		return err
	}
	return k.means("assign it to me", listed[1], "Assignee")
}

// lists asks for the issues the talker is about, and returns those that are shown.
func (k *talker) lists() (listed []string, err error) {
	text, answer, want := "show open issues about "+k.word, k.word, 4
	if k.model { // which repeats what others say in the thread, too
		text, answer = "hm, what would you say smells oddest about "+k.word+" to you?", "About "+k.word+":"
	}
	if !k.private() {
		want = 3
	}
	if err := k.say(text); err != nil {
		return nil, err
	}
	end := "" // of an answer that grows
	if k.model {
		end = "[Helpful]"
	}
	m, err := k.hears(k.command, answer, "ENG-", end)
	if err != nil {
		return nil, err
	}
	shown, _, _ := strings.Cut(slacktest.Text(m), "(and all I know")
	for _, ref := range anyIssue.FindAllString(shown, -1) {
		if !slices.Contains(listed, ref) {
			listed = append(listed, ref)
		}
	}
	if len(listed) != want {
		return nil, fmt.Errorf("%s is shown %v about %s, want %d issues:\n%s", k.name, listed, k.word, want, shown)
	}
	return listed, nil
}

// means says something about an issue without its name, and looks at the preview.
func (k *talker) means(text, ref, field string) error {
	if err := k.say(text); err != nil {
		return err
	}
	if _, err := k.hears(k.command, "Ready to make 1 change", ref, field); err != nil { // others' previews are in the thread, too
		return fmt.Errorf("%s says %q about %s: no preview of %s: %w", k.name, text, k.word, ref, err)
	}
	return nil
}

// vaults gives each of three people a team nobody else sees, and makes the issues a
// talker talks about: three anybody may see, and one of the person's own team.
func (w *world) vaults(talkers []*talker) {
	w.t.Helper()
	for _, p := range []*slacktest.Person{w.alice, w.bob, w.carol} {
		w.linear.AddTeam("Vault"+handle(p), "V"+strings.ToUpper(handle(p)[:1]), true, handle(p))
		key, err := w.linear.APIKey(mailOf(p))
		if err != nil {
			w.t.Fatal(err)
		}
		s := linear.New(linear.Config{APIURL: w.linear.URL}).Session(handle(p), plainKey(key), nil)
		d, err := s.Directory(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		for _, k := range talkers {
			if k.p != p {
				continue
			}
			for _, title := range []string{"ENG one", "ENG two", "V" + strings.ToUpper(k.name[:1]) + " vault" + k.name, "ENG three"} {
				key, rest, _ := strings.Cut(title, " ")
				team, err := d.Team(key)
				if err == nil {
					_, err = s.CreateIssue(w.t.Context(), linear.IssueCreate{TeamID: team.ID, Title: k.word + " " + rest})
				}
				if err != nil {
					w.t.Fatal(err)
				}
			}
		}
	}
	w.connect(w.alice, w.bob, w.carol)
}

// tells is a model that repeats everything it is told, and reports what it is told of
// others.
func tells(t *testing.T) func(modeltest.Request) modeltest.Reply {
	person := regexp.MustCompile(`The person is "(\w+)`)
	return func(r modeltest.Request) modeltest.Reply {
		raw, err := json.Marshal(r)
		if err != nil {
			t.Error(err)
		}
		var system string
		for _, b := range r.System {
			system += b.Text
		}
		name := strings.ToLower(person.FindStringSubmatch(system)[1])
		for _, of := range anyVault.FindAllStringSubmatch(string(raw), -1) {
			if public := strings.Contains(system, "read by everybody"); public || of[1] != name {
				t.Errorf("the model is told of %s's own issues when %s asks (everybody reads: %v)", of[1], name, public)
			}
		}
		results := strings.Join(r.Results(), " ")
		if !strings.Contains(results, `"count"`) {
			return modeltest.Call("linear_issues_list", map[string]any{"query": topic.FindString(r.Said()), "stateType": "open"})
		}
		known, err := json.Marshal(r.Messages)
		if err != nil {
			t.Error(err)
		}
		said := r.System[len(r.System)-1].Text + string(known)
		return modeltest.Say("About " + topic.FindString(r.Said()) + ": " + strings.Join(anyIssue.FindAllString(results, -1), ", ") +
			" (and all I know is " + said[:min(len(said), 3000)] + ")")
	}
}

// TestNothingCrossesPeopleOrPlaces: three people talk at the same time in five places
// each, two of which they share. What is theirs alone is seen by nobody else, and what
// they mean is what they were shown in that place.
func TestNothingCrossesPeopleOrPlaces(t *testing.T) {
	t.Parallel()
	for _, model := range []bool{false, true} {
		t.Run(fmt.Sprintf("model=%v", model), func(t *testing.T) {
			t.Parallel()
			var w *world
			if model {
				w, _ = withModel(t, tells(t))
			} else {
				w = newWorld(t)
			}
			var talkers []*talker
			roots := []slacktest.Message{w.says(w.alice, general, "Where everybody talks"), w.says(w.bob, engineering, "And here")}
			for n, place := range []talker{
				{channel: general, thread: roots[0].TS}, {}, {channel: engineering, thread: roots[1].TS}, {}, {channel: payments, command: true},
			} {
				for _, p := range []*slacktest.Person{w.alice, w.bob, w.carol} {
					k := place
					k.w, k.p, k.name, k.model = w, p, handle(p), model
					k.channel = cmp.Or(k.channel, p.DM())
					k.word = fmt.Sprintf("quartz%s%d", k.name, n)
					talkers = append(talkers, &k)
				}
			}
			w.vaults(talkers)
			var all errgroup.Group
			all.SetLimit(6) // of a person one request is worked on and one waits
			working := map[string]chan struct{}{"alice": make(chan struct{}, 2), "bob": make(chan struct{}, 2), "carol": make(chan struct{}, 2)}
			for _, k := range talkers {
				all.Go(func() error {
					working[k.name] <- struct{}{}
					defer func() { <-working[k.name] }()
					return k.talks()
				})
			}
			if err := all.Wait(); err != nil {
				t.Error(err)
			}
			if err := w.nothingCrossed(talkers); err != nil {
				t.Error(err)
			}
			if model {
				return
			}
			// "Show only to me" is answered to whoever presses, with what they may see.
			k := talkers[0]
			m, err := k.hears(false, k.word, "hidden here")
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range []*slacktest.Person{w.alice, w.bob, w.carol} {
				w.clicks(p, m, "Show only to me")
				w.await("an answer to the press", func() bool {
					return slices.ContainsFunc(append(p.Thread(k.channel, k.thread), p.Sees(k.channel)...), func(m slacktest.Message) bool {
						return m.EphemeralTo == p.ID && strings.Contains(slacktest.Text(m), k.word) && (p != k.p || anyVault.MatchString(slacktest.Text(m)))
					})
				})
			}
			if err := w.nothingCrossed(talkers); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestEachThreadMeansItsOwn: of two threads in one channel, and of two people in one
// thread, each means what it was shown itself, however they take turns.
func TestEachThreadMeansItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, two := w.says(w.alice, general, "One thread"), w.says(w.alice, general, "Another one")
	talkers := []*talker{
		{p: w.alice, thread: one.TS, word: "quartzalice0"}, {p: w.alice, thread: two.TS, word: "quartzalice1"}, {p: w.bob, thread: one.TS, word: "quartzbob0"},
	}
	for _, k := range talkers {
		k.w, k.name, k.channel = w, handle(k.p), general
	}
	w.vaults(talkers)
	means := map[*talker]string{}
	for _, k := range talkers {
		listed, err := k.lists()
		if err != nil {
			t.Fatal(err)
		}
		means[k] = listed[1]
	}
	for _, k := range talkers {
		if err := k.means("move the second one to In Review", means[k], "In Review"); err != nil {
			t.Error(err)
		}
	}
}

// nothingCrossed looks at everything that each person sees, and at everything that was
// sent to Slack for more than one pair of eyes.
func (w *world) nothingCrossed(talkers []*talker) (err error) {
	own := 0
	for _, p := range []*slacktest.Person{w.alice, w.bob, w.carol} {
		for _, c := range w.slack.Channels(p.ID) {
			for _, m := range append(p.Sees(c.ID), w.threads(p, c.ID)...) {
				raw, marshalErr := json.Marshal(m)
				err = errors.Join(err, marshalErr)
				for _, of := range anyVault.FindAllStringSubmatch(string(raw), -1) {
					if own++; of[1] != handle(p) {
						err = errors.Join(err, fmt.Errorf("%s sees of %s's own issues in %s: %s", p.ID, of[1], c.ID, slacktest.Text(m)))
					}
				}
			}
		}
		home, marshalErr := json.Marshal(p.Home())
		err = errors.Join(err, marshalErr)
		for _, of := range anyVault.FindAllStringSubmatch(string(home), -1) {
			if of[1] != handle(p) {
				err = errors.Join(err, fmt.Errorf("%s sees of %s's own issues on Home", p.ID, of[1]))
			}
		}
	}
	if own < len(talkers)/2 {
		err = errors.Join(err, fmt.Errorf("people see %d times something of their own, which is not what this test is about", own))
	}
	for _, c := range w.slack.Calls() {
		raw, marshalErr := json.Marshal(c.Args)
		err = errors.Join(err, marshalErr)
		channel, _ := c.Args["channel"].(string)
		if strings.HasPrefix(channel, "C") && c.Method != "chat.postEphemeral" && anyVault.Match(raw) {
			err = errors.Join(err, fmt.Errorf("%s to %s: %s", c.Method, channel, raw))
		}
	}
	return err
}

// threads are the replies in a conversation that a person sees.
func (w *world) threads(p *slacktest.Person, channel string) (all []slacktest.Message) {
	for _, root := range p.Sees(channel) {
		all = append(all, p.Thread(channel, root.TS)...)
	}
	return all
}
