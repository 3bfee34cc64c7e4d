package slacktest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// manifest is the part of the app's manifest that decides how Slack treats it.
type manifest struct {
	Metadata struct {
		Major int `yaml:"major_version"`
		Minor int `yaml:"minor_version"`
	} `yaml:"_metadata"`
	Display struct {
		Name        string `yaml:"name"`
		Description string `yaml:"description"`
		Background  string `yaml:"background_color"`
	} `yaml:"display_information"`
	Features struct {
		Home struct {
			HomeTab          bool `yaml:"home_tab_enabled"`
			MessagesTab      bool `yaml:"messages_tab_enabled"`
			MessagesReadOnly bool `yaml:"messages_tab_read_only_enabled"`
		} `yaml:"app_home"`
		Bot struct {
			Name         string `yaml:"display_name"`
			AlwaysOnline bool   `yaml:"always_online"`
		} `yaml:"bot_user"`
		Commands  []SlashCommand `yaml:"slash_commands"`
		Shortcuts []Shortcut     `yaml:"shortcuts"`
		Unfurls   []string       `yaml:"unfurl_domains"`
		Agent     *struct {
			Description string   `yaml:"agent_description"`
			Prompts     []Prompt `yaml:"suggested_prompts"`
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
		Interactivity struct {
			Enabled bool `yaml:"is_enabled"`
		} `yaml:"interactivity"`
		OrgDeploy     bool `yaml:"org_deploy_enabled"`
		SocketMode    bool `yaml:"socket_mode_enabled"`
		TokenRotation bool `yaml:"token_rotation_enabled"`
	} `yaml:"settings"`
}

// SlashCommand is one command of the manifest, as the composer offers it.
type SlashCommand struct {
	Command      string `yaml:"command" json:"command"`
	Description  string `yaml:"description" json:"description"`
	UsageHint    string `yaml:"usage_hint" json:"usage_hint"`
	ShouldEscape bool   `yaml:"should_escape" json:"should_escape"`
}

// Shortcut is one shortcut of the manifest; Type is "message" or "global".
type Shortcut struct {
	Name        string `yaml:"name" json:"name"`
	Type        string `yaml:"type" json:"type"`
	CallbackID  string `yaml:"callback_id" json:"callback_id"`
	Description string `yaml:"description" json:"description"`
}

// Prompt is one suggested prompt of the app's Messages tab.
type Prompt struct {
	Title   string `yaml:"title" json:"title"`
	Message string `yaml:"message" json:"message"`
}

// loadManifest reads and checks a manifest. Unknown keys are errors, as they are in Slack's closed schema.
func loadManifest(text []byte) (manifest, error) {
	var m manifest
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&m); err != nil {
		return m, fmt.Errorf("read manifest: %w", err)
	}
	if problems := m.problems(); len(problems) > 0 {
		return m, fmt.Errorf("manifest refused: %s", strings.Join(problems, "; "))
	}
	return m, nil
}

// problems applies the limits of manifest schema 2.0.0 and the rules that tie keys together.
func (m *manifest) problems() []string {
	var p []string
	check := func(ok bool, format string, args ...any) {
		if !ok {
			p = append(p, fmt.Sprintf(format, args...))
		}
	}
	f := &m.Features
	check(m.Display.Name != "" && len(m.Display.Name) <= 35, "display_information.name is required, at most 35 characters")
	check(len(m.Display.Description) <= 140, "display_information.description is over 140 characters")
	check(len(f.Commands) <= 50, "more than 50 slash_commands")
	for _, c := range f.Commands {
		check(strings.HasPrefix(c.Command, "/") && len(c.Command) >= 2 && len(c.Command) <= 32, "slash command %q must start with / and have 2–32 characters", c.Command)
		check(c.Description != "" && len(c.Description) <= 2000 && len(c.UsageHint) <= 1000, "slash command %q: description or usage_hint is missing or too long", c.Command)
	}
	check(len(f.Shortcuts) <= 10, "more than 10 shortcuts")
	for _, c := range f.Shortcuts {
		check(c.Type == "message" || c.Type == "global", "shortcut %q: type must be message or global", c.Name)
		check(c.Name != "" && len(c.Name) <= 24, "shortcut %q: name must have 1–24 characters", c.Name)
		check(c.CallbackID != "" && len(c.CallbackID) <= 255, "shortcut %q: callback_id is missing or too long", c.Name)
		check(len(c.Description) <= 150, "shortcut %q: description is over 150 characters", c.Name)
	}
	check(len(f.Unfurls) <= 5, "more than 5 unfurl_domains")
	if f.Agent != nil {
		check(len(f.Agent.Description) <= 300, "agent_description is over 300 characters")
		check(len(f.Agent.Prompts) <= 4, "more than 4 suggested_prompts")
	}
	check(len(f.Commands)+len(f.Shortcuts) == 0 || m.granted("commands"), "commands and shortcuts need the scope commands")
	check(len(f.Shortcuts) == 0 || m.Settings.Interactivity.Enabled, "shortcuts need interactivity")
	for _, e := range m.Settings.Events.Bot {
		for _, scope := range eventScopes[e] {
			check(m.granted(scope), "event %s needs the scope %s", e, scope)
		}
	}
	return p
}

// eventScopes is what an app must hold to subscribe to each event (facts of each event's reference page).
var eventScopes = map[string][]string{
	"app_mention":           {"app_mentions:read"},
	"message.im":            {"im:history"},
	"message.channels":      {"channels:history"},
	"message.groups":        {"groups:history"},
	"message.mpim":          {"mpim:history"},
	"link_shared":           {"links:read"},
	"user_change":           {"users:read"},
	"app_context_changed":   {"assistant:write"},
	"agent_session_stopped": {"chat:write"},
	"reaction_added":        {"reactions:read"},
}

func (m *manifest) granted(scope string) bool { return slices.Contains(m.OAuth.Scopes.Bot, scope) }
func (m *manifest) subscribed(event string) bool {
	return slices.Contains(m.Settings.Events.Bot, event)
}

func (m *manifest) command(name string) (SlashCommand, bool) {
	for _, c := range m.Features.Commands {
		if c.Command == name {
			return c, true
		}
	}
	return SlashCommand{}, false
}

func (m *manifest) shortcut(callbackID, kind string) (Shortcut, bool) {
	for _, c := range m.Features.Shortcuts {
		if c.CallbackID == callbackID && c.Type == kind {
			return c, true
		}
	}
	return Shortcut{}, false
}

// unfurls reports whether a link to host raises link_shared. Subdomains count as the domain itself.
func (m *manifest) unfurls(host string) bool {
	return slices.ContainsFunc(m.Features.Unfurls, func(d string) bool {
		return host == d || strings.HasSuffix(host, "."+d)
	})
}

// Commands returns the slash commands the composer offers.
func (s *Server) Commands() []SlashCommand { return slices.Clone(s.manifest.Features.Commands) }

// Shortcuts returns the shortcuts of the app: global ones and those of the message menu.
func (s *Server) Shortcuts() []Shortcut { return slices.Clone(s.manifest.Features.Shortcuts) }
