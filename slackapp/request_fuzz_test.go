package slackapp

import "testing"

// FuzzReadRequest: no payload of an envelope, whatever it holds, ends the program; one
// that is taken says who is behind it, and what is made of it holds.
func FuzzReadRequest(f *testing.F) {
	kinds := []string{"slash_commands", "interactive", "events_api", "hello"}
	for kind, payload := range []string{
		`{"command":"/linear","text":"mine","user_id":"U1","team_id":"T1","channel_id":"C1","trigger_id":"1.2","response_url":"https://hooks.test/x"}`,
		`{"type":"block_actions","user":{"id":"U1"},"team":{"id":"T1"},"container":{"type":"message","message_ts":"1.2"},"actions":[{"action_id":"a","block_id":"b","type":"button","value":"x"}]}`,
		`{"type":"event_callback","team_id":"T1","event_id":"Ev1","event":{"type":"app_mention","user":"U1","channel":"C1","text":"<@U2> hi","ts":"1.2"}}`,
		`{"type":"view_submission","user":{"id":"U1"},"team":{"id":"T1"},"enterprise":{"id":"E1"},"view":{"id":"V1","type":"modal","callback_id":"new_issue","private_metadata":"{","state":{"values":{"title":{"field":{"type":"plain_text_input","value":null}}}}}}`,
		`{"type":"event_callback","event":{"type":"link_shared","links":[{"url":"\u0000","domain":""}]}}`,
		`{"type":"block_suggestion","user":{"id":"U1"},"value":"x","action_id":"team","is_enterprise_install":"yes"}`,
		`null`, `[]`, `{"user":5}`, `{"type":"message_action","user":{"id":"U1"},"message":{"blocks":[{"type":"brand_new"}]}}`, "\xff",
	} {
		f.Add(kind%len(kinds), []byte(payload))
	}
	f.Fuzz(func(t *testing.T, kind int, payload []byte) {
		for n := range kinds { // also what came under another type
			r, err := readRequest(inbound{Type: kinds[(kind%len(kinds)+len(kinds)+n)%len(kinds)], Payload: payload})
			if err != nil {
				continue
			}
			if r.Event == nil && r.Key.UserID == "" {
				t.Errorf("a request of nobody: %s from %s", r.Op, payload)
			}
			_, _, _, _, _ = r.wish(), r.conversation(), r.modalID(), r.needsTrigger(), waitKind(r)
			if r.Interaction != nil {
				_ = readMeta(r.Interaction.View.PrivateMetadata)
				_ = readDraft(draft{}, r.Interaction.View.State)
			}
		}
	})
}
