package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/store"
)

// Names of settings in the store.
const (
	settingDefaults = "defaults"
	settingLastTeam = "last_team"
)

// savedDefaults are a person's own defaults and those of a channel.
func (a *App) savedDefaults(ctx context.Context, key store.Key, channel string) (own, shared defaults) {
	own = a.readSetting(ctx, key.TeamID, key.UserID)
	if channel != "" {
		shared = a.readSetting(ctx, key.TeamID, channel)
	}
	return own, shared
}

func (a *App) readSetting(ctx context.Context, teamID, subject string) defaults {
	var d defaults
	text, err := a.DB.Setting(ctx, teamID, subject, settingDefaults)
	if errors.Is(err, store.ErrNotFound) {
		return d
	}
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	if err != nil {
		a.Log.WarnContext(ctx, "defaults not read", "team", teamID, "err", err)
	}
	return d
}

// defaultsFor are the defaults a typed create starts from: the channel's, then
// the person's own, then the team used last or the only one.
func (a *App) defaultsFor(ctx context.Context, r *request, dir *linear.Directory) (assistant.Defaults, error) {
	own, shared := a.savedDefaults(ctx, r.Key, r.Channel)
	def := assistant.Defaults{Now: a.clockOf(ctx, r), AssignToMe: own.AssignMe}
	def.Team = firstTeam(dir, shared.TeamID, own.TeamID)
	def.Template = shared.TemplateID
	def.Project = firstOf(shared.ProjectID, own.ProjectID)
	def.Labels = shared.LabelIDs
	if len(def.Labels) == 0 {
		def.Labels = own.LabelIDs
	}
	return def, nil
}

// lastTeam is the team a person filed into last.
func (a *App) lastTeam(ctx context.Context, key store.Key) string {
	text, err := a.DB.Setting(ctx, key.TeamID, key.UserID, settingLastTeam)
	if err != nil {
		return ""
	}
	var id string
	if err := json.Unmarshal(text, &id); err != nil {
		return ""
	}
	return id
}

func (a *App) rememberTeam(ctx context.Context, key store.Key, teamID string) {
	if teamID == "" || a.lastTeam(ctx, key) == teamID {
		return
	}
	text, err := json.Marshal(teamID)
	if err == nil {
		err = a.DB.PutSetting(ctx, key.TeamID, key.UserID, settingLastTeam, text)
	}
	if err != nil {
		a.Log.WarnContext(ctx, "last team not kept", "user", key.UserID, "err", err)
	}
}

// openSettings opens a person's own defaults, or the channel's.
func (a *App) openSettings(ctx context.Context, r *request, channel bool) error {
	_, dir, err := a.names(ctx, r.Key)
	if err != nil {
		return err
	}
	if r.Trigger == "" || r.Resumed {
		return a.reply(ctx, r, sayText("Type "+code(a.Word+" defaults", 60)+" to open your settings."))
	}
	own, shared := a.savedDefaults(ctx, r.Key, r.Channel)
	meta := formMeta{Kind: "user", Channel: r.Channel, Response: r.Response, Team: own.TeamID, HomeTeam: r.HomeTeam}
	view := settingsView(meta.text(), dir, own)
	if channel {
		if a.policy(ctx, r.Key.TeamID).AdminsEdit && !a.isAdmin(ctx, r) {
			return errNotAdmin
		}
		meta.Kind, meta.Team = "channel", shared.TeamID
		name := ""
		if r.Command != nil {
			name = r.Command.ChannelName
		}
		view = channelView(meta.text(), name, dir, shared)
	}
	_, err = a.Quick.OpenViewContext(ctx, r.Trigger, view)
	return a.opened(err)
}

// redrawSettings follows another team: projects, labels and templates are the
// team's own.
func (a *App) redrawSettings(ctx context.Context, r *request) error {
	v := r.Interaction.View
	a.notePress(ctx, r)
	_, dir, err := a.names(ctx, r.Key)
	if err != nil {
		return err
	}
	meta := readMeta(v.PrivateMetadata)
	d := readDefaults(defaults{}, v.State)
	kept, _ := draft{TeamID: meta.Team, ProjectID: d.ProjectID, LabelIDs: d.LabelIDs, TemplateID: d.TemplateID}.forTeam(dir, d.TeamID)
	d.ProjectID, d.LabelIDs, d.TemplateID = kept.ProjectID, kept.LabelIDs, kept.TemplateID
	meta.Team = d.TeamID
	view := settingsView(meta.text(), dir, d)
	if v.CallbackID == viewChannel {
		view = channelView(meta.text(), "", dir, d)
		view.Blocks.BlockSet[0] = v.Blocks.BlockSet[0] // it names the channel
	}
	_, _, err = a.redraw(ctx, r, view)
	return err
}

func (a *App) submitSettings(ctx context.Context, r *request) any {
	v := r.Interaction.View
	meta := readMeta(v.PrivateMetadata)
	subject, channel := r.Key.UserID, ""
	if v.CallbackID == viewChannel {
		subject, channel = meta.Channel, meta.Channel
		_, err := a.Accounts.Session(ctx, r.Key)
		if err == nil && a.policy(ctx, r.Key.TeamID).AdminsEdit && !a.isAdmin(ctx, r) {
			err = errNotAdmin
		}
		if err != nil {
			view := failedView("Channel defaults", a.failure(ctx, r, err), "")
			return slack.NewUpdateViewSubmissionResponse(&view)
		}
	}
	d := readDefaults(a.readSetting(ctx, r.Key.TeamID, subject), v.State)
	text, err := json.Marshal(d)
	if err == nil {
		err = a.DB.PutSetting(ctx, r.Key.TeamID, subject, settingDefaults, text)
	}
	if err != nil {
		view := failedView("Settings", say(err, r.Ref), "")
		return slack.NewUpdateViewSubmissionResponse(&view)
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handleCap)
		defer cancel()
		if _, dir, err := a.names(ctx, r.Key); err == nil {
			to := *r
			to.Channel, to.Response = meta.Channel, meta.Response
			if err := a.reply(ctx, &to, d.saved(dir, channel)); err != nil {
				a.Log.InfoContext(ctx, "summary not shown", "ref", r.Ref, "err", err)
			}
		}
	}()
	return nil
}

// validValues are the names a field takes in the person's default team, from the
// cache: help never waits for Linear.
func (a *App) validValues(ctx context.Context, r *request, topic string) []string {
	f, ok := assistant.FieldNamed(strings.TrimSuffix(topic, ":"))
	if !ok {
		return nil
	}
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return nil // help is for everybody
	}
	dir, warm := s.CachedDirectory()
	if !warm {
		return nil
	}
	own, shared := a.savedDefaults(ctx, r.Key, r.Channel)
	team, _ := teamByID(dir, firstTeam(dir, shared.TeamID, own.TeamID, a.lastTeam(ctx, r.Key)))
	return valuesOf(f.Name, dir, team)
}
