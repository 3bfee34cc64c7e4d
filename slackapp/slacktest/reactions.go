package slacktest

import (
	"slices"
	"strings"
)

// emoji are the names reactions may use: a workspace has no :linear: until somebody uploads one.
const emoji = " +1 -1 eyes heart tada rocket fire thumbsup raised_hands white_check_mark heavy_check_mark x warning ticket " +
	"memo link bug hourglass hourglass_flowing_sand pray clap thinking_face large_green_circle red_circle no_entry "

func knownEmoji(name string) bool { return name != "" && strings.Contains(emoji, " "+name+" ") }

// reacting finds the message a reactions call is about.
func (s *Server) reacting(a args) (*Message, error) {
	c := s.channels[a.str("channel")]
	if c == nil || c.Kind != Public && !c.has(botUserID) {
		return nil, fail("channel_not_found")
	}
	if !knownEmoji(a.str("name")) {
		return nil, fail("invalid_name")
	}
	m := s.find(c.ID, a.str("timestamp"), "")
	if m == nil {
		return nil, fail("message_not_found")
	}
	if !c.has(botUserID) {
		return nil, fail("not_in_channel")
	}
	return m, nil
}

// addReaction is reactions.add.
func (s *Server) addReaction(a args) (Object, error) {
	m, err := s.reacting(a)
	if err != nil {
		return nil, err
	}
	if !s.react(m, a.str("name"), botUserID) {
		return nil, fail("already_reacted")
	}
	return Object{}, nil
}

// removeReaction is reactions.remove.
func (s *Server) removeReaction(a args) (Object, error) {
	m, err := s.reacting(a)
	if err != nil {
		return nil, err
	}
	if !s.unreact(m, a.str("name"), botUserID) {
		return nil, fail("no_reaction")
	}
	return Object{}, nil
}

// unreact takes a reaction back; false when the user had given none. The lock is held.
func (s *Server) unreact(m *Message, name, user string) bool {
	now := *m
	now.Reactions = nil
	found := false
	for _, r := range m.Reactions {
		if r.Name == name && slices.Contains(r.Users, user) {
			found = true
			r.Users = slices.DeleteFunc(slices.Clone(r.Users), func(u string) bool { return u == user })
		}
		if len(r.Users) > 0 {
			now.Reactions = append(now.Reactions, r)
		}
	}
	if found {
		s.replace(m, &now)
	}
	return found
}

// react adds a reaction; false when the user had given it already. The lock is held.
func (s *Server) react(m *Message, name, user string) bool {
	now := *m
	now.Reactions = slices.Clone(m.Reactions)
	i := slices.IndexFunc(now.Reactions, func(r Reaction) bool { return r.Name == name })
	switch {
	case i < 0:
		now.Reactions = append(now.Reactions, Reaction{name, []string{user}})
	case slices.Contains(now.Reactions[i].Users, user):
		return false
	default:
		now.Reactions[i].Users = append(slices.Clone(now.Reactions[i].Users), user)
	}
	s.replace(m, &now)
	return true
}
