package slacktest

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Ids of the local workspace. Users are U0ALICE, U0BOB, U0CAROL (admin), U0DAVE (guest) and U0ERIN (another company).
const (
	appID       = "A0LINEAR"
	botID       = "B0LINEAR"
	botUserID   = "U0LINEAR"
	teamID      = "T0ACME"
	otherTeamID = "T0GLOBEX"
)

// AppUser is the user id under which the installed app speaks.
const AppUser = botUserID

// User is one person or bot as users.info tells of them.
type User struct {
	ID, TeamID, Name, RealName, Email, TZ     string
	Admin, Owner, Restricted, UltraRestricted bool
	Bot, Deleted, Stranger                    bool
}

// Channel kinds.
const (
	Public  = "channel"
	Private = "group"
	Direct  = "im"
	Group   = "mpim"
)

// Channel is one conversation. Kind is Public, Private, Direct or Group.
type Channel struct {
	ID, Name, Kind string
	Shared         bool // shared with another company (Slack Connect)
	Archived       bool
	Members        []string
}

// File is one file of a message; Content is what a download yields.
type File struct {
	ID, Name, Title, Mimetype string
	Size                      int
	Content                   []byte
}

// Reaction is one emoji under a message and who gave it.
type Reaction struct {
	Name  string
	Users []string
}

// Message is one message as it stands now.
type Message struct {
	Channel, TS, ThreadTS string
	User                  string // author; the bot's user id for the app's own
	BotID, AppID          string // set for messages of apps
	Text                  string
	Blocks, Attachments   []Object
	EphemeralTo           string // the one person who sees it, else ""
	Edited                string // time stamp of the last edit
	Files                 []File
	Reactions             []Reaction
	Metadata              Object
	Unfurls               map[string]Object // by URL
	Subtype               string            // thread_broadcast, bot_message or ""
	Streaming             bool              // between chat.startStream and chat.stopStream
	Streamed              bool              // grew by chat.appendStream: its text is Markdown
	Halted                bool              // a stream somebody stopped
}

func (m Message) root() string {
	if m.ThreadTS != "" {
		return m.ThreadTS
	}
	return m.TS
}

// workspace is the state people and apps share. Its methods need the server's lock.
type workspace struct {
	enterpriseID string
	users        map[string]*User
	channels     map[string]*Channel
	messages     map[string][]*Message // by channel, oldest first
	teams        map[string]Object
	clients      map[string]*client // by user id: what their Slack shows
	homes        map[string]*View
	views        map[string]*View // every modal and home ever opened, by id
	triggers     map[string]*trigger
	hooks        map[string]*hook
	drafts       map[string]*draft // composer unfurls by unfurl_id
	statuses     map[string]Status // by channel/thread
	sessions     map[string]Session
	prompts      map[string][]Prompt // by channel or channel/thread
	scopes       map[string]bool
	lastTS       int64
}

func newWorkspace(m manifest, enterpriseID string) workspace {
	w := workspace{
		enterpriseID: enterpriseID,
		users:        map[string]*User{}, channels: map[string]*Channel{}, messages: map[string][]*Message{},
		teams: map[string]Object{}, clients: map[string]*client{}, homes: map[string]*View{}, views: map[string]*View{},
		triggers: map[string]*trigger{}, hooks: map[string]*hook{}, drafts: map[string]*draft{},
		statuses: map[string]Status{}, sessions: map[string]Session{}, prompts: map[string][]Prompt{},
		scopes: map[string]bool{},
	}
	for _, scope := range m.OAuth.Scopes.Bot {
		w.scopes[scope] = true
	}
	return w
}

// nextTS returns a time stamp no other message of this server has.
func (w *workspace) nextTS() string {
	w.lastTS = max(time.Now().UnixMicro(), w.lastTS+1)
	return formatTS(w.lastTS)
}

func formatTS(micro int64) string { return fmt.Sprintf("%d.%06d", micro/1e6, micro%1e6) }

// newID returns a fresh Slack-like id: the prefix and ten capitals.
func newID(prefix string) string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return prefix + strings.ToUpper(hex.EncodeToString(b[:]))
}

func (c *Channel) has(userID string) bool { return slices.Contains(c.Members, userID) }

// sees reports whether a user can look at a channel: its members, and for public ones every full member of the team.
func (w *workspace) sees(userID string, c *Channel) bool {
	u := w.users[userID]
	return c.has(userID) || c.Kind == Public && u != nil && !u.Restricted && !u.UltraRestricted && !u.Stranger
}

// direct returns the conversation of exactly these people, making it when it is new.
func (w *workspace) direct(members ...string) *Channel {
	members = slices.Compact(slices.Sorted(slices.Values(members)))
	for _, id := range slices.Sorted(maps.Keys(w.channels)) {
		c := w.channels[id]
		if (c.Kind == Direct || c.Kind == Group) && slices.Equal(slices.Sorted(slices.Values(c.Members)), members) {
			return c
		}
	}
	c := &Channel{ID: newID("D"), Kind: Direct, Members: members}
	if len(members) > 2 {
		c.ID, c.Kind, c.Name = newID("C"), Group, "mpdm-"+strings.ToLower(strings.Join(members, "--"))+"-1"
	}
	w.channels[c.ID] = c
	return c
}

// find returns the message a channel holds under ts: shared ones first, then ephemeral ones of the given person.
func (w *workspace) find(channel, ts, ephemeralTo string) *Message {
	list := w.messages[channel]
	i := slices.IndexFunc(list, func(m *Message) bool {
		return m.TS == ts && (m.EphemeralTo == "" || m.EphemeralTo == ephemeralTo)
	})
	if i < 0 {
		return nil
	}
	return list[i]
}

// add stores a message in time order, so that seeds may be older than what is there.
func (s *Server) add(m *Message) {
	list := s.messages[m.Channel]
	at, _ := slices.BinarySearchFunc(list, m.TS, func(e *Message, ts string) int { return strings.Compare(e.TS, ts) })
	s.messages[m.Channel] = slices.Insert(list, at, m)
	s.touch(Change{Kind: "message", Channel: m.Channel, ID: m.TS})
}

// remove takes a message away; it reports whether it was there.
func (s *Server) remove(m *Message) {
	s.messages[m.Channel] = slices.DeleteFunc(s.messages[m.Channel], func(e *Message) bool { return e == m })
	s.touch(Change{Kind: "message", Channel: m.Channel, ID: m.TS})
}

// replace swaps a message for its new state, so that snapshots handed out stay as they were.
func (s *Server) replace(old, now *Message) {
	i := slices.Index(s.messages[old.Channel], old)
	if i < 0 {
		return
	}
	s.messages[old.Channel][i] = now
	s.touch(Change{Kind: "message", Channel: now.Channel, ID: now.TS})
}

// thread returns the shared messages of one thread, root first.
func (w *workspace) thread(channel, root string) []*Message {
	var out []*Message
	for _, m := range w.messages[channel] {
		if m.EphemeralTo == "" && m.root() == root {
			out = append(out, m)
		}
	}
	return out
}
