package assistant

import "strings"

// Slack sends people, channels and links in angle brackets and escapes & < >
// (Slack: formatting text for app surfaces). This file turns them into what the
// person typed or saw.

// entity is one <…> of Slack's markup.
type entity struct {
	kind  byte   // '@' person, '#' channel, '!' special, 'u' link, 'm' mail address
	id    string // U1, C1, the URL, the mail address
	label string // what the person saw, empty when Slack sent none
}

// readEntity reads the entity at the start of s; size 0 means there is none.
func readEntity(s string) (e entity, size int) {
	if !strings.HasPrefix(s, "<") {
		return entity{}, 0
	}
	end := strings.IndexAny(s[1:], "<>\n")
	if end < 1 || s[1+end] != '>' {
		return entity{}, 0
	}
	inner := s[1 : 1+end]
	size = end + 2
	id, label, _ := strings.Cut(inner, "|")
	switch {
	case strings.HasPrefix(id, "@") && isSlackID(id[1:]):
		return entity{kind: '@', id: id[1:], label: label}, size
	case strings.HasPrefix(id, "#") && isSlackID(id[1:]):
		return entity{kind: '#', id: id[1:], label: label}, size
	case strings.HasPrefix(id, "!") && len(id) > 1:
		return entity{kind: '!', id: id[1:], label: label}, size
	case strings.HasPrefix(id, "http://"), strings.HasPrefix(id, "https://"):
		return entity{kind: 'u', id: id, label: label}, size
	case strings.HasPrefix(id, "mailto:"):
		return entity{kind: 'm', id: strings.TrimPrefix(id, "mailto:"), label: label}, size
	}
	return entity{}, 0
}

func isSlackID(s string) bool {
	if s == "" {
		return false
	}
	for _, r := range s {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return false
		}
	}
	return true
}

// value is the entity as the value of a field: a person stays a mention.
func (e entity) value() string {
	if e.kind == '@' {
		return "<@" + e.id + ">"
	}
	return unescape(e.seen())
}

// seen is the entity as the person saw it.
func (e entity) seen() string {
	switch e.kind {
	case '@':
		if e.label == "" {
			return "<@" + e.id + ">"
		}
		return "@" + e.label
	case '#':
		if e.label == "" {
			return "<#" + e.id + ">"
		}
		return "#" + e.label
	case '!':
		if e.label != "" {
			return e.label
		}
		return "@" + e.id
	case 'm':
		return e.id
	}
	if e.label != "" && strings.HasSuffix(e.id, "://"+e.label) {
		return e.label // typed without a scheme, linked by Slack
	}
	return e.id
}

var unescaper = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// unescape undoes Slack's escaping of & < and >.
func unescape(s string) string { return unescaper.Replace(s) }

// plainText is s as the person saw it. With mentions, people stay <@U1> so that
// they can be turned into mentions of Linear.
func plainText(s string, mentions bool) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	var b strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(unescape(s))
			break
		}
		b.WriteString(unescape(s[:i]))
		e, size := readEntity(s[i:])
		switch {
		case size == 0:
			b.WriteByte('<')
			size = 1
		case e.kind == '@' && mentions:
			b.WriteString(e.value())
		default:
			b.WriteString(unescape(e.seen()))
		}
		s = s[i+size:]
	}
	return b.String()
}
