package page

import (
	"net/http"
	"slices"

	"linearbot/slackapp/slacktest"
)

// state is all that one person's screen holds.
type state struct {
	Me        user                     `json:"me"`
	People    []user                   `json:"people"`
	Channels  []channel                `json:"channels"`
	Commands  []slacktest.SlashCommand `json:"commands"`
	Shortcuts []slacktest.Shortcut     `json:"shortcuts"`
	Place     *place                   `json:"place"`  // the conversation on screen
	Thread    *thread                  `json:"thread"` // the thread beside it
	Home      *view                    `json:"home"`
	Views     []view                   `json:"views"` // open modals, bottom first
	Dialog    *slacktest.Dialog        `json:"dialog"`
	Connected bool                     `json:"connected"` // the app has a socket open
	LinearURL string                   `json:"linearURL"`
	Restarts  bool                     `json:"restarts"` // the app can be restarted from here
	Note      string                   `json:"note"`
}

type user struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	RealName string `json:"realName"`
	Admin    bool   `json:"admin,omitempty"`
	Guest    bool   `json:"guest,omitempty"`
	Stranger bool   `json:"stranger,omitempty"`
	Bot      bool   `json:"bot,omitempty"`
	Deleted  bool   `json:"deleted,omitempty"`
	App      bool   `json:"app,omitempty"` // the app under test
}

type channel struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Kind     string   `json:"kind"`
	Shared   bool     `json:"shared,omitempty"`
	Archived bool     `json:"archived,omitempty"`
	Members  []string `json:"members"`
	Newest   string   `json:"newest"` // time stamp of the newest message somebody else wrote
}

type place struct {
	ID       string             `json:"id"`
	Messages []message          `json:"messages"`
	Prompts  []slacktest.Prompt `json:"prompts"`
}

type thread struct {
	Root     string             `json:"root"`
	Messages []message          `json:"messages"`
	Prompts  []slacktest.Prompt `json:"prompts"`
	Session  slacktest.Session  `json:"session"`
}

type message struct {
	TS          string                      `json:"ts"`
	Thread      string                      `json:"thread,omitempty"`
	User        string                      `json:"user"`
	App         bool                        `json:"app,omitempty"` // posted by an app
	Text        string                      `json:"text"`
	Blocks      []slacktest.Object          `json:"blocks,omitempty"`
	Attachments []slacktest.Object          `json:"attachments,omitempty"`
	Unfurls     map[string]slacktest.Object `json:"unfurls,omitempty"`
	Ephemeral   bool                        `json:"ephemeral,omitempty"`
	Edited      bool                        `json:"edited,omitempty"`
	Files       []file                      `json:"files,omitempty"`
	Reactions   []slacktest.Reaction        `json:"reactions,omitempty"`
	Streaming   bool                        `json:"streaming,omitempty"`
	Streamed    bool                        `json:"streamed,omitempty"`
	Halted      bool                        `json:"halted,omitempty"`
	Broadcast   bool                        `json:"broadcast,omitempty"`
	Status      *slacktest.Status           `json:"status,omitempty"` // the app's status line under this message's thread
	Working     bool                        `json:"working,omitempty"`
	Replies     int                         `json:"replies,omitempty"`
	Repliers    []string                    `json:"repliers,omitempty"`
	LastReply   string                      `json:"lastReply,omitempty"`
}

type file struct {
	Name string `json:"name"`
	Size int    `json:"size"`
	Kind string `json:"kind"`
}

type view struct {
	ID       string                                 `json:"id"`
	Hash     string                                 `json:"hash"`
	Title    string                                 `json:"title"`
	Submit   string                                 `json:"submit"`
	Close    string                                 `json:"close"`
	Blocks   []slacktest.Object                     `json:"blocks"`
	State    map[string]map[string]slacktest.Object `json:"state"`
	Errors   map[string]string                      `json:"errors"`
	Failure  string                                 `json:"failure"`
	Stacked  bool                                   `json:"stacked,omitempty"`
	Callback string                                 `json:"callback"`
}

// serveState answers with the screen of one person, open at ?in= (a conversation) and ?thread=.
func (p *page) serveState(w http.ResponseWriter, r *http.Request) {
	u, person, ok := p.person(r)
	if !ok {
		http.Error(w, "nobody of that name works here", http.StatusNotFound)
		return
	}
	st := state{
		Me: p.user(u), Commands: p.slack.Commands(), Shortcuts: p.slack.Shortcuts(), Connected: p.slack.Sockets() > 0,
		LinearURL: p.opt.LinearURL, Restarts: p.opt.Restart != nil, Note: p.opt.Note, Channels: p.channels(person),
	}
	for _, e := range p.slack.Users() {
		st.People = append(st.People, p.user(e))
	}
	in, root := r.FormValue("in"), r.FormValue("thread")
	if slices.ContainsFunc(st.Channels, func(c channel) bool { return c.ID == in }) {
		st.Place = &place{ID: in, Messages: p.listed(person, in), Prompts: p.prompts(person, in, "")}
		if list := person.Thread(in, root); root != "" && len(list) > 0 {
			st.Thread = &thread{
				Root: root, Messages: p.messages(person, list), Session: person.Session(in, root), Prompts: p.prompts(person, in, root),
			}
		}
	}
	if v := person.Home(); v.ID != "" {
		st.Home = new(shownView(v))
	}
	for _, v := range person.Views() {
		st.Views = append(st.Views, shownView(v))
	}
	if d, open := person.Dialog(); open {
		st.Dialog = &d
	}
	writeJSON(w, st)
}

func (p *page) user(u slacktest.User) user {
	return user{
		ID: u.ID, Name: u.Name, RealName: u.RealName, Admin: u.Admin || u.Owner, Guest: u.Restricted || u.UltraRestricted,
		Stranger: u.Stranger, Bot: u.Bot, Deleted: u.Deleted, App: u.ID == slacktest.AppUser,
	}
}

func (p *page) channels(person *slacktest.Person) []channel {
	out := []channel{}
	for _, c := range p.slack.Channels(person.ID) {
		out = append(out, channel{
			ID: c.ID, Name: c.Name, Kind: c.Kind, Shared: c.Shared, Archived: c.Archived, Members: c.Members,
			Newest: newest(person, c.ID),
		})
	}
	return out
}

// newest is when somebody else last wrote in a conversation, threads included.
func newest(person *slacktest.Person, channel string) string {
	if m := person.Last(channel); m.User != person.ID {
		return m.TS
	}
	return ""
}

// prompts are the suggested prompts; only the app's own conversation shows them.
func (p *page) prompts(person *slacktest.Person, in, root string) []slacktest.Prompt {
	for _, c := range p.slack.Channels(person.ID) {
		if c.ID == in && c.Kind == slacktest.Direct && slices.Contains(c.Members, slacktest.AppUser) {
			return person.Prompts(in, root)
		}
	}
	return nil
}

// listed are the messages of a conversation with what is known of their threads.
func (p *page) listed(person *slacktest.Person, in string) []message {
	out := p.messages(person, person.Sees(in))
	for i := range out {
		m := &out[i]
		if m.Thread != "" && m.Thread != m.TS || m.Ephemeral {
			continue
		}
		for _, reply := range person.Thread(in, m.TS) {
			if reply.TS == m.TS || reply.EphemeralTo != "" {
				continue
			}
			m.Replies++
			m.LastReply = reply.TS
			if !slices.Contains(m.Repliers, reply.User) {
				m.Repliers = append(m.Repliers, reply.User)
			}
		}
	}
	return out
}

func (p *page) messages(person *slacktest.Person, list []slacktest.Message) []message {
	out := make([]message, 0, len(list))
	for _, m := range list {
		shown := message{
			TS: m.TS, Thread: m.ThreadTS, User: m.User, App: m.BotID != "", Text: m.Text, Blocks: m.Blocks,
			Attachments: m.Attachments, Unfurls: m.Unfurls, Ephemeral: m.EphemeralTo != "", Edited: m.Edited != "" && m.Edited != "0",
			Reactions: m.Reactions, Streaming: m.Streaming, Streamed: m.Streamed, Halted: m.Halted, Broadcast: m.Subtype == "thread_broadcast",
		}
		for _, f := range m.Files {
			shown.Files = append(shown.Files, file{f.Name, f.Size, f.Mimetype})
		}
		if s := person.Status(m.Channel, m.TS); s.Text != "" {
			shown.Status = &s
		}
		shown.Working = person.Session(m.Channel, m.TS).Status == "processing"
		out = append(out, shown)
	}
	return out
}

func shownView(v slacktest.View) view {
	return view{
		ID: v.ID, Hash: v.Hash, Title: v.Title, Submit: v.Submit, Close: v.Close, Blocks: v.Blocks, State: v.State,
		Errors: v.Errors, Failure: v.Failure, Stacked: v.PreviousID != "", Callback: v.CallbackID,
	}
}
