package slackapp

import (
	"errors"

	"linearbot/accounts"
)

// sayAccount words everything about connecting and being connected.
func sayAccount(err error, a about) (Failure, bool) {
	if held, ok := errors.AsType[*accounts.IdentityHeldError](err); ok {
		return Failure{Text: "That Linear account is already connected to " + mention(held.By.UserID) + ". Ask an admin if this is wrong."}, true
	}
	if wrong, ok := errors.AsType[*accounts.WrongCodeError](err); ok {
		return Failure{Text: wrongCode(wrong.Left), Field: fieldCode}, true
	}
	for _, w := range accountWords(a) {
		if errors.Is(err, w.err) {
			return w.Failure, true
		}
	}
	return Failure{}, false
}

// accountFailure is the failure said for one sentinel.
type accountFailure struct {
	err error
	Failure
}

func accountWords(a about) []accountFailure {
	connect := []failureButton{{Label: "Connect Linear", Action: actConnect, Main: true}}
	reconnect := []failureButton{{Label: "Reconnect", Action: actReconnect, Main: true}}
	finishing := firstOf(a.Finish, "finish what you asked")
	again := " Type " + code(a.Word+" connect", 60) + " to get a new link."
	return []accountFailure{
		{accounts.ErrNotConnected, Failure{Text: "Connect Linear first. I'll then " + finishing + ".", Buttons: connect}},
		{accounts.ErrPending, Failure{Text: "You haven't approved the connection yet.", Buttons: []failureButton{{Label: "Get a new link", Action: actConnect, Main: true}}}},
		{accounts.ErrVerifying, Failure{Text: "One step left: enter the code your browser shows.", Buttons: []failureButton{{Label: "Enter code", Action: actEnterCode, Main: true}}}},
		{accounts.ErrRevoked, Failure{Text: "Your access was removed in Linear. Nothing was changed.", Buttons: reconnect}},
		{accounts.ErrExpired, Failure{Text: "Linear no longer accepts your saved sign-in. Nothing was changed.", Buttons: reconnect}},
		{accounts.ErrBlocked, Failure{Text: "A Slack admin turned Linear off for you. Ask them to turn it on again."}},
		{accounts.ErrOperator, Failure{Text: "Linear refuses this bot's own sign-in. Nothing was changed. An admin has been told; try again later.", Buttons: tryAgain(a)}},
		{accounts.ErrLinkGone, Failure{Text: "This link was used or is older than 15 minutes. Nothing was connected." + again, Buttons: connect}},
		{accounts.ErrStateGone, Failure{Text: "This sign-in was used or is too old. Nothing was connected." + again, Buttons: connect}},
		{accounts.ErrCodeRefused, Failure{Text: "Linear no longer accepts the approval it has just given. Nothing was connected." + again, Buttons: connect}},
		{accounts.ErrReplaced, Failure{Text: "You have connected another Linear workspace meanwhile, so I stopped. Nothing more was changed."}},
		{accounts.ErrChoiceGone, Failure{Text: "That was answered already, or it is too old. Nothing was changed now."}},
		{accounts.ErrWrongBrowser, Failure{Text: "This sign-in was begun in another browser. Nothing was connected." + again, Buttons: connect}},
		{accounts.ErrCodeGone, Failure{Text: "That code is no longer good. Nothing was connected." + again, Buttons: connect}},
		{accounts.ErrDenied, Failure{Text: "The connection was not approved in Linear. Nothing was connected.", Buttons: connect}},
		{accounts.ErrAdminOnly, Failure{Text: "Only workspace admins can do this. Nothing was changed. Ask one of them."}},
	}
}
