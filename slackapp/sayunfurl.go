package slackapp

import "strings"

// privateLinks tells the poster alone why a link has no preview.
func privateLinks(identifiers []string) Message {
	names := inline(strings.Join(identifiers, " and "), 200)
	if len(identifiers) == 1 {
		return sayText(names + " is in a private team, so I didn't preview it here.")
	}
	return sayText(names + " are in private teams, so I didn't preview them here.")
}

// previewOffer offers to connect to somebody who posts links.
func previewOffer() Message {
	return sayText("Connect Linear and I'll show what your links are about.").
		with(actions("", primary("Connect Linear", actConnect, ""), button("Don't ask again", actStopOffer, "")))
}
