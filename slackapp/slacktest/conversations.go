package slacktest

import (
	"slices"
	"strconv"
	"strings"
)

// readable resolves a channel whose content the app may read, with the code for those it sees but is not in.
func (s *Server) readable(id string) (*Channel, error) {
	c := s.channels[id]
	if c == nil || c.Kind != Public && !c.has(botUserID) {
		return nil, fail("channel_not_found")
	}
	if !c.has(botUserID) {
		return nil, fail("not_in_channel")
	}
	scope := historyScope(c.Kind)
	if !s.scopes[scope] {
		return nil, s.missing(scope)
	}
	return c, nil
}

func historyScope(kind string) string {
	return map[string]string{Public: "channels", Private: "groups", Direct: "im", Group: "mpim"}[kind] + ":history"
}

// replies is conversations.replies: a thread by its root or any message in it, oldest first.
func (s *Server) replies(a args) (Object, error) {
	c, err := s.readable(a.str("channel"))
	if err != nil {
		return nil, err
	}
	m := s.find(c.ID, a.str("ts"), "")
	if m == nil {
		return nil, fail("thread_not_found")
	}
	return s.page(a, s.thread(c.ID, m.root()))
}

// history is conversations.history: a channel without its thread replies, newest first.
func (s *Server) history(a args) (Object, error) {
	c, err := s.readable(a.str("channel"))
	if err != nil {
		return nil, err
	}
	var list []*Message
	for _, m := range s.messages[c.ID] {
		if m.EphemeralTo == "" && (m.ThreadTS == "" || m.Subtype == "thread_broadcast") {
			list = append(list, m)
		}
	}
	slices.Reverse(list)
	return s.page(a, list)
}

// page cuts a list of messages by time and cursor. The default and the largest page is 1,000 messages.
func (s *Server) page(a args, list []*Message) (Object, error) {
	oldest, latest, inclusive := a.str("oldest"), a.str("latest"), a.flag("inclusive")
	list = slices.DeleteFunc(slices.Clone(list), func(m *Message) bool {
		tooOld := oldest != "" && (m.TS < oldest || m.TS == oldest && !inclusive)
		tooNew := latest != "" && (m.TS > latest || m.TS == latest && !inclusive)
		return tooOld || tooNew
	})
	from, n, err := window(a, len(list), 1000)
	if err != nil {
		return nil, err
	}
	messages := make([]Object, 0, n)
	for _, m := range list[from : from+n] {
		messages = append(messages, s.messageJSON(m, a.flag("include_all_metadata")))
	}
	next := ""
	if from+n < len(list) {
		next = "next:" + itoa(from+n)
	}
	return Object{"messages": messages, "has_more": next != "", "response_metadata": Object{"next_cursor": next}}, nil
}

// window reads cursor and limit for a list of the given length.
func window(a args, length, most int) (from, n int, err error) {
	if cursor := a.str("cursor"); cursor != "" {
		offset, ok := strings.CutPrefix(cursor, "next:")
		from, err = strconv.Atoi(offset)
		if !ok || err != nil || from < 0 || from > length {
			return 0, 0, fail("invalid_cursor")
		}
	}
	limit := most
	if v := a.str("limit"); v != "" {
		if limit, err = strconv.Atoi(v); err != nil || limit < 1 || limit > most {
			return 0, 0, fail("invalid_limit")
		}
	}
	return from, min(limit, length-from), nil
}

// channelInfo is conversations.info.
func (s *Server) channelInfo(a args) (Object, error) {
	c := s.channels[a.str("channel")]
	if c == nil || c.Kind != Public && !c.has(botUserID) {
		return nil, fail("channel_not_found")
	}
	scope := strings.TrimSuffix(historyScope(c.Kind), "history") + "read"
	if !s.scopes[scope] {
		return nil, s.missing(scope)
	}
	return Object{"channel": s.channelJSON(c)}, nil
}

func (s *Server) channelJSON(c *Channel) Object {
	o := Object{
		"id": c.ID, "name": c.Name, "is_channel": c.Kind == Public, "is_group": c.Kind == Private, "is_im": c.Kind == Direct,
		"is_mpim": c.Kind == Group, "is_private": c.Kind != Public, "is_archived": c.Archived, "is_member": c.has(botUserID),
		"is_shared": c.Shared, "is_ext_shared": c.Shared, "num_members": len(c.Members), "creator": "U0CAROL",
		"context_team_id": teamID,
	}
	if c.Kind == Direct {
		for _, id := range c.Members {
			if id != botUserID {
				o["user"] = id
			}
		}
	}
	if c.Shared {
		o["shared_team_ids"] = []string{teamID, otherTeamID}
	}
	return o
}

// listChannels is conversations.list. Private conversations appear only when the app is in them.
func (s *Server) listChannels(a args) (Object, error) {
	kinds := a.str("types")
	if kinds == "" {
		kinds = "public_channel"
	}
	names := map[string]string{Public: "public_channel", Private: "private_channel", Direct: "im", Group: "mpim"}
	var all []*Channel
	for _, id := range sortedKeys(s.channels) {
		c := s.channels[id]
		if !slices.Contains(strings.Split(kinds, ","), names[c.Kind]) || c.Kind != Public && !c.has(botUserID) {
			continue
		}
		if !a.flag("exclude_archived") || !c.Archived {
			all = append(all, c)
		}
	}
	from, n, err := window(a, len(all), 1000)
	if err != nil {
		return nil, err
	}
	list := make([]Object, 0, n)
	for _, c := range all[from : from+n] {
		list = append(list, s.channelJSON(c))
	}
	next := ""
	if from+n < len(all) {
		next = "next:" + itoa(from+n)
	}
	return Object{"channels": list, "response_metadata": Object{"next_cursor": next}}, nil
}

// listMembers is conversations.members.
func (s *Server) listMembers(a args) (Object, error) {
	c := s.channels[a.str("channel")]
	if c == nil || c.Kind != Public && !c.has(botUserID) {
		return nil, fail("channel_not_found")
	}
	from, n, err := window(a, len(c.Members), 1000)
	if err != nil {
		return nil, err
	}
	next := ""
	if from+n < len(c.Members) {
		next = "next:" + itoa(from+n)
	}
	return Object{"members": c.Members[from : from+n], "response_metadata": Object{"next_cursor": next}}, nil
}

// openDirect is conversations.open, by users or by channel.
func (s *Server) openDirect(a args) (Object, error) {
	if id := a.str("channel"); id != "" {
		c := s.channels[id]
		if c == nil || c.Kind != Direct && c.Kind != Group || !c.has(botUserID) {
			return nil, fail("channel_not_found")
		}
		return Object{"channel": s.channelJSON(c), "already_open": true, "no_op": true}, nil
	}
	members := []string{botUserID}
	for id := range strings.SplitSeq(a.str("users"), ",") {
		u := s.users[strings.TrimSpace(id)]
		switch {
		case strings.TrimSpace(id) == "":
			return nil, fail("users_list_not_supplied")
		case u == nil || u.Deleted:
			return nil, fail("user_not_found")
		case u.Bot:
			return nil, fail("cannot_dm_bot")
		}
		members = append(members, u.ID)
	}
	before := len(s.channels)
	c := s.direct(members...)
	return Object{"channel": s.channelJSON(c), "already_open": len(s.channels) == before, "no_op": len(s.channels) == before}, nil
}

// joinChannel is conversations.join: public channels only.
func (s *Server) joinChannel(a args) (Object, error) {
	c := s.channels[a.str("channel")]
	switch {
	case c == nil, c.Kind != Public && !c.has(botUserID):
		return nil, fail("channel_not_found")
	case c.Kind != Public:
		return nil, fail("method_not_supported_for_channel_type")
	case c.Archived:
		return nil, fail("is_archived")
	case c.has(botUserID):
		return Object{"channel": s.channelJSON(c), "warning": "already_in_channel"}, nil
	}
	c.Members = append(slices.Clone(c.Members), botUserID)
	s.touch(Change{Kind: "message", Channel: c.ID})
	return Object{"channel": s.channelJSON(c)}, nil
}
