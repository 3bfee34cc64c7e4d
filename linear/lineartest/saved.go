package lineartest

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// savedVersion is the form of what Save writes. Restore takes no other.
const savedVersion = 1

// savedState is a whole server on disk: rows by id, in the order they were made.
type savedState struct {
	Version     int
	Seq         int64
	IDs         []string
	Users       []savedUser
	Teams       []savedTeam
	States      []savedColumn
	Cycles      []savedCycle
	Projects    []savedProject
	Labels      []savedLabel
	Templates   []savedTemplate
	Issues      []savedIssue
	Comments    []savedComment
	Attachments []savedAttachment
	Relations   []savedRelation
	Changes     []savedChange
	Grants      []savedGrant
	Keys        map[string]string // personal API key: user id
	Ledger      []TokenEvent
	Uploads     map[string]savedUpload
}

type savedMeta struct {
	ID                             string
	CreatedAt, UpdatedAt, Archived time.Time `json:",omitzero"`
	Seq                            int64
}

type savedUser struct {
	savedMeta
	Name, DisplayName, Email, ClientID string
	Admin, Active, App                 bool
}

type savedTeam struct {
	savedMeta
	Name, Key, Color, Estimation             string
	Private, Triage, EstimateZero, EstimateX bool
	Members                                  []string
	Numbers                                  int
}

type savedColumn struct {
	savedMeta
	Name, Type, Color, Team string
	Position                float64
}

type savedCycle struct {
	savedMeta
	Number       float64
	Name, Team   string
	Starts, Ends time.Time
}

type savedProject struct {
	savedMeta
	Name, SlugID, Status, Color, Lead string
	Teams                             []string
}

type savedLabel struct {
	savedMeta
	Name, Color, Parent, Team string
	IsGroup                   bool
}

type savedTemplate struct {
	savedMeta
	Name, Type, Team string
	Data             map[string]any
}

type savedIssue struct {
	savedMeta
	Number                                                           int
	Title, Description, DueDate                                      string
	Priority                                                         int
	Estimate                                                         *float64
	Team, State, Assignee, Creator, Delegate, Project, Cycle, Parent string
	Labels, Subscribers, Previous                                    []string
	SortOrder                                                        float64
	Started, Completed, Canceled, Snoozed                            time.Time `json:",omitzero"`
	Trashed                                                          bool
	Bot                                                              *bot
}

type savedComment struct {
	savedMeta
	Body, Quoted, Issue, Parent, User string
	Bot                               *bot
	Edited                            time.Time `json:",omitzero"`
}

type savedAttachment struct {
	savedMeta
	Title, Subtitle, URL, SourceType, Issue, Creator string
	Metadata                                         map[string]any
	Group                                            bool
}

type savedRelation struct {
	savedMeta
	Type, Issue, Related string
}

type savedChange struct {
	savedMeta
	Issue, Actor   string
	Bot            *bot
	Set            map[string]bool
	From, To       savedIssue
	Added, Removed []string
}

type savedGrant struct {
	ID, Client, Person, Viewer, Actor string
	Scopes                            []string
	PKCE, Legacy, Ended               bool
	Pairs                             []savedPair
}

type savedPair struct {
	Access, Refresh string
	Expires, UsedAt time.Time `json:",omitzero"`
	Next            int       // place of the pair it gave, from 1; 0: none
	Used, Dead      bool
}

type savedUpload struct {
	ContentType, Name string
	Size              int
	Data              []byte
}

// UnknownVersionError says that a state was written by another version of this package.
type UnknownVersionError struct{ Found, Known int }

func (e *UnknownVersionError) Error() string {
	return fmt.Sprintf("the local Linear's state has version %d, and this program reads version %d", e.Found, e.Known)
}

// Save returns the workspace, the grants with their tokens, the API keys, the
// ledger and the uploads. Not in it are consents under way, faults, limits, and
// the records of requests and deliveries.
func (s *Server) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.others) > 0 {
		return nil, errors.New("a second workspace cannot be saved")
	}
	return json.Marshal(s.saved())
}

// Restore replaces everything Save returns. Call it before the first request.
// Errors: *UnknownVersionError, or what is wrong with the state; the server is
// then as it was.
func (s *Server) Restore(raw []byte) error {
	var version struct{ Version int }
	if err := json.Unmarshal(raw, &version); err != nil {
		return fmt.Errorf("the local Linear's state is damaged: %w", err)
	}
	if version.Version != savedVersion {
		return &UnknownVersionError{version.Version, savedVersion}
	}
	var v savedState
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("the local Linear's state is damaged: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := restorer{v: v, w: newWorld()}
	oauth, err := r.restore(s.oauth.apps)
	if err != nil {
		return fmt.Errorf("the local Linear's state is damaged: %w", err)
	}
	s.w, s.oauth, s.ledger = r.w, oauth, v.Ledger
	for id, u := range v.Uploads {
		s.uploads[id] = &upload{contentType: u.ContentType, name: u.Name, size: u.Size, data: u.Data}
	}
	s.publish(Event{})
	return nil
}
