package slacktest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of chat.* arguments (method reference data, 2026-08; the sum over blocks is observed behaviour).
const (
	maxText        = 40_000 // postMessage cuts here
	maxUpdateText  = 4_000  // update refuses beyond
	maxMarkdown    = 12_000
	maxAttachments = 100
	maxBlockChars  = 13_000
)

// content is what a message says, checked.
type content struct {
	text        string
	blocks      []Object
	attachments []Object
	metadata    Object
	hasBlocks   bool // blocks were given, perhaps an empty list
	hasText     bool
}

// readContent checks the parts of a message that a call or a response carries.
func readContent(a args) (content, error) {
	c := content{text: a.str("text"), hasText: a.str("text") != "", hasBlocks: a.has("blocks")}
	markdown := a.str("markdown_text")
	if markdown != "" && (c.hasText || c.hasBlocks) {
		return c, fail("markdown_text_conflict")
	}
	if utf8.RuneCountInString(markdown) > maxMarkdown {
		return c, fail("msg_too_long")
	}
	if a.json("blocks", &c.blocks) != nil {
		return c, fail("invalid_blocks_format")
	}
	if a.json("attachments", &c.attachments) != nil {
		return c, fail("invalid_attachments")
	}
	if len(c.attachments) > maxAttachments {
		return c, fail("too_many_attachments")
	}
	if err := readMetadata(a, &c.metadata); err != nil {
		return c, err
	}
	if markdown != "" {
		c.text, c.hasText = markdown, true
		c.blocks = []Object{{"type": "markdown", "text": markdown, "block_id": newID("")}}
		return c, nil
	}
	problems, chars := checkBlocks(c.blocks, inMessage, "/blocks")
	for i, at := range c.attachments {
		inner, n := checkBlocks(objects(at["blocks"]), inMessage, "/attachments/"+itoa(i)+"/blocks")
		problems, chars = append(problems, inner...), chars+n
	}
	if len(problems) > 0 {
		return c, invalid("invalid_blocks", problems)
	}
	if chars > maxBlockChars {
		return c, fail("msg_blocks_too_long")
	}
	c.blocks = withIDs(c.blocks)
	return c, nil
}

func readMetadata(a args, into *Object) error {
	if a.json("metadata", into) != nil {
		return fail("invalid_metadata_format")
	}
	if m := *into; m != nil && str(m["event_type"]) == "" && m["event_payload"] == nil && m["entities"] == nil {
		*into = nil // an empty object is no metadata
	} else if m != nil && m["entities"] == nil {
		if _, ok := m["event_payload"].(Object); str(m["event_type"]) == "" || !ok {
			return fail("invalid_metadata_schema")
		}
	}
	return nil
}

func (c content) empty() bool {
	return strings.TrimSpace(c.text) == "" && len(c.blocks) == 0 && len(c.attachments) == 0
}

// withIDs gives every block an id, as Slack does, on copies.
func withIDs(blocks []Object) []Object {
	out := make([]Object, len(blocks))
	for i, b := range blocks {
		out[i] = b
		if str(b["block_id"]) == "" {
			out[i] = with(b, "block_id", newID("b")[:6])
		}
	}
	return out
}

// target resolves where the app may post: a conversation id, or a user id for their direct message.
func (s *Server) target(id string) (*Channel, error) {
	if u := s.users[id]; u != nil {
		if !s.manifest.Features.Home.MessagesTab {
			return nil, fail("messages_tab_disabled")
		}
		if u.Bot {
			return nil, fail("cannot_dm_bot")
		}
		return s.direct(id, botUserID), nil
	}
	c := s.channels[id]
	switch {
	case c == nil, c.Kind != Public && !c.has(botUserID):
		return nil, fail("channel_not_found")
	case c.Archived:
		return nil, fail("is_archived")
	case !c.has(botUserID) && !s.scopes["chat:write.public"]:
		return nil, fail("not_in_channel")
	}
	return c, nil
}

// postMessage is chat.postMessage.
func (s *Server) postMessage(a args) (Object, error) {
	c, err := s.target(a.str("channel"))
	if err != nil {
		return nil, err
	}
	body, err := readContent(a)
	if err != nil {
		return nil, err
	}
	if body.empty() {
		return nil, fail("no_text")
	}
	m, err := s.compose(c, body, a.str("thread_ts"))
	if err != nil {
		return nil, err
	}
	if a.flag("reply_broadcast") && m.ThreadTS != "" {
		m.Subtype = "thread_broadcast"
	}
	s.add(m)
	s.clearStatus(m)
	s.posted(m)
	return Object{"channel": c.ID, "ts": m.TS, "message": s.messageJSON(m, true)}, nil
}

// compose builds a message of the app. An unknown thread_ts is thread_not_found.
func (s *Server) compose(c *Channel, body content, threadTS string) (*Message, error) {
	if threadTS != "" {
		root := s.find(c.ID, threadTS, "")
		if root == nil {
			return nil, fail("thread_not_found")
		}
		threadTS = root.root()
	}
	text := body.text
	if runes := []rune(text); len(runes) > maxText {
		text = string(runes[:maxText])
	}
	return &Message{
		Channel: c.ID, TS: s.nextTS(), ThreadTS: threadTS, User: botUserID, BotID: botID, AppID: appID,
		Text: text, Blocks: body.blocks, Attachments: body.attachments, Metadata: body.metadata,
	}, nil
}

// postEphemeral is chat.postEphemeral.
func (s *Server) postEphemeral(a args) (Object, error) {
	c, err := s.target(a.str("channel"))
	if err != nil {
		return nil, err
	}
	u := s.users[a.str("user")]
	if u == nil || !c.has(u.ID) {
		return nil, fail("user_not_in_channel")
	}
	body, err := readContent(a)
	if err != nil {
		return nil, err
	}
	if body.empty() {
		return nil, fail("no_text")
	}
	m, err := s.compose(c, body, a.str("thread_ts"))
	if err != nil {
		return nil, err
	}
	m.EphemeralTo = u.ID
	s.add(m)
	return Object{"message_ts": m.TS}, nil
}

// own returns a shared message of the app, for change by chat.update and chat.delete.
func (s *Server) own(a args, notOwn string) (*Message, error) {
	c := s.channels[a.str("channel")]
	if c == nil || c.Kind != Public && !c.has(botUserID) {
		return nil, fail("channel_not_found")
	}
	m := s.find(c.ID, a.str("ts"), "")
	switch {
	case m == nil:
		return nil, fail("message_not_found")
	case m.BotID != botID:
		return nil, fail(notOwn)
	case m.Streaming:
		return nil, fail("streaming_state_conflict")
	}
	return m, nil
}

// updateMessage is chat.update. Parts that are not given stay; an empty list of blocks takes them away.
func (s *Server) updateMessage(a args) (Object, error) {
	old, err := s.own(a, "cant_update_message")
	if err != nil {
		return nil, err
	}
	body, err := readContent(a)
	if err != nil {
		return nil, err
	}
	if len(body.text) > maxUpdateText && a.str("markdown_text") == "" {
		return nil, fail("msg_too_long")
	}
	if body.empty() && !body.hasBlocks {
		return nil, fail("no_text")
	}
	now := *old
	now.apply(body)
	now.Edited = s.nextTS()
	s.replace(old, &now)
	s.edited(old, &now)
	return Object{"channel": now.Channel, "ts": now.TS, "text": now.Text, "message": s.messageJSON(&now, true)}, nil
}

func (m *Message) apply(body content) {
	m.Streamed, m.Halted = false, false // from now on its text only stands in for its blocks
	if body.hasText {
		m.Text = body.text
	}
	if body.hasBlocks || len(body.blocks) > 0 {
		m.Blocks = body.blocks
	}
	if body.attachments != nil {
		m.Attachments = body.attachments
	}
	if body.metadata != nil {
		m.Metadata = body.metadata
	}
}

// deleteMessage is chat.delete.
func (s *Server) deleteMessage(a args) (Object, error) {
	m, err := s.own(a, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	s.remove(m)
	s.deleted(m)
	return Object{"channel": m.Channel, "ts": m.TS}, nil
}

// getPermalink is chat.getPermalink.
func (s *Server) getPermalink(a args) (Object, error) {
	c := s.channels[a.str("channel")]
	if c == nil || c.Kind != Public && !c.has(botUserID) {
		return nil, fail("channel_not_found")
	}
	m := s.find(c.ID, a.str("message_ts"), "")
	if m == nil {
		return nil, fail("message_not_found")
	}
	return Object{"channel": c.ID, "permalink": permalink(m)}, nil
}

func permalink(m *Message) string {
	link := "https://acme.slack.com/archives/" + m.Channel + "/p" + strings.ReplaceAll(m.TS, ".", "")
	if m.ThreadTS != "" && m.ThreadTS != m.TS {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + m.Channel
	}
	return link
}

// messageJSON is a message as events and methods show it.
func (s *Server) messageJSON(m *Message, metadata bool) Object {
	o := Object{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS}
	if u := s.users[m.User]; u != nil {
		o["team"] = u.TeamID
		if u.TeamID != teamID {
			o["user_team"], o["source_team"] = u.TeamID, u.TeamID
		}
	}
	set := func(ok bool, key string, v any) {
		if ok {
			o[key] = v
		}
	}
	set(m.Subtype != "", "subtype", m.Subtype)
	set(m.BotID != "", "bot_id", m.BotID)
	set(m.AppID != "", "app_id", m.AppID)
	set(m.BotID == "", "client_msg_id", "m-"+m.TS)
	set(len(m.Blocks) > 0, "blocks", m.Blocks)
	set(len(m.Attachments) > 0 || len(m.Unfurls) > 0, "attachments", m.shownAttachments())
	set(m.Edited != "", "edited", Object{"user": m.User, "ts": m.Edited})
	set(len(m.Files) > 0, "files", s.filesJSON(m.Files))
	set(len(m.Files) > 0, "upload", true)
	set(len(m.Reactions) > 0, "reactions", reactionsJSON(m.Reactions))
	set(metadata && m.Metadata != nil, "metadata", m.Metadata)
	set(m.EphemeralTo != "", "is_ephemeral", true)
	if m.ThreadTS != "" {
		o["thread_ts"] = m.ThreadTS
		if root := s.find(m.Channel, m.ThreadTS, ""); root != nil {
			o["parent_user_id"] = root.User
		}
	} else if t := s.thread(m.Channel, m.TS); m.EphemeralTo == "" && len(t) > 1 {
		s.addReplies(o, t)
	}
	return o
}

func (s *Server) addReplies(o Object, thread []*Message) {
	var people []string
	for _, r := range thread[1:] {
		if !slices.Contains(people, r.User) {
			people = append(people, r.User)
		}
	}
	o["thread_ts"], o["reply_count"] = thread[0].TS, len(thread)-1
	o["reply_users"], o["reply_users_count"] = people, len(people)
	o["latest_reply"] = thread[len(thread)-1].TS
}

// shownAttachments are the message's own attachments and then its unfurled links.
func (m *Message) shownAttachments() []Object {
	out := slices.Clone(m.Attachments)
	for _, link := range sortedKeys(m.Unfurls) {
		out = append(out, with(m.Unfurls[link], "from_url", link))
	}
	return out
}

func reactionsJSON(rs []Reaction) []Object {
	out := make([]Object, len(rs))
	for i, r := range rs {
		out[i] = Object{"name": r.Name, "users": r.Users, "count": len(r.Users)}
	}
	return out
}

// with returns a copy of o that has key set to v.
func with(o Object, key string, v any) Object {
	out := make(Object, len(o)+1)
	maps.Copy(out, o)
	out[key] = v
	return out
}

// objects reads a JSON array of objects, dropping whatever else is in it.
func objects(v any) []Object {
	switch list := v.(type) {
	case []Object:
		return list
	case []any:
		out := make([]Object, 0, len(list))
		for _, e := range list {
			if o, ok := e.(Object); ok {
				out = append(out, o)
			}
		}
		return out
	}
	return nil
}

// reread turns any value into plain decoded JSON.
func reread(v any) Object {
	var o Object
	if err := json.Unmarshal(mustJSON(v), &o); err != nil {
		panic(err) // programmer error: only objects are passed
	}
	return o
}
