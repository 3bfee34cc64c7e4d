// Package page shows a local Slack in a browser: the workspace of one slacktest
// server as its people see it, and what happened between them and the app.
//
// It is a window, not a second Slack. Whatever a visitor does goes through the
// hands of a slacktest.Person, so it travels as a real envelope to the real app;
// whatever the page shows is read from the server again after each change. The
// page itself keeps nothing but the list of what visitors did, to group by.
//
//	browser tab (?as=alice)
//	   │  GET  state      all that this person's screen holds
//	   │  POST do         one thing the person does ──► slacktest.Person ──► envelope ──► app
//	   │  GET  changes    server-sent events: read the state again ◄── slacktest.Subscribe
//	   │  GET  happened   what visitors did; envelopes, API calls, requests to Linear
//	   ▼
//	static/  HTML, CSS and small JavaScript modules, no build step; one worker listens for all tabs
//
// It answers loopback clients only, refuses other hosts' names and other sites'
// requests, and is imported by the demo alone.
package page
