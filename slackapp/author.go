package slackapp

import (
	"strings"

	"github.com/slack-go/slack"
)

// author is who wrote a message.
type author struct {
	Name    string
	Mention string // Markdown that mentions them in Linear; "" when not connected
	Company string // set for people from another company
}

// who is the author of a message; bots have only the name they post under.
func (t thread) who(m slack.Message) author {
	if m.User != "" && t.Author != nil {
		if a := t.Author(m.User); a.Name != "" {
			return a
		}
	}
	name := m.Username
	if name == "" && m.BotProfile != nil {
		name = m.BotProfile.Name
	}
	if name == "" {
		name = "Someone"
		if m.BotID != "" {
			name = "An app"
		}
	}
	return author{Name: name}
}

// hidden is the author without secrets, which escaping would split.
func (a author) hidden(h *hider) author {
	a.Name, a.Company = h.hide(unsplit(a.Name)), h.hide(unsplit(a.Company))
	return a
}

// line is an author in the list of people.
func (a author) line() string {
	name := mdName(a.Name)
	switch {
	case a.Mention != "":
		return a.Mention
	case a.Company != "":
		return name + " · " + mdName(a.Company)
	}
	return name + " (Slack only)"
}

// mdName is a name that formats nothing.
func mdName(s string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", `\<`).Replace(cut(oneLine(s), 80))
}

func (t thread) mention(userID string) string {
	if t.Author == nil {
		return ""
	}
	a := t.Author(userID)
	if a.Mention != "" {
		return a.Mention
	}
	if a.Name == "" {
		return ""
	}
	return "@" + mdName(a.Name)
}
