// Package linearbot holds what belongs to the repository as a whole: the manifest of the Slack app.
package linearbot

import _ "embed" // for the manifest

// Manifest is manifest.yaml: what the app may do in Slack, and the configuration of the local Slack.
//
//go:embed manifest.yaml
var Manifest []byte
