// Package page shows a local Linear to people: the board, the issues with their
// history, who connected which app and the way to take that back, and levers for
// what goes wrong. It uses nothing but the eyes and hands of lineartest.
//
//	GET /                      board by team and state       ─┐
//	GET /acme/issue/…          one issue, comments, history   ├─ rendered here, and again
//	GET /apps                  connected apps, Revoke access  │  at every event on /events
//	GET /levers                faults, and the last requests ─┘
//	POST /apps/…  /levers/…    what a visitor does; refused from other origins
//
// It serves loopback hosts only: behind it are tokens that open the local Linear.
package page
