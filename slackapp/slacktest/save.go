package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// savedVersion is the form of what Save writes. Restore takes no other.
const savedVersion = 1

// savedState is what people left behind: who there is, where they talk, what was
// said there, and what the app set up beside it.
type savedState struct {
	Version  int
	LastTS   int64
	Users    []User
	Channels []Channel
	Messages []Message // oldest first within a channel
	Sessions map[string]Session
	Prompts  map[string][]Prompt
}

// UnknownVersionError says that a state was written by another version of this package.
type UnknownVersionError struct{ Found, Known int }

func (e *UnknownVersionError) Error() string {
	return fmt.Sprintf("the local Slack's state has version %d, and this program reads version %d", e.Found, e.Known)
}

// Save returns people, channels, messages with their files, and agent sessions. Not in it is what a restart of Slack's
// own client ends as well: open modals, Home as last shown, trigger ids, response URLs and envelopes under way.
func (s *Server) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := savedState{Version: savedVersion, LastTS: s.lastTS, Sessions: s.sessions, Prompts: s.prompts}
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		v.Users = append(v.Users, *s.users[id])
	}
	for _, id := range slices.Sorted(maps.Keys(s.channels)) {
		v.Channels = append(v.Channels, *s.channels[id])
		for _, m := range s.messages[id] {
			v.Messages = append(v.Messages, *m)
		}
	}
	return json.Marshal(v)
}

// Restore replaces everything Save returns; the app's own name stays the manifest's. Call it before the app connects.
// An answer that was growing is cut where it was. Errors: *UnknownVersionError, or what is wrong with the state.
func (s *Server) Restore(raw []byte) error {
	var v savedState
	var version struct{ Version int }
	if err := json.Unmarshal(raw, &version); err != nil {
		return fmt.Errorf("the local Slack's state is damaged: %w", err)
	}
	if version.Version != savedVersion {
		return &UnknownVersionError{version.Version, savedVersion}
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("the local Slack's state is damaged: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	app := s.users[botUserID]
	clear(s.users)
	clear(s.channels)
	clear(s.messages)
	for _, u := range v.Users {
		s.users[u.ID] = &u
	}
	s.users[botUserID] = app
	for _, c := range v.Channels {
		s.channels[c.ID] = &c
	}
	for _, m := range v.Messages {
		if m.Streaming {
			m.Streaming, m.Halted = false, true
		}
		s.messages[m.Channel] = append(s.messages[m.Channel], &m)
	}
	for key, session := range v.Sessions {
		if session.Status == "processing" {
			session.Status = "active"
		}
		s.sessions[key] = session
	}
	maps.Copy(s.prompts, v.Prompts)
	s.lastTS = max(s.lastTS, v.LastTS)
	s.touch(Change{Kind: "message"})
	return nil
}
