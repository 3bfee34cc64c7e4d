package slackapp

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// ellipsis ends text that was cut.
const ellipsis = "…"

// zeroWidth keeps a formatting character from being read as one: mrkdwn has no
// escape for * _ ~ ` (facts: Slack messages).
const zeroWidth = "\u200b"

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

var unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// escape makes text safe inside mrkdwn and message text: without raw & < > no
// mention, channel, link or date can be smuggled in.
func escape(s string) string { return escaper.Replace(s) }

// unescape is what Slack's own escaping stands for.
func unescape(s string) string { return unescaper.Replace(s) }

// oneLine puts text on one line: white space collapses, control characters and
// the bidirectional overrides that could reorder our own words are dropped.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// neutralise keeps formatting characters visible as typed in mrkdwn. The text is
// expected to be escaped already.
func neutralise(s string) string {
	if !strings.ContainsAny(s, "*_~`") {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch r {
		case '*', '_', '~', '`':
			b.WriteString(zeroWidth)
			b.WriteRune(r)
			b.WriteString(zeroWidth)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// inline prepares a name or title from outside for mrkdwn: one line, at most
// limit characters as people count them, escaped and shown as it is.
func inline(s string, limit int) string {
	return neutralise(escape(cut(oneLine(s), limit)))
}

// code shows text as code in mrkdwn; backticks cannot appear inside.
func code(s string, limit int) string {
	s = strings.ReplaceAll(cut(oneLine(s), limit), "`", "'")
	if s == "" {
		return ""
	}
	return "`" + escape(s) + "`"
}

// bold is text in bold, nothing when there is none.
func bold(mrkdwn string) string {
	if mrkdwn == "" {
		return ""
	}
	return "*" + mrkdwn + "*"
}

// link is a mrkdwn link. A label without a usable address stays a label.
func link(address, label string) string {
	address = linkAddress(address)
	if address == "" {
		return label
	}
	return "<" + address + "|" + strings.ReplaceAll(label, "|", "¦") + ">"
}

// linkAddress is an address that may stand between < and |: http, https or
// mailto, without the characters that end it. Anything else is "".
func linkAddress(address string) string {
	lower := strings.ToLower(address)
	if !strings.HasPrefix(lower, "https://") && !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "mailto:") {
		return ""
	}
	if len(address) > 2000 || strings.ContainsFunc(address, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return ""
	}
	return strings.NewReplacer("|", "%7C", "<", "%3C", ">", "%3E", "&", "&amp;").Replace(address)
}

// length counts as Slack's clients do, in UTF-16 units: what fits by this
// measure fits by characters too.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// cut shortens plain text to at most limit characters, at a word when one ends
// in the last half, and marks the cut with "…".
func cut(s string, limit int) string {
	if length(s) <= limit {
		return s
	}
	n, end, word := 0, 0, 0
	for i, r := range s {
		w := max(utf16.RuneLen(r), 1)
		if n+w > limit-1 {
			break
		}
		if unicode.IsSpace(r) && n >= limit/2 {
			word = i
		}
		n += w
		end = i + utf8.RuneLen(r)
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)) {
			end = i + 1 // an invalid byte counts for one
		}
	}
	if word > 0 {
		end = word
	}
	return strings.TrimRightFunc(s[:end], unicode.IsSpace) + ellipsis
}

// mrkdwnAtom is what a cut may not split: a token, an entity, a code fence.
var mrkdwnAtom = regexp.MustCompile("<[^<>\n]*>|&(?:amp|lt|gt);|```")

// cutMrkdwn shortens composed mrkdwn to at most limit characters without
// splitting a link, mention, date or entity; an opened code fence is closed.
func cutMrkdwn(s string, limit int) string {
	if length(s) <= limit {
		return s
	}
	const fence = "```"
	room := limit - length("\n"+fence+ellipsis)
	var b strings.Builder
	n, fences := 0, 0
	for s != "" {
		at := mrkdwnAtom.FindStringIndex(s)
		plain, atom := s, ""
		if at != nil {
			plain, atom = s[:at[0]], s[at[0]:at[1]]
		}
		if n+length(plain) > room {
			b.WriteString(strings.TrimSuffix(cut(plain, max(room-n, 1)), ellipsis))
			break
		}
		b.WriteString(plain)
		n += length(plain)
		if at == nil || n+length(atom) > room {
			break
		}
		b.WriteString(atom)
		n += length(atom)
		if atom == fence {
			fences++
		}
		s = s[at[1]:]
	}
	out := strings.TrimRight(b.String(), " \n")
	if fences%2 == 1 {
		return out + ellipsis + "\n" + fence
	}
	return out + ellipsis
}

// plural is a number with its noun: "1 issue", "2 issues", "no issues".
func plural(n int, one, many string) string {
	switch n {
	case 0:
		return "no " + many
	case 1:
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// listed joins words: "a, b and c".
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// quoted is a person's words between curly quotes, ready for mrkdwn.
func quoted(s string, limit int) string { return "“" + inline(s, limit) + "”" }

// sentence begins with a capital and ends with a full stop.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(r)) + s[n:]
	if strings.ContainsAny(s[len(s)-1:], ".?:") || strings.HasSuffix(s, ellipsis) {
		return s
	}
	return s + "."
}

// moment is a time each reader sees in their own zone and words ("today at
// 14:05"); where Slack cannot show that, it is UTC.
func moment(t time.Time) string {
	return dateToken(t, "{date_short_pretty} at {time}", t.UTC().Format("2 Jan 2006 15:04 UTC"))
}

// date is a time with its day as a date, never "today", for a sentence that puts "on"
// before it.
func date(t time.Time) string {
	return dateToken(t, "{date_short} at {time}", t.UTC().Format("2 Jan 2006 15:04 UTC"))
}

// day is a date without time.
func day(t time.Time) string {
	return dateToken(t, "{date_short_pretty}", t.UTC().Format("2 Jan 2006"))
}

// clock is a time of day.
func clock(t time.Time) string { return dateToken(t, "{time}", t.UTC().Format("15:04 UTC")) }

func dateToken(t time.Time, format, otherwise string) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return fmt.Sprintf("<!date^%d^%s|%s>", t.Unix(), format, otherwise)
}

// calendarDay shows a Linear date (YYYY-MM-DD, no time zone) in words.
func calendarDay(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return inline(date, 30)
	}
	return t.Format("2 Jan 2006")
}
