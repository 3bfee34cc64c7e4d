package main

import (
	"errors"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// FuzzConfig: whatever the settings hold, what is wrong with them is said, each with the
// name to set, and what is taken can be used.
func FuzzConfig(f *testing.F) {
	good := config{
		SlackBotToken: "xoxb-1", SlackAppToken: "xapp-1", LinearClientID: "id", LinearClientSecret: "secret", PublicURL: "https://bot.test/linearbot",
	}
	for _, c := range []config{
		good, {}, {PublicURL: "http://[::1%25lo]:8080", ListenAddr: ":::"}, {PublicURL: "https://%zz", SlackAPIURL: "//", LinearAPIURL: "https://a@b"},
		{RefreshSchedule: "@every -1s", ProbeSchedule: "0 0 30 2 *"}, {ProbeSchedule: "TZ=UTC * * * * *"}, {DatabaseURL: "sqlite:\x00", EncryptionKeyset: "{"},
		{AdminUsers: ",,U1,", LinearScopes: "read write,,admin", LinearActor: "app"}, {AssistantTurns: "9e9", AssistantPersonTokens: "-1"}, {Command: "/"},
	} {
		f.Add(settingsOf(c))
	}
	named := regexp.MustCompile(`^[A-Z][A-Z_]+\b`)
	f.Fuzz(func(t *testing.T, settings string) {
		c := configOf(settings)
		c.tidy()
		wrong := c.finish()
		_, _, _ = c.provider(), c.webhookSecret(), c.keysetFile()
		if every := c.probeEvery(); every < 0 || wrong == nil && every == 0 {
			t.Errorf("PROBE_SCHEDULE %q is taken, and comes every %v", c.ProbeSchedule, every)
		}
		if wrong == nil {
			return
		}
		told, ok := errors.AsType[*configError](wrong)
		if !ok {
			t.Fatalf("finish = %v", wrong)
		}
		for _, problem := range told.problems {
			if !named.MatchString(problem.Error()) {
				t.Errorf("a problem without the name of a setting: %q", problem)
			}
		}
	})
}

// settingsOf are all settings, one a line, in the order of config.
func settingsOf(c config) string {
	var all []string
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		all = append(all, v.Field(i).String())
	}
	return strings.Join(all, "\n")
}

func configOf(settings string) (c config) {
	v := reflect.ValueOf(&c).Elem()
	for i, text := range strings.SplitN(settings, "\n", v.NumField()) {
		v.Field(i).SetString(text)
	}
	return c
}
