package slacktest

import (
	"maps"
	"slices"
	"time"
)

// maxView is the size of a view's JSON beyond which Slack answers view_too_large.
const maxView = 250_000

// maxStack is how many modals lie on each other at most.
const maxStack = 3

// View is one modal or one person's Home as it stands now.
type View struct {
	ID, User               string
	Type                   string // modal or home
	RootID, PreviousID     string
	Hash                   string
	CallbackID, ExternalID string
	PrivateMetadata        string
	Title, Submit, Close   string
	NotifyOnClose          bool
	ClearOnClose           bool
	Blocks                 []Object
	State                  map[string]map[string]Object // what the person has put in: block id → action id → value
	Errors                 map[string]string            // by block id, from the last submission
	Failure                string                       // what Slack itself shows at the top of the modal
	Closed                 bool
}

// trigger opens one modal, once, soon.
type trigger struct {
	user    string
	view    string // the view it came from, "" for commands, shortcuts and messages
	expires time.Time
	used    bool
}

// newTrigger mints a trigger id. The lock is held.
func (s *Server) newTrigger(user, view string) string {
	id := itoa(int(time.Now().UnixMicro())) + "." + newID("") + newID("")
	s.triggers[id] = &trigger{user: user, view: view, expires: time.Now().Add(s.opt.TriggerTTL)}
	return id
}

// useTrigger spends a trigger id.
func (s *Server) useTrigger(id string) (*trigger, error) {
	t := s.triggers[id]
	switch {
	case t == nil:
		return nil, fail("invalid_trigger_id")
	case t.used:
		return nil, fail("exchanged_trigger_id")
	case time.Now().After(t.expires):
		return nil, fail("expired_trigger_id")
	}
	t.used = true
	return t, nil
}

// readView checks the view argument and builds a View from it.
func (s *Server) readView(a args, kind string) (*View, error) {
	var o Object
	if a.json("view", &o) != nil || o == nil {
		return nil, invalid("invalid_arguments", []string{"[ERROR] missing required field: view [json-pointer:/]"})
	}
	return s.checkView(o, kind)
}

func (s *Server) checkView(o Object, kind string) (*View, error) {
	if len(mustJSON(o)) > maxView {
		return nil, fail("view_too_large")
	}
	if problems := viewProblems(o, kind); len(problems) > 0 {
		return nil, invalid("invalid_arguments", problems)
	}
	v := &View{
		ID: newID("V"), Type: kind, Hash: s.hash(),
		CallbackID: str(o["callback_id"]), ExternalID: str(o["external_id"]), PrivateMetadata: str(o["private_metadata"]),
		Title: plain(o["title"]), Submit: plain(o["submit"]), Close: plain(o["close"]),
		Blocks: withIDs(objects(o["blocks"])), State: map[string]map[string]Object{},
	}
	v.NotifyOnClose, _ = o["notify_on_close"].(bool)
	v.ClearOnClose, _ = o["clear_on_close"].(bool)
	v.setInitial()
	return v, nil
}

func (s *Server) hash() string { return s.nextTS() + "." + newID("")[:8] }

// taken refuses an external id that another view holds.
func (s *Server) taken(v *View, except string) error {
	if v.ExternalID == "" {
		return nil
	}
	for _, e := range s.views {
		if e.ExternalID == v.ExternalID && e.ID != except && !e.Closed {
			return invalid("duplicate_external_id", []string{"[ERROR] `external_id` is already in use [json-pointer:/view/external_id]"})
		}
	}
	return nil
}

// openView is views.open: a new modal, in place of whatever stack was open.
func (s *Server) openView(a args) (Object, error) {
	if a.str("trigger_id") == "" {
		return nil, invalid("invalid_arguments", []string{"[ERROR] missing required field: trigger_id [json-pointer:/]"})
	}
	v, err := s.readView(a, "modal")
	if err != nil {
		return nil, err
	}
	if err := s.taken(v, ""); err != nil {
		return nil, err
	}
	t, err := s.useTrigger(a.str("trigger_id"))
	if err != nil {
		return nil, err
	}
	c := s.client(t.user)
	for _, old := range c.modals {
		s.closed(old)
	}
	c.modals = nil
	s.push(c, v, t.user)
	return Object{"view": s.viewJSON(v)}, nil
}

// pushView is views.push: a modal on top of the one its trigger came from.
func (s *Server) pushView(a args) (Object, error) {
	v, err := s.readView(a, "modal")
	if err != nil {
		return nil, err
	}
	if err := s.taken(v, ""); err != nil {
		return nil, err
	}
	t, err := s.useTrigger(a.str("trigger_id"))
	if err != nil {
		return nil, err
	}
	c := s.client(t.user)
	if t.view == "" || len(c.modals) == 0 {
		return nil, fail("invalid_trigger_id")
	}
	if len(c.modals) >= maxStack {
		return nil, fail("push_limit_reached")
	}
	s.push(c, v, t.user)
	return Object{"view": s.viewJSON(v)}, nil
}

// push puts a modal on a person's stack. The lock is held.
func (s *Server) push(c *client, v *View, user string) {
	v.User, v.RootID = user, v.ID
	if len(c.modals) > 0 {
		top := c.modals[len(c.modals)-1]
		v.RootID, v.PreviousID = top.RootID, top.ID
	}
	c.modals = append(c.modals, v)
	s.views[v.ID] = v
	s.touch(Change{Kind: "view", User: user, ID: v.ID})
}

// updateView is views.update, by view id or external id.
func (s *Server) updateView(a args) (Object, error) {
	old := s.views[a.str("view_id")]
	if id := a.str("external_id"); old == nil && id != "" {
		for _, v := range s.views {
			if v.ExternalID == id && !v.Closed {
				old = v
			}
		}
	}
	if old == nil || old.Closed || old.Type != "modal" {
		return nil, fail("not_found")
	}
	v, err := s.readView(a, "modal")
	if err != nil {
		return nil, err
	}
	if h := a.str("hash"); h != "" && h != old.Hash {
		return nil, fail("hash_conflict")
	}
	if err := s.taken(v, old.ID); err != nil {
		return nil, err
	}
	s.swap(old, v)
	return Object{"view": s.viewJSON(v)}, nil
}

// swap puts v in old's place, keeping its id and what the person typed into inputs that are still there. The lock is held.
func (s *Server) swap(old, v *View) {
	v.ID, v.User, v.RootID, v.PreviousID = old.ID, old.User, old.RootID, old.PreviousID
	v.keep(old)
	s.views[v.ID] = v
	if v.Type == "home" {
		s.homes[v.User] = v
		s.touch(Change{Kind: "home", User: v.User, ID: v.ID})
		return
	}
	c := s.client(v.User)
	if i := slices.Index(c.modals, old); i >= 0 {
		c.modals[i] = v
	}
	s.touch(Change{Kind: "view", User: v.User, ID: v.ID})
}

// publishView is views.publish: a person's Home.
func (s *Server) publishView(a args) (Object, error) {
	u := s.users[a.str("user_id")]
	if u == nil || u.Bot {
		return nil, invalid("invalid_arguments", []string{"[ERROR] invalid user_id [json-pointer:/user_id]"})
	}
	if !s.manifest.Features.Home.HomeTab {
		return nil, fail("not_enabled")
	}
	v, err := s.readView(a, "home")
	if err != nil {
		return nil, err
	}
	old := s.homes[u.ID]
	if h := a.str("hash"); h != "" && (old == nil || h != old.Hash) {
		return nil, fail("hash_conflict")
	}
	if old == nil {
		old = &View{ID: v.ID, User: u.ID, RootID: v.ID}
	}
	if err := s.taken(v, old.ID); err != nil {
		return nil, err
	}
	s.swap(old, v)
	return Object{"view": s.viewJSON(v)}, nil
}

// closed marks a modal as gone. The lock is held.
func (s *Server) closed(v *View) {
	gone := *v
	gone.Closed = true
	s.views[v.ID] = &gone
	s.touch(Change{Kind: "view", User: v.User, ID: v.ID})
}

// viewJSON is a view as methods and payloads show it.
func (s *Server) viewJSON(v *View) Object {
	o := Object{
		"id": v.ID, "team_id": teamID, "app_id": appID, "bot_id": botID, "app_installed_team_id": teamID,
		"type": v.Type, "blocks": v.Blocks, "callback_id": v.CallbackID, "external_id": v.ExternalID,
		"private_metadata": v.PrivateMetadata, "hash": v.Hash, "root_view_id": v.RootID,
		"previous_view_id": nullable(v.PreviousID), "clear_on_close": v.ClearOnClose, "notify_on_close": v.NotifyOnClose,
		"state": Object{"values": v.values()}, "title": nil, "submit": nil, "close": nil,
	}
	for key, text := range map[string]string{"title": v.Title, "submit": v.Submit, "close": v.Close} {
		if text != "" {
			o[key] = Object{"type": "plain_text", "text": text, "emoji": true}
		}
	}
	return o
}

// snapshot copies what a reader may keep.
func (v *View) snapshot() View {
	out := *v
	out.State = v.values()
	out.Errors = maps.Clone(v.Errors)
	return out
}

// values copies the state; the values themselves are never changed in place.
func (v *View) values() map[string]map[string]Object {
	out := make(map[string]map[string]Object, len(v.State))
	for block, actions := range v.State {
		out[block] = maps.Clone(actions)
	}
	return out
}

func plain(v any) string {
	o, _ := v.(Object)
	return str(o["text"])
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
