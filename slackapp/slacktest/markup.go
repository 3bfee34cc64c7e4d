package slacktest

import (
	"encoding/json"
	"regexp"
	"strings"
)

var typed = regexp.MustCompile(`https?://[^\s<>]+|[@#][\p{L}\p{N}._-]+|[&<>]`)

// rewrite turns what a person types into what Slack sends: & < > escaped, links in angle brackets, handles and
// channel names as ids. Commands with should_escape also carry the name: <@U…|alice>. The lock is held.
func (s *Server) rewrite(author, text string, named bool) string {
	return typed.ReplaceAllStringFunc(text, func(word string) string {
		switch word[0] {
		case '&', '<', '>':
			return escape(word)
		case '@':
			return s.mention(word, named)
		case '#':
			return s.channelLink(author, word)
		}
		return "<" + strings.ReplaceAll(word, "&", "&amp;") + ">"
	})
}

func (s *Server) mention(word string, named bool) string {
	handle := strings.TrimRight(word[1:], ".")
	rest := word[1+len(handle):]
	switch handle {
	case "channel", "here", "everyone":
		return "<!" + handle + ">" + rest
	}
	for id, u := range s.users {
		if u.Name != handle || u.Deleted {
			continue
		}
		if named {
			return "<@" + id + "|" + handle + ">" + rest
		}
		return "<@" + id + ">" + rest
	}
	return word
}

func (s *Server) channelLink(author, word string) string {
	name := strings.TrimRight(word[1:], ".")
	for id, c := range s.channels {
		if c.Name == name && s.sees(author, c) {
			return "<#" + id + "|" + name + ">" + word[1+len(name):]
		}
	}
	return word
}

func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func unescape(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// decodeArgs reads a JSON object; ok is false for anything else.
func decodeArgs(raw []byte) (args, bool) {
	var a args
	if len(raw) == 0 || json.Unmarshal(raw, &a) != nil {
		return nil, false
	}
	return a, true
}
