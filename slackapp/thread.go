package slackapp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// What of a thread goes into an issue (ux: from a message or thread).
const (
	threadMessages = 200
	threadFirst    = 20
	threadChars    = 60000
	messageChars   = 8000 // of one message, so that the first twenty always fit
	fileBytes      = 25 << 20
)

// thread is a Slack thread as it was read, to be turned into Markdown.
type thread struct {
	Messages    []slack.Message // any order
	Channel     string          // name without #; "" in a DM
	Permalink   string          // of the first message
	Description string          // what the person typed in the form
	Author      func(userID string) author
	ChannelName func(channelID string) string
	LinkTo      func(timestamp string) string // permalink of one message; nil or "": none
	Attached    func(file slack.File) string  // address in Linear of an uploaded file; nil or "": not uploaded
}

// transcript is a thread as an issue's description.
type transcript struct {
	Body     string
	Messages int // that were found
	Left     int // of those, left out
	People   int
	Files    int
	Hidden   int      // different secrets replaced
	Company  []string // other companies whose messages are in it
	TooLarge []string // mrkdwn: files that are only linked, and why
}

// transcribe writes the body of an issue: chronological, at most 200 messages or
// 60,000 characters, keeping the first 20 and the latest; secrets are hidden.
func (t thread) transcribe() transcript {
	h := newHider()
	said := t.said()
	out := transcript{Messages: len(said)}
	var people []string
	texts := make([]string, len(said))
	for n, m := range said {
		who := t.who(m).hidden(h)
		if !slices.Contains(people, who.line()) {
			people = append(people, who.line())
		}
		if who.Company != "" && !slices.Contains(out.Company, who.Company) {
			out.Company = append(out.Company, who.Company)
		}
		out.Files += len(m.Files)
		for _, f := range m.Files {
			if f.Size > fileBytes {
				out.TooLarge = append(out.TooLarge, fileNotAttached(firstOf(f.Name, "A file"), f.Size))
			}
		}
		texts[n] = t.message(m, who, h)
	}
	out.People = len(people)
	kept, gap := keep(texts)
	out.Left = len(texts) - len(kept)
	if out.Left > 0 {
		kept = slices.Insert(kept, gap, fmt.Sprintf("… %s left out, see Slack", plural(out.Left, "message", "messages")))
	}
	body := strings.Join([]string{t.intro(said, people), strings.Join(kept, "\n\n")}, "\n\n")
	if d := strings.TrimSpace(t.Description); d != "" {
		body = d + "\n\n" + body
	}
	out.Body = h.hide(strings.TrimSpace(body))
	out.Hidden = h.count()
	return out
}

// source is what the form says about the thread.
func (t transcript) source(notice string) *source {
	return &source{Messages: t.Messages, People: t.People, Files: t.Files, Hidden: t.Hidden, Company: t.Company, Long: t.longNotice(), TooLarge: t.TooLarge, Notice: notice}
}

// longNotice says what a long thread keeps; "" when all is there.
func (t transcript) longNotice() string {
	if t.Left == 0 {
		return ""
	}
	return fmt.Sprintf("I included the first %d and latest %d messages.", threadFirst, t.Messages-t.Left-threadFirst)
}

// said is what people and apps wrote, oldest first: no joins, topics, reminders.
func (t thread) said() []slack.Message {
	kept := slices.DeleteFunc(slices.Clone(t.Messages), func(m slack.Message) bool {
		switch m.SubType {
		case "", "bot_message", "me_message", "file_share", "thread_broadcast", "file_comment":
			return m.Hidden || strings.TrimSpace(spokenIn(m)) == "" && len(m.Files) == 0 && len(m.Attachments) == 0
		}
		return true
	})
	slices.SortStableFunc(kept, func(a, b slack.Message) int { return messageTime(a).Compare(messageTime(b)) })
	return kept
}

// messageTime reads Slack's ts, seconds with six decimals.
func messageTime(m slack.Message) time.Time {
	seconds, micros, _ := strings.Cut(m.Timestamp, ".")
	s, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}
	}
	u, err := strconv.ParseInt((micros + "000000")[:6], 10, 64)
	if err != nil {
		u = 0 // the seconds are what people see
	}
	return time.Unix(s, u*1000).UTC()
}

// intro is the rule and the two lines over the messages.
func (t thread) intro(said []slack.Message, people []string) string {
	parts := []string{"**From Slack**"}
	where := "a direct message"
	if t.Channel != "" {
		where = "#" + mdName(t.Channel)
	}
	parts[0] += " " + mdLink(where, t.Permalink)
	parts = append(parts, plural(len(said), "message", "messages"))
	if len(said) > 0 {
		parts = append(parts, span(messageTime(said[0]), messageTime(said[len(said)-1])))
	}
	lines := "---\n" + strings.Join(parts, " · ")
	if len(people) > 0 {
		shown := people[:min(len(people), 30)]
		list := strings.Join(shown, ", ")
		if more := len(people) - len(shown); more > 0 {
			list += fmt.Sprintf(" and %d more", more)
		}
		lines += "\n**People:** " + list
	}
	return lines
}

// span is "2026-11-23 18:20–18:47 UTC", with both days when they differ.
func span(from, to time.Time) string {
	switch {
	case from.Equal(to) || from.Format("2006-01-02 15:04") == to.Format("2006-01-02 15:04"):
		return from.Format("2006-01-02 15:04 UTC")
	case from.Format(time.DateOnly) == to.Format(time.DateOnly):
		return from.Format("2006-01-02 15:04") + "–" + to.Format("15:04 UTC")
	}
	return from.Format("2006-01-02 15:04") + " – " + to.Format("2006-01-02 15:04 UTC")
}

func mdLink(label, address string) string {
	if address == "" {
		return label
	}
	return "[" + label + "](" + strings.NewReplacer("(", "%28", ")", "%29", " ", "%20").Replace(address) + ")"
}

// message is one message: who, when, what was said, its files.
func (t thread) message(m slack.Message, who author, h *hider) string {
	head := "**" + mdName(who.Name) + "**"
	if m.BotID != "" || m.SubType == "bot_message" {
		head += " (bot)"
	}
	if who.Company != "" {
		head += " · " + mdName(who.Company)
	}
	link := ""
	if t.LinkTo != nil {
		link = t.LinkTo(m.Timestamp)
	}
	head += " · " + mdLink(messageTime(m).Format("15:04"), link)
	if m.Edited != nil {
		head += " (edited)"
	}
	names := slackNames{person: t.mention, channel: t.ChannelName}
	// Hidden before conversion, so that marks cannot split a secret, and the whole
	// body again after it.
	text := toMarkdown(h.hide(unsplit(m.Text)), names)
	if text == "" {
		text = attachmentText(m, names, h)
	}
	if text == "" {
		text = toMarkdown(h.hide(unsplit(spokenIn(m))), names)
	}
	lines := []string{head}
	if text != "" {
		lines = append(lines, cut(text, messageChars))
	}
	for _, f := range m.Files {
		lines = append(lines, t.file(f, h))
	}
	return strings.Join(lines, "\n")
}

// unsplit removes characters nobody sees, which could split a secret.
func unsplit(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '\u200b', '\u200c', '\u2060', '\ufeff', '\u00ad', 0:
			return -1
		}
		return r
	}, s)
}

// attachmentText is what an app posted without text.
func attachmentText(m slack.Message, names slackNames, h *hider) string {
	var parts []string
	for _, a := range m.Attachments {
		for _, s := range []string{a.Pretext, a.Title, a.Text} {
			if s != "" {
				parts = append(parts, toMarkdown(h.hide(unsplit(s)), names))
			}
		}
		if a.Title == "" && a.Text == "" && a.Fallback != "" {
			parts = append(parts, toMarkdown(h.hide(unsplit(a.Fallback)), names))
		}
	}
	return strings.Join(parts, "\n")
}

// file is one line: an upload as an image or link, anything else as a link to
// Slack with the reason.
func (t thread) file(f slack.File, h *hider) string {
	name := mdName(h.hide(unsplit(firstOf(firstOf(f.Name, f.Title), "file"))))
	if t.Attached != nil {
		if address := t.Attached(f); address != "" {
			if strings.HasPrefix(f.Mimetype, "image/") {
				return "!" + mdLink(name, address)
			}
			return "📎 " + mdLink(name, address)
		}
	}
	why := "in Slack"
	if f.Size > fileBytes {
		why = "in Slack, " + megabytes(f.Size) + " is too large to attach"
	}
	return "📎 " + mdLink(name, h.hide(f.URLPrivate)) + " (" + why + ")"
}

func megabytes(bytes int) string { return fmt.Sprintf("%d MB", (bytes+(1<<20)-1)>>20) }

// fileNotAttached tells the person about a file that is only linked.
func fileNotAttached(name string, size int) string {
	return inline(name, 80) + " (" + megabytes(size) + ") is too large; I linked it instead."
}

// keep is the first 20 messages and as many of the latest as fit; gap is where
// some are missing.
func keep(texts []string) (kept []string, gap int) {
	total := 0
	for _, s := range texts {
		total += length(s) + 2
	}
	if len(texts) <= threadMessages && total <= threadChars {
		return slices.Clone(texts), len(texts)
	}
	room := threadChars
	gap = 0
	for gap < min(threadFirst, len(texts)) && room-length(texts[gap])-2 >= threadChars/10 {
		room -= length(texts[gap]) + 2
		gap++
	}
	from := len(texts)
	for from > gap && len(texts)-from < threadMessages-gap && room >= length(texts[from-1])+2 {
		from--
		room -= length(texts[from]) + 2
	}
	return append(slices.Clone(texts[:gap]), texts[from:]...), gap
}
