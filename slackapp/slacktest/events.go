package slacktest

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// event raises an Events API event if the app subscribes to it. The lock is held.
func (s *Server) event(e Object) {
	name, _ := e["type"].(string)
	subscription := name
	if name == "message" {
		subscription = "message." + strings.Replace(str(e["channel_type"]), "channel", "channels", 1)
		subscription = strings.Replace(subscription, "group", "groups", 1)
	}
	if !s.manifest.subscribed(subscription) || s.uninstalled {
		return
	}
	for _, scope := range eventScopes[subscription] {
		if !s.scopes[scope] {
			return
		}
	}
	if e["event_ts"] == nil {
		e["event_ts"] = s.nextTS()
	}
	shared := false
	if c := s.channels[str(e["channel"])]; c != nil {
		shared = c.Shared
	}
	id := newID("Ev")
	payload := Object{
		"type": "event_callback", "token": "local-verification", "team_id": teamID, "api_app_id": appID,
		"context_team_id": teamID, "context_enterprise_id": nullable(s.enterpriseID),
		"event": e, "event_id": id, "event_time": time.Now().Unix(),
		"is_ext_shared_channel": shared, "event_context": "4-" + id,
		"authorizations": []Object{{
			"enterprise_id": nullable(s.enterpriseID), "team_id": teamID, "user_id": botUserID,
			"is_bot": true, "is_enterprise_install": false,
		}},
	}
	if s.enterpriseID != "" {
		payload["enterprise_id"] = s.enterpriseID
	}
	s.deliver(Envelope{Type: "events_api", Label: name, EventID: id, Payload: mustJSON(payload)})
}

// posted raises what a new message means for the app: message, app_mention, link_shared. The lock is held.
func (s *Server) posted(m *Message) {
	c := s.channels[m.Channel]
	if m.EphemeralTo != "" {
		return
	}
	if c.has(botUserID) {
		e := s.messageJSON(m, true)
		e["channel"], e["channel_type"], e["event_ts"] = m.Channel, c.Kind, m.TS
		if c.Kind == Direct && m.User != botUserID {
			s.addContext(e, "app_context", m.User)
		}
		s.event(e)
		if c.Kind != Direct && m.BotID == "" && strings.Contains(m.Text, "<@"+botUserID) {
			mention := s.messageJSON(m, true)
			mention["type"], mention["channel"], mention["event_ts"] = "app_mention", m.Channel, m.TS
			s.event(mention)
		}
	}
	if m.BotID != botID {
		s.shareLinks(m, "conversations_history", m.TS, "")
	}
}

// edited raises message_changed. The lock is held.
func (s *Server) edited(old, now *Message) {
	c := s.channels[now.Channel]
	if now.EphemeralTo == "" && c.has(botUserID) {
		s.event(Object{
			"type": "message", "subtype": "message_changed", "hidden": true, "ts": s.nextTS(),
			"channel": now.Channel, "channel_type": c.Kind,
			"message": s.messageJSON(now, true), "previous_message": s.messageJSON(old, true),
		})
	}
}

// deleted raises message_deleted. The lock is held.
func (s *Server) deleted(old *Message) {
	c := s.channels[old.Channel]
	if old.EphemeralTo == "" && c.has(botUserID) {
		s.event(Object{
			"type": "message", "subtype": "message_deleted", "hidden": true, "ts": s.nextTS(), "deleted_ts": old.TS,
			"channel": old.Channel, "channel_type": c.Kind, "previous_message": s.messageJSON(old, true),
		})
	}
}

var linkPattern = regexp.MustCompile(`<(https?://[^|>]+)`)

// links returns the distinct links of a message that belong to the app's unfurl domains.
func (s *Server) links(text string) []Object {
	var out []Object
	var seen []string
	for _, m := range linkPattern.FindAllStringSubmatch(text, -1) {
		link := unescape(m[1])
		u, err := url.Parse(link)
		if err != nil || !s.manifest.unfurls(u.Hostname()) || slices.Contains(seen, link) {
			continue
		}
		seen = append(seen, link)
		out = append(out, Object{"domain": u.Hostname(), "url": link})
	}
	return out
}

// shareLinks raises link_shared for a posted message or a composer's draft. The lock is held.
func (s *Server) shareLinks(m *Message, source, ts, unfurlID string) {
	links := s.links(m.Text)
	if len(links) == 0 {
		return
	}
	channel := m.Channel
	if source == "composer" {
		channel = "COMPOSER"
	}
	if unfurlID == "" {
		unfurlID = m.TS + "." + newID("")
	}
	e := Object{
		"type": "link_shared", "user": m.User, "channel": channel, "message_ts": ts, "links": links,
		"source": source, "unfurl_id": unfurlID, "is_bot_user_member": s.channels[m.Channel].has(botUserID),
	}
	if m.ThreadTS != "" {
		e["thread_ts"] = m.ThreadTS
	}
	s.drafts[unfurlID] = &draft{channel: m.Channel, ts: ts, source: source, links: links, user: m.User}
	s.event(e)
}

// addContext adds what a person is looking at, which only apps subscribed to app_context_changed are told.
func (s *Server) addContext(e Object, key, userID string) {
	if s.manifest.subscribed("app_context_changed") {
		e[key] = s.client(userID).context()
	}
}

func nullable(v string) any {
	if v == "" {
		return nil
	}
	return v
}

func str(v any) string { t, _ := v.(string); return t }
