package assistant

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"linearbot/linear"
)

const docHistory = `query IssueChanges($id: String!) { issue(id: $id) { history(first: 25) { nodes { createdAt actor { name displayName } fromTitle toTitle fromStateId toStateId fromAssigneeId toAssigneeId fromPriority toPriority fromProjectId toProjectId fromCycleId toCycleId fromEstimate toEstimate fromDueDate toDueDate fromParentId toParentId updatedDescription } } } }`

// historyKeys are the keys of a line of history that tell of a field.
var historyKeys = map[string][]string{
	fieldTitle:    {"fromTitle", "toTitle"},
	fieldState:    {"fromStateId", "toStateId"},
	fieldAssignee: {"fromAssigneeId", "toAssigneeId"},
	fieldPriority: {"fromPriority", "toPriority"},
	fieldProject:  {"fromProjectId", "toProjectId"},
	fieldCycle:    {"fromCycleId", "toCycleId"},
	fieldEstimate: {"fromEstimate", "toEstimate"},
	fieldDue:      {"fromDueDate", "toDueDate"},
	fieldParent:   {"fromParentId", "toParentId"},

	fieldDescription: {"updatedDescription"},
}

// historyLine is one line of an issue's history, key by key.
type historyLine map[string]json.RawMessage

func (h historyLine) tellsOf(field string) bool {
	return slices.ContainsFunc(historyKeys[field], func(key string) bool {
		v, ok := h[key]
		return ok && string(v) != "null" && string(v) != "false"
	})
}

// author is who made the change and when; empty when the line does not say.
func (h historyLine) author() (name string, at time.Time) {
	var actor *linear.User
	if json.Unmarshal(h["actor"], &actor) != nil || json.Unmarshal(h["createdAt"], &at) != nil {
		return "", time.Time{} // a server of another shape: as if it had not answered
	}
	return userValue(actor).text, at
}

// whoChanged fills in who changed the kept fields last. Without an answer the
// person is told what is known: that it changed, and when the issue did.
func (e *Engine) whoChanged(ctx context.Context, s *linear.Session, i linear.Issue, kept []Kept) {
	data, err := s.Query(ctx, docHistory, map[string]any{"id": i.ID}, "IssueChanges")
	if err != nil {
		e.log.DebugContext(ctx, "history not read", "issue", i.Identifier, "err", err)
		return
	}
	var answer struct {
		Issue struct {
			History struct {
				Nodes []historyLine `json:"nodes"`
			} `json:"history"`
		} `json:"issue"`
	}
	if json.Unmarshal(data, &answer) != nil {
		return
	}
	for n := range kept {
		var latest time.Time
		for _, h := range answer.Issue.History.Nodes {
			if name, at := h.author(); h.tellsOf(kept[n].Field) && name != "" && at.After(latest) {
				latest, kept[n].At, kept[n].By = at, at, name
			}
		}
	}
}
