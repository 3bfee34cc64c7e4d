package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/slack-go/slack"

	"linearbot/store"
)

// policy is what the admins of a workspace decided. The zero value is the default.
type policy struct {
	Guests       bool     `json:"guests,omitempty"`        // guests may use the bot
	Shared       bool     `json:"shared,omitempty"`        // links unfurl in channels shared with other companies
	AssistantOff bool     `json:"assistant_off,omitempty"` // plain words are not read
	AdminsEdit   bool     `json:"admins_edit,omitempty"`   // only admins edit channel defaults
	Confirm      bool     `json:"confirm,omitempty"`       // typed changes are previewed as well
	Channels     []string `json:"channels,omitempty"`      // where the bot may be used; empty: everywhere
}

const settingPolicy = "policy"

// policy reads the rules of a workspace; when they cannot be read, the strictest.
func (a *App) policy(ctx context.Context, team string) policy {
	text, err := a.DB.Setting(ctx, team, "", settingPolicy)
	if errors.Is(err, store.ErrNotFound) {
		return policy{}
	}
	p := strictest
	if err == nil {
		p, err = readPolicy(text)
	}
	if err != nil {
		a.Log.ErrorContext(ctx, "policy not read", "team", team, "err", err)
	}
	return p
}

var strictest = policy{AssistantOff: true, AdminsEdit: true, Confirm: true}

// readPolicy reads stored rules; without any, none holds.
func readPolicy(text []byte) (p policy, err error) {
	if text == nil {
		return p, nil
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return strictest, err
	}
	return p, nil
}

// allows reports whether the bot may be used in a channel; it may in a DM.
func (p policy) allows(channel string) bool {
	return len(p.Channels) == 0 || channel == "" || channel[0] == 'D' || slices.Contains(p.Channels, channel)
}

// Values of the boxes of the Policy tab.
const (
	ruleGuests    = "guests"
	ruleShared    = "shared"
	ruleAssistant = "assistant"
	ruleAdmins    = "admins_edit"
	ruleConfirm   = "confirm"
)

// blocks are the rules as an admin changes them: each change counts at once.
func (p policy) blocks() []slack.Block {
	var on []string
	for rule, ticked := range map[string]bool{ruleGuests: p.Guests, ruleShared: p.Shared, ruleAssistant: !p.AssistantOff, ruleAdmins: p.AdminsEdit, ruleConfirm: p.Confirm} {
		if ticked {
			on = append(on, rule)
		}
	}
	boxes := checkboxes(actAdminPolicy+".rules", []choice{
		{Label: "Guests may use Linear here", Value: ruleGuests, More: "Each with their own connection"},
		{Label: "Preview links in channels shared with other companies", Value: ruleShared, More: "Also while a message is written: Slack does not say where it will go"},
		{Label: "Read plain words", Value: ruleAssistant, More: "Off: commands still work"},
		{Label: "Only admins edit channel defaults", Value: ruleAdmins, More: "Off: any connected member does"},
		{Label: "Preview typed changes before they are made", Value: ruleConfirm, More: "Buttons and forms act at once"},
	}, on...)
	where := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeConversations, plain("Everywhere", maxPlaceholder), actAdminPolicy+".channels")
	where.InitialConversations = p.Channels
	where.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}}
	return blocks(actions("policy_rules", boxes), section("*Allowed channels*\nWithout a choice, everywhere.", where))
}

// setPolicy stores what the tab holds after a change, and writes it down. What another
// admin changes at the same time stays.
func (a *App) setPolicy(ctx context.Context, r *request) error {
	act := r.Interaction.ActionCallback.BlockActions[0]
	return a.DB.ChangeSetting(ctx, r.Key.TeamID, "", settingPolicy, func(old []byte) (next store.SettingChange, err error) {
		p, err := readPolicy(old)
		if err != nil {
			a.Log.ErrorContext(ctx, "policy not read, it begins with the strictest", "team", r.Key.TeamID, "err", err)
		}
		if act.ActionID == actAdminPolicy+".channels" {
			p.Channels = act.SelectedConversations
		} else {
			p.tick(act.SelectedOptions)
		}
		next.Audit = store.Entry{Key: r.Key, Action: "policy", Result: "ok", Ref: r.Ref, Source: "admin"}
		next.JSON, err = json.Marshal(p)
		return next, err
	})
}

// tick takes over which boxes are ticked.
func (p *policy) tick(boxes []slack.OptionBlockObject) {
	ticked := map[string]bool{}
	for _, o := range boxes {
		ticked[o.Value] = true
	}
	p.Guests, p.Shared, p.AssistantOff, p.AdminsEdit = ticked[ruleGuests], ticked[ruleShared], !ticked[ruleAssistant], ticked[ruleAdmins]
	p.Confirm = ticked[ruleConfirm]
}
