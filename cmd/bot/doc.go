// Command bot is linearbot: the process, its configuration and its verbs.
//
//	bot serve      run against Slack and Linear (the default)
//	bot demo       run on one laptop against local stand-ins
//	bot check      verify the configuration against the live services
//	bot plan       print what a sentence would do, as JSON
//	bot keys       status, rotate, reseal, drop: the keys that seal what is stored
//	bot accounts   list, show, disconnect, block, unblock
//	bot backup     copy the database while the bot runs; restore takes it back
//	bot audit      export the log, verify that no entry was removed or changed
//
// main.go reads the command line, config.go the configuration, wire.go builds the
// parts top-down from it, serve.go runs them: listener, socket, cron. Everything
// that touches the environment, a signal, a port or a schedule is here.
//
//	config ──▶ store.Open ──▶ keyring ──▶ linear.New ──▶ accounts.New ──▶ assistant.NewEngine ──▶ slackapp.New
//	                                                                                               │
//	        cron: refresh · probe · notices · purge      http: connect, callback, webhooks, health ┘  socket
package main
