package slacktest

import (
	"net/http"
	"slices"
	"strings"
)

// authTest is auth.test.
func (s *Server) authTest(args) (Object, error) {
	o := Object{
		"url": "https://acme.slack.com/", "team": str(s.teams[teamID]["name"]), "user": s.users[botUserID].Name,
		"team_id": teamID, "user_id": botUserID, "bot_id": botID, "is_enterprise_install": false,
	}
	if s.enterpriseID != "" {
		o["enterprise_id"] = s.enterpriseID
	}
	return o, nil
}

// userInfo is users.info. E-mail addresses need users:read.email; those of strangers are never shown.
func (s *Server) userInfo(a args) (Object, error) {
	u := s.users[a.str("user")]
	if u == nil {
		return nil, fail("user_not_found")
	}
	return Object{"user": s.userJSON(u)}, nil
}

func (s *Server) userJSON(u *User) Object {
	profile := Object{
		"real_name": u.RealName, "real_name_normalized": u.RealName, "display_name": u.Name,
		"display_name_normalized": u.Name, "team": u.TeamID, "image_72": "https://avatars.acme.test/" + u.ID + "-72.png",
		"image_192": "https://avatars.acme.test/" + u.ID + "-192.png",
	}
	if u.Email != "" && s.scopes["users:read.email"] && !u.Stranger {
		profile["email"] = u.Email
	}
	o := Object{
		"id": u.ID, "team_id": u.TeamID, "name": u.Name, "real_name": u.RealName, "deleted": u.Deleted,
		"tz": u.TZ, "tz_label": "Central European Time", "tz_offset": 3600, "profile": profile,
		"is_admin": u.Admin, "is_owner": u.Owner, "is_primary_owner": false, "is_restricted": u.Restricted,
		"is_ultra_restricted": u.UltraRestricted, "is_bot": u.Bot, "is_app_user": false, "is_stranger": u.Stranger,
		"is_email_confirmed": !u.Bot, "updated": 1_763_900_000,
	}
	if s.enterpriseID != "" && !u.Stranger {
		o["enterprise_user"] = Object{
			"id": u.ID, "enterprise_id": s.enterpriseID, "enterprise_name": "Acme Group",
			"is_admin": false, "is_owner": false, "teams": []string{u.TeamID},
		}
	}
	return o
}

// listUsers is users.list.
func (s *Server) listUsers(a args) (Object, error) {
	ids := sortedKeys(s.users)
	from, n, err := window(a, len(ids), 1000)
	if err != nil {
		return nil, err
	}
	members := make([]Object, 0, n)
	for _, id := range ids[from : from+n] {
		members = append(members, s.userJSON(s.users[id]))
	}
	next := ""
	if from+n < len(ids) {
		next = "next:" + itoa(from+n)
	}
	return Object{"members": members, "response_metadata": Object{"next_cursor": next}}, nil
}

// lookupByEmail is users.lookupByEmail: full members and guests of this workspace only.
func (s *Server) lookupByEmail(a args) (Object, error) {
	for _, id := range sortedKeys(s.users) {
		u := s.users[id]
		if u.Email != "" && strings.EqualFold(u.Email, a.str("email")) && !u.Deleted && !u.Stranger {
			return Object{"user": s.userJSON(u)}, nil
		}
	}
	return nil, fail("users_not_found")
}

// groupUsers is usergroups.users.list: one group, S0ADMINS.
func (s *Server) groupUsers(a args) (Object, error) {
	if a.str("usergroup") != "S0ADMINS" {
		return nil, fail("no_such_subteam")
	}
	return Object{"users": []string{"U0CAROL"}}, nil
}

// botInfo is bots.info.
func (s *Server) botInfo(a args) (Object, error) {
	if a.str("bot") != botID {
		return nil, fail("bot_not_found")
	}
	return Object{"bot": Object{
		"id": botID, "app_id": appID, "user_id": botUserID, "name": s.manifest.Display.Name, "deleted": false,
	}}, nil
}

// teamInfo is team.info: the own workspace, or one that shares a channel with it.
func (s *Server) teamInfo(a args) (Object, error) {
	id := a.str("team")
	if id == "" {
		id = teamID
	}
	t := s.teams[id]
	if t == nil {
		return nil, fail("team_not_found")
	}
	return Object{"team": t}, nil
}

// fileInfo is files.info.
func (s *Server) fileInfo(a args) (Object, error) {
	f, ok := s.file(a.str("file"))
	if !ok {
		return nil, fail("file_not_found")
	}
	return Object{"file": s.filesJSON([]File{f})[0]}, nil
}

// file finds a file the app may read: one in a conversation it is in.
func (s *Server) file(id string) (File, bool) {
	for channel, list := range s.messages {
		if !s.channels[channel].has(botUserID) {
			continue
		}
		for _, m := range list {
			if i := slices.IndexFunc(m.Files, func(f File) bool { return f.ID == id }); i >= 0 {
				return m.Files[i], true
			}
		}
	}
	return File{}, false
}

func (s *Server) filesJSON(files []File) []Object {
	out := make([]Object, len(files))
	for i, f := range files {
		link := s.URL + "/files/" + f.ID + "/" + f.Name
		out[i] = Object{
			"id": f.ID, "name": f.Name, "title": f.Title, "mimetype": f.Mimetype, "size": f.Size, "mode": "hosted",
			"url_private": link, "url_private_download": link, "permalink": "https://acme.slack.com/files/" + f.ID,
		}
	}
	return out
}

// serveFile is url_private: the bytes for a Bearer token with files:read, otherwise Slack's sign-in page.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f, ok := s.file(r.PathValue("id"))
	allowed := s.scopes["files:read"] && r.Header.Get("Authorization") == "Bearer "+s.BotToken
	s.mu.Unlock()
	if !allowed || !ok {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!DOCTYPE html><html><body>Sign in to Slack</body></html>")) // the client may be gone
		return
	}
	w.Header().Set("Content-Type", f.Mimetype)
	_, _ = w.Write(f.Content) // the client may be gone
}
