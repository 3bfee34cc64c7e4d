package slackapp

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"go.yaml.in/yaml/v3"

	"linearbot"
)

// manifest is the part of manifest.yaml that the code must agree with.
type manifest struct {
	Features struct {
		Commands []struct {
			Command string `yaml:"command"`
			Escape  bool   `yaml:"should_escape"`
		} `yaml:"slash_commands"`
		Shortcuts []struct {
			ID string `yaml:"callback_id"`
		} `yaml:"shortcuts"`
		Agent struct {
			Prompts []slack.AssistantThreadsPrompt `yaml:"suggested_prompts"`
		} `yaml:"agent_view"`
	} `yaml:"features"`
	OAuth struct {
		Scopes struct {
			Bot []string `yaml:"bot"`
		} `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings struct {
		Events struct {
			Bot []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
	} `yaml:"settings"`
}

// scopesOf are the scopes each call of the Web API needs.
var scopesOf = map[string][]string{
	"AddReaction": {"reactions:write"}, "AuthTest": nil,
	"GetConversationHistory": {"channels:history", "groups:history", "im:history", "mpim:history"},
	"GetConversationInfo":    {"channels:read", "groups:read", "im:read", "mpim:read"},
	"GetConversationReplies": {"channels:history", "groups:history", "im:history", "mpim:history"},
	"GetFile":                {"files:read"}, "GetOtherTeamInfo": {"team:read"}, "GetPermalink": nil,
	"GetBotInfo": {"users:read"}, "GetUsers": {"users:read"}, "GetUserInfo": {"users:read", "users:read.email"},
	"OpenConversation": {"im:write"}, "PostEphemeral": {"chat:write"}, "PostMessage": {"chat:write"}, "UpdateMessage": {"chat:write"},
	"DeleteMessage": {"chat:write"}, "StartStream": {"chat:write"}, "AppendStream": {"chat:write"}, "StopStream": {"chat:write"},
	"SetAssistantThreadsSuggestedPrompts": {"assistant:write"}, "SetAssistantThreadsStatus": {"chat:write"}, "SetAgentSessionStatus": {"assistant:write"},
	"UnfurlMessage": {"links:write"}, "UnfurlMessageByID": {"links:write"}, "PublishView": nil, "OpenView": nil, "PushView": nil, "UpdateView": nil,
}

// eventsOf are the names in the manifest of the events the code has a case for,
// with the scopes they need.
var eventsOf = map[string][]string{
	"AppHomeOpened": {"app_home_opened"}, "Message": {"message.im", "im:history"}, "AppMention": {"app_mention", "app_mentions:read"},
	"LinkShared": {"link_shared", "links:read"}, "AgentSessionStopped": {"agent_session_stopped", "assistant:write"},
	"AppUninstalled": {"app_uninstalled"}, "TokensRevoked": {"tokens_revoked"}, "UserChange": {"user_change", "users:read"},
}

// TestManifestIsWhatTheCodeUses holds commands, shortcuts, events and scopes of
// manifest.yaml against what the code registers and calls: none missing, none over.
func TestManifestIsWhatTheCodeUses(t *testing.T) {
	t.Parallel()
	var m manifest
	if err := yaml.Unmarshal(linearbot.Manifest, &m); err != nil {
		t.Fatal(err)
	}
	if c := m.Features.Commands; len(c) != 1 || c[0].Command != "/linear" || !c[0].Escape {
		t.Errorf("commands are %+v, want /linear, escaped", c)
	}
	var declared []string
	for _, s := range m.Features.Shortcuts {
		declared = append(declared, s.ID)
	}
	if diff := cmp.Diff(m.Features.Agent.Prompts, prompts); diff != "" {
		t.Errorf("the prompts of the manifest (-) and of an open conversation (+) differ:\n%s", diff)
	}
	same(t, "shortcuts", declared, []string{shortcutCreate, shortcutLink, shortcutShow, shortcutNew, shortcutMine})

	code := ownCode(t)
	scopes := []string{"commands"}
	for _, call := range regexp.MustCompile(`\b(?:API|Quick|api)\.(\w+)Context\(`).FindAllStringSubmatch(code, -1) {
		need, known := scopesOf[call[1]]
		if !known {
			t.Errorf("the code calls %s: say in scopesOf what it needs", call[1])
		}
		scopes = append(scopes, need...)
	}
	events := []string{"app_context_changed"} // makes Slack send what a person looks at with their messages
	for _, e := range regexp.MustCompile(`\*slackevents\.(\w+)Event[:,]`).FindAllStringSubmatch(code, -1) {
		names, known := eventsOf[e[1]]
		if !known {
			t.Errorf("the code handles %s: say in eventsOf what it is called", e[1])
			continue
		}
		events, scopes = append(events, names[0]), append(scopes, names[1:]...)
	}
	same(t, "events", m.Settings.Events.Bot, events)
	same(t, "scopes", m.OAuth.Scopes.Bot, scopes)
}

// ownCode is the code of the package without its tests.
func ownCode(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

func same(t *testing.T, what string, declared, used []string) {
	t.Helper()
	slices.Sort(declared)
	slices.Sort(used)
	if diff := cmp.Diff(slices.Compact(declared), slices.Compact(used)); diff != "" {
		t.Errorf("%s of the manifest and the code differ (-manifest +code):\n%s", what, diff)
	}
}
