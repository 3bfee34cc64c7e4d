package slacktest

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
)

// draft is what link_shared announced: links in a message, or in a composer that has not sent yet.
type draft struct {
	channel, ts, source, user string
	links                     []Object
	preview                   map[string]Object
}

// unfurl is chat.unfurl, by channel and ts or by unfurl_id and source. Only links that were announced can be unfurled,
// and only with the very URL that was posted.
func (s *Server) unfurl(a args) (Object, error) {
	d, m, err := s.unfurling(a)
	if err != nil {
		return nil, err
	}
	var cards map[string]Object
	if a.json("unfurls", &cards) != nil {
		return nil, fail("cannot_parse_attachment")
	}
	if len(cards) == 0 && !a.has("user_auth_required") && !a.has("user_auth_message") && !a.has("user_auth_url") &&
		!a.has("user_auth_blocks") && !a.has("metadata") {
		return nil, fail("missing_unfurls")
	}
	for link, card := range cards {
		if !slices.ContainsFunc(d.links, func(o Object) bool { return o["url"] == link }) {
			return nil, fail("cannot_unfurl_url")
		}
		if problems, _ := checkBlocks(objects(card["blocks"]), inMessage, "/unfurls/"+link+"/blocks"); len(problems) > 0 {
			return nil, invalid("invalid_blocks", problems)
		}
		if blocks := objects(card["blocks"]); len(blocks) > 0 {
			cards[link] = with(card, "blocks", withIDs(blocks))
		}
	}
	if m == nil {
		d.preview = merged(d.preview, cards)
		s.touch(Change{Kind: "message", Channel: d.channel, User: d.user})
		return Object{}, nil
	}
	now := *m
	now.Unfurls = merged(m.Unfurls, cards)
	s.replace(m, &now)
	s.askToConnect(a, &now)
	return Object{}, nil
}

// unfurling finds what a call to chat.unfurl is about; the message is nil while it is still being composed.
func (s *Server) unfurling(a args) (*draft, *Message, error) {
	if id := a.str("unfurl_id"); id != "" {
		d := s.drafts[id]
		if d == nil || a.str("source") != d.source {
			return nil, nil, fail("cannot_find_message")
		}
		if d.source == "composer" {
			return d, nil, nil
		}
		return d, s.find(d.channel, d.ts, ""), nil
	}
	c := s.channels[a.str("channel")]
	if c == nil {
		return nil, nil, fail("cannot_find_channel")
	}
	m := s.find(c.ID, a.str("ts"), "")
	if m == nil {
		return nil, nil, fail("cannot_find_message")
	}
	links := s.links(m.Text)
	if m.BotID == botID || len(links) == 0 {
		return nil, nil, fail("cannot_unfurl_message")
	}
	return &draft{channel: c.ID, ts: m.TS, links: links, user: m.User}, m, nil
}

// askToConnect shows the poster alone the prompt that user_auth_* asks for.
func (s *Server) askToConnect(a args, m *Message) {
	text := a.str("user_auth_message")
	if text == "" && a.str("user_auth_url") != "" {
		text = "To see a preview, connect your account: <" + a.str("user_auth_url") + ">"
	}
	var blocks []Object
	if a.json("user_auth_blocks", &blocks) != nil || text == "" && len(blocks) == 0 {
		return
	}
	s.add(&Message{
		Channel: m.Channel, TS: s.nextTS(), ThreadTS: m.ThreadTS, User: botUserID, BotID: botID, AppID: appID,
		Text: text, Blocks: withIDs(blocks), EphemeralTo: m.User,
	})
}

func merged(old, now map[string]Object) map[string]Object {
	out := maps.Clone(old)
	if out == nil {
		out = map[string]Object{}
	}
	maps.Copy(out, now)
	return out
}

// PasteLink puts a link into the composer of a conversation without sending; the app may already unfurl it.
// It returns the id under which Preview shows what the app made of it.
func (p *Person) PasteLink(ctx context.Context, channel, link string) (unfurlID string, err error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if _, err := url.Parse(link); err != nil {
		return "", fmt.Errorf("paste %q: %w", link, err)
	}
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := p.channel(channel)
	if err != nil {
		return "", err
	}
	id := newID("") + newID("")
	s.shareLinks(&Message{Channel: c.ID, User: p.ID, Text: s.rewrite(p.ID, link, false)}, "composer", newID("")+"-"+newID(""), id)
	return id, nil
}

// Preview returns the cards the app gave for a link in the composer, by URL.
func (p *Person) Preview(unfurlID string) map[string]Object {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if d := p.s.drafts[unfurlID]; d != nil && d.user == p.ID {
		return maps.Clone(d.preview)
	}
	return nil
}

// Card is what the app put below one link of somebody's message; its elements can be used like those of a message.
type Card struct {
	Message Message
	URL     string
}

func (c Card) surface() ([]Object, string) {
	return objects(c.Message.Unfurls[c.URL]["blocks"]), c.Message.Channel + "/" + c.Message.TS + "/" + c.URL
}

// container is how interactions name the place of a card.
func (c Card) container() Object {
	o := Object{
		"type": "message_attachment", "message_ts": c.Message.TS, "attachment_id": c.number(), "channel_id": c.Message.Channel,
		"is_ephemeral": false, "is_app_unfurl": true, "app_unfurl_url": c.URL,
	}
	if c.Message.ThreadTS != "" {
		o["thread_ts"] = c.Message.ThreadTS
	}
	return o
}

// number is the attachment's id within its message.
func (c Card) number() int {
	return len(c.Message.Attachments) + slices.Index(sortedKeys(c.Message.Unfurls), c.URL) + 1
}

// attachment is the card as interactions carry it, in place of the message, which is not the app's.
func (c Card) attachment() Object {
	o := Object{"id": c.number(), "bot_id": botID, "app_id": appID, "is_app_unfurl": true, "app_unfurl_url": c.URL}
	for k, v := range c.Message.Unfurls[c.URL] {
		o[k] = v
	}
	return o
}

// fromCard fills in a click on a card. The lock is held.
func (p *Person) fromCard(payload Object, c Card, e element, value Object) {
	s := p.s
	payload["state"] = Object{"values": p.typing(c, e, value)}
	payload["container"], payload["app_unfurl"] = c.container(), c.attachment()
	where := s.channels[c.Message.Channel]
	payload["channel"] = Object{"id": where.ID, "name": channelName(where)}
	payload["trigger_id"] = s.newTrigger(p.ID, "")
	payload["response_url"] = s.newHook(hook{user: p.ID, channel: where.ID, threadTS: c.Message.ThreadTS})
}
