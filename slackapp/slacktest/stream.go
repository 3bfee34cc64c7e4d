package slacktest

import "strings"

import "unicode/utf8"

// startStream is chat.startStream: a reply that grows. Channels need to know for whom it is.
func (s *Server) startStream(a args) (Object, error) {
	c, err := s.target(a.str("channel"))
	if err != nil {
		return nil, err
	}
	if a.str("thread_ts") == "" {
		return nil, invalid("invalid_arguments", []string{"[ERROR] missing required field: thread_ts [json-pointer:/]"})
	}
	if c.Kind != Direct {
		if a.str("recipient_user_id") == "" {
			return nil, fail("missing_recipient_user_id")
		}
		if a.str("recipient_team_id") == "" {
			return nil, fail("missing_recipient_team_id")
		}
	}
	m, err := s.compose(c, content{}, a.str("thread_ts"))
	if err != nil {
		return nil, err
	}
	m.Streaming, m.Streamed = true, true
	if err := m.grow(a); err != nil {
		return nil, err
	}
	s.add(m)
	s.clearStatus(m)
	return Object{"channel": c.ID, "ts": m.TS}, nil
}

// streaming finds a stream of the app that is still open.
func (s *Server) streaming(a args) (*Message, error) {
	c := s.channels[a.str("channel")]
	if c == nil || !c.has(botUserID) {
		return nil, fail("channel_not_found")
	}
	m := s.find(c.ID, a.str("ts"), "")
	switch {
	case m == nil:
		return nil, fail("message_not_found")
	case m.BotID != botID:
		return nil, fail("message_not_owned_by_app")
	case m.Halted:
		return nil, fail("stopped_by_user")
	case !m.Streaming:
		return nil, fail("message_not_in_streaming_state")
	}
	return m, nil
}

// appendStream is chat.appendStream.
func (s *Server) appendStream(a args) (Object, error) {
	old, err := s.streaming(a)
	if err != nil {
		return nil, err
	}
	if a.str("markdown_text") == "" && a.str("chunks") == "" {
		return nil, fail("no_text")
	}
	now := *old
	if err := now.grow(a); err != nil {
		return nil, err
	}
	s.replace(old, &now)
	return Object{"channel": now.Channel, "ts": now.TS}, nil
}

// stopStream is chat.stopStream: the last words, final blocks and metadata.
func (s *Server) stopStream(a args) (Object, error) {
	old, err := s.streaming(a)
	if err != nil {
		return nil, err
	}
	now := *old
	if err := now.grow(a); err != nil {
		return nil, err
	}
	final := args{}
	for _, key := range []string{"blocks", "metadata"} {
		if a.has(key) {
			final[key] = a[key]
		}
	}
	body, err := readContent(final)
	if err != nil {
		return nil, err
	}
	now.Blocks = append(now.Blocks[:len(now.Blocks):len(now.Blocks)], body.blocks...)
	now.Metadata, now.Streaming = body.metadata, false
	s.replace(old, &now)
	s.posted(&now)
	return Object{"channel": now.Channel, "ts": now.TS, "message": s.messageJSON(&now, true)}, nil
}

// grow adds markdown text and chunks to a streaming message.
func (m *Message) grow(a args) error {
	var chunks []Object
	if a.json("chunks", &chunks) != nil {
		return fail("invalid_chunks")
	}
	var text strings.Builder
	text.WriteString(a.str("markdown_text"))
	for _, c := range chunks {
		switch str(c["type"]) {
		case "markdown_text":
			text.WriteString(str(c["text"]))
		case "task_update":
			m.setTask(c)
		case "plan_update":
			m.setTask(Object{"id": "plan", "type": "plan_update", "title": c["title"]})
		case "blocks":
			blocks := objects(c["blocks"])
			if problems, _ := checkBlocks(blocks, inMessage, "/chunks/blocks"); len(problems) > 0 {
				return invalid("invalid_blocks", problems)
			}
			m.Blocks = append(m.Blocks[:len(m.Blocks):len(m.Blocks)], withIDs(blocks)...)
		default:
			return fail("invalid_chunks")
		}
	}
	if utf8.RuneCountInString(text.String()) > maxMarkdown {
		return fail("msg_too_long")
	}
	m.Text += text.String()
	return nil
}

// setTask shows a task or the plan's title as an attachment, replacing its earlier state.
func (m *Message) setTask(c Object) {
	list := append([]Object{}, m.Attachments...)
	for i, t := range list {
		if t["id"] == c["id"] {
			list[i] = c
			m.Attachments = list
			return
		}
	}
	m.Attachments = append(list, c)
}
