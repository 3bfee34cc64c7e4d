package slacktest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// seedDay is the day of the seeded threads: fixed, so that golden files can hold their times.
var seedDay = time.Date(2026, 11, 23, 18, 20, 0, 0, time.UTC)

// populate brings in the people and channels of the demo workspace.
func (s *Server) populate() {
	s.teams[teamID] = Object{"id": teamID, "name": "Acme", "domain": "acme", "icon": Object{"image_68": "https://avatars.acme.test/acme.png"}}
	s.teams[otherTeamID] = Object{"id": otherTeamID, "name": "Globex", "domain": "globex", "icon": Object{}}
	if s.enterpriseID != "" {
		s.teams[teamID]["enterprise_id"] = s.enterpriseID
	}
	for _, u := range []User{
		{ID: "U0ALICE", Name: "alice", RealName: "Alice Chen", Email: "alice@acme.test"},
		{ID: "U0BOB", Name: "bob", RealName: "Bob Diaz", Email: "bob@acme.test"},
		{ID: "U0CAROL", Name: "carol", RealName: "Carol Okafor", Email: "carol@acme.test", Admin: true},
		{ID: "U0DAVE", Name: "dave", RealName: "Dave Novak", Email: "dave@contractor.test", Restricted: true},
		{ID: "U0ERIN", Name: "erin", RealName: "Erin Vale", Email: "erin@globex.test", Stranger: true, TeamID: otherTeamID},
		{ID: "U0FRANK", Name: "frank", RealName: "Frank Lund", Email: "frank@acme.test", Deleted: true},
		{ID: "U0DEPLOY", Name: "deploybot", RealName: "Deploy Bot", Bot: true},
		{ID: botUserID, Name: s.manifest.Features.Bot.Name, RealName: s.manifest.Display.Name, Bot: true},
	} {
		if u.TeamID == "" {
			u.TeamID = teamID
		}
		u.TZ = "Europe/Amsterdam"
		s.users[u.ID] = &u
	}
	for _, c := range []Channel{
		{ID: "C0GENERAL", Name: "general", Kind: Public, Members: []string{"U0ALICE", "U0BOB", "U0CAROL", "U0DAVE", botUserID}},
		{ID: "C0ENG", Name: "engineering", Kind: Public, Members: []string{"U0ALICE", "U0BOB", "U0CAROL", "U0DEPLOY", botUserID}},
		{ID: "C0PAYMENTS", Name: "payments", Kind: Public, Members: []string{"U0ALICE", "U0BOB", "U0CAROL", "U0ERIN", "U0DEPLOY", botUserID}, Shared: true},
		{ID: "C0DESIGN", Name: "design", Kind: Public, Members: []string{"U0ALICE", "U0CAROL"}},
		{ID: "C0LEADS", Name: "leads", Kind: Private, Members: []string{"U0ALICE", "U0CAROL"}},
		{ID: "C0SECURITY", Name: "security", Kind: Private, Members: []string{"U0ALICE", "U0BOB", botUserID}},
		{ID: "C0OLD", Name: "old-launch", Kind: Public, Members: []string{"U0ALICE", botUserID}, Archived: true},
		{ID: "D0ALICEBOB", Kind: Direct, Members: []string{"U0ALICE", "U0BOB"}},
		{ID: "C0MPDM", Name: "mpdm-alice--bob--carol-1", Kind: Group, Members: []string{"U0ALICE", "U0BOB", "U0CAROL"}},
	} {
		s.channels[c.ID] = &c
	}
	for _, id := range []string{"U0ALICE", "U0BOB", "U0CAROL", "U0DAVE"} {
		dm := "D" + strings.TrimPrefix(id, "U")
		s.channels[dm] = &Channel{ID: dm, Kind: Direct, Members: []string{id, botUserID}}
	}
}

// line is one seeded message: who, how many seconds after the one before, what.
type line struct {
	who   string
	after int
	text  string
}

// play adds a thread without raising events, and returns its messages.
func (s *Server) play(channel string, start time.Time, lines []line) []*Message {
	var out []*Message
	at := start
	for _, l := range lines {
		at = at.Add(time.Duration(l.after) * time.Second)
		m := &Message{Channel: channel, TS: formatTS(at.UnixMicro() + int64(len(out))), User: l.who, Text: s.rewrite(l.who, l.text, false)}
		if len(out) > 0 {
			m.ThreadTS = out[0].TS
		}
		if s.users[l.who].Bot {
			m.BotID, m.Subtype = "B0DEPLOY", "bot_message"
		}
		s.add(m)
		out = append(out, m)
	}
	s.lastTS = max(s.lastTS, at.Add(time.Hour).UnixMicro()) // what people say later is later, whatever the clock says
	return out
}

// seedThreads plays three threads worth an issue: a long incident, a short bug report, a feature wish.
func (s *Server) seedThreads() {
	long := s.play("C0PAYMENTS", seedDay, incident())
	long[3].Files = []File{{ID: "F0GRAPH", Name: "retries.png", Title: "Retries per minute", Mimetype: "image/png", Size: 68, Content: onePixel()}}
	long[9].Edited = formatTS(seedDay.Add(7 * time.Minute).UnixMicro())
	long[14].Files = []File{{ID: "F0LOG", Name: "worker.log", Title: "worker.log", Mimetype: "text/plain", Size: 45, Content: []byte("18:31:07 retry 214 order 88121 card_declined\n")}}
	long[20].Edited = formatTS(seedDay.Add(15 * time.Minute).UnixMicro())
	long[0].Reactions = []Reaction{{"eyes", []string{"U0ALICE", "U0CAROL"}}}
	s.play("C0ENG", seedDay.Add(-3*time.Hour), []line{
		{"U0BOB", 0, "Login fails on Safari 26: the button spins forever. Chrome and Firefox are fine."},
		{"U0ALICE", 65, "Same here, private window too. Console says `SecurityError: The operation is insecure.`"},
		{"U0CAROL", 240, "That is the storage access check. Started with Friday's release, I think."},
		{"U0BOB", 90, "Can someone file it? It blocks the demo on Thursday."},
	})
	s.play("C0GENERAL", seedDay.Add(-26*time.Hour), []line{
		{"U0CAROL", 0, "Could the weekly report also go out as CSV? Finance retypes it every Monday."},
		{"U0DAVE", 600, "+1, we do the same for the partners."},
		{"U0ALICE", 300, "Small one. @bob can the export job do that already?"},
		{"U0BOB", 1800, "Almost: it writes the rows, only the download is missing. See https://linear.app/acme/issue/ENG-12"},
	})
}

// incident is the long thread: 44 messages with a bot, a person from another company and two invented secrets.
func incident() []line {
	a, b, c, e, bot := "U0ALICE", "U0BOB", "U0CAROL", "U0ERIN", "U0DEPLOY"
	fakeToken := "ghp_" + strings.Repeat("Ex4mple", 5) + "0"
	fakeURL := "postgres://payments:" + "not-a-real-password" + "@db.acme.test:5432/payments"
	lines := []line{
		{b, 0, "Payment retries loop since 18:05. Some customers were charged twice. Looking."},
		{a, 20, "How many?"},
		{b, 35, "About 40 orders so far, all cards that were declined first."},
		{b, 15, "Retries per minute:"},
		{c, 40, "Do we stop the worker?"},
		{a, 10, "Not yet, refunds go through the same queue."},
		{bot, 30, "Deployed payments-worker 2026.11.23-4 to production (Alice Chen)"},
		{a, 25, "That was me, but it only changed a log line..."},
		{e, 60, "Hi, Erin from Globex. Our dashboard shows duplicate captures for 12 of our orders."},
		{b, 30, "Thanks Erin. Can you send the order ids?"},
		{e, 90, "88121 88124 88125 88131, the rest by mail."},
		{b, 20, "88121 has 214 attempts."},
		{a, 15, "Two hundred?"},
		{b, 10, "The back-off resets on each deploy. It reads the counter from memory."},
		{b, 20, "Log of the worker:"},
		{c, 45, "So each deploy starts all retries again from zero."},
		{a, 10, "And we deployed four times today."},
		{a, 40, "To read the queue: `curl -H 'Authorization: Bearer " + fakeToken + "' https://api.acme.test/queue`"},
		{c, 5, "Please don't paste tokens here :)"},
		{a, 10, "Right, rotating it now."},
		{b, 60, "Dry run of the fix:\n```\nif attempt.Count > limit {\n    return errGiveUp\n}\n```"},
		{b, 30, "The count has to come from the table, connection is " + fakeURL},
		{c, 5, "Bob…"},
		{b, 5, "Test database! But yes, changing it."},
	}
	for i, text := range []string{
		"Paused the retry schedule.", "Queue is at 1,204.", "1,190.", "Refunds still go out.", "First refund batch done: 40 orders.",
		"Support has a text for customers.", "Is the idempotency key sent on retries?", "No. It is made new for each attempt.",
		"Then that is the real bug.", "Agreed: one key per order, not per attempt.", "And the counter in the table.",
		"Can we detect it next time?", "Alert when one order has more than 5 attempts.", "Queue is at 310.", "90.",
		"Empty. Resuming the schedule in five minutes.", "Resumed, no new attempts above 3.", "Globex looks clean now, thank you.",
		"Who turns this thread into an issue?", "I will. Key per order, counter in the table, the alert.",
	} {
		who := []string{b, c, b, a, a, c, a, b, a, b, b, c, a, b, b, b, b, e, c, a}[i]
		lines = append(lines, line{who, 20 + 7*i, text})
	}
	return lines
}

// onePixel is the smallest PNG.
func onePixel() []byte {
	return []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82")
}

// Thread returns the messages of a seeded or later thread by the first words of its root; it panics when there is none.
func (s *Server) Thread(channel, words string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.messages[channel], func(m *Message) bool {
		return m.ThreadTS == "" && strings.HasPrefix(m.Text, words)
	})
	if i < 0 {
		panic(fmt.Sprintf("slacktest: no thread in %s starts with %q", channel, words))
	}
	var out []Message
	for _, m := range s.thread(channel, s.messages[channel][i].TS) {
		out = append(out, *m)
	}
	return out
}
