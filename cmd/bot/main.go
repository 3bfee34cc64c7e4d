package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the command line: one verb, and the configuration as flags. Each verb is
// a struct with a Run method in the file named for it.
type cli struct {
	config

	Serve    serveCmd    `cmd:"" default:"1" help:"Run against Slack and Linear (the default)."`
	Demo     demoCmd     `cmd:"" help:"Run everything on this machine against local stand-ins of Slack and Linear."`
	Check    checkCmd    `cmd:"" help:"Verify the configuration against the live services."`
	Plan     planCmd     `cmd:"" help:"Print the plan of a sentence as JSON, read by the names of the demo workspace."`
	Accounts accountsCmd `cmd:"" help:"See connected accounts; disconnect, block or unblock one."`
	Keys     keysCmd     `cmd:"" help:"The keys that seal what is stored: status, rotate, reseal, drop."`
	Backup   backupCmd   `cmd:"" help:"Copy the database to a file while the bot runs."`
	Restore  restoreCmd  `cmd:"" help:"Put a backup in the place of a database that is gone."`
	Audit    auditCmd    `cmd:"" help:"Export or verify the log of who did what."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Exit statuses. A configuration or command line that cannot work is told apart
// from work that failed, so that a supervisor need not try it again.
const (
	exitFailed = 1
	exitUsage  = 2
	// exitStopped is that of a shell command which was interrupted.
	exitStopped = 130
)

// console is where a verb writes: results for the next program in the pipe, and
// words for the person.
type console struct{ out, err io.Writer }

// run is main without the process: what it returns is the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c cli
	verb, status := c.read(args, stdout, stderr)
	if verb == nil {
		return status
	}
	verb.BindTo(ctx, (*context.Context)(nil))
	out := &keptWriter{to: stdout}
	err := verb.Run(&c.config, &console{out, stderr})
	switch name, _, _ := strings.Cut(verb.Command(), " "); {
	case errors.Is(err, context.Canceled) && (name == "serve" || name == "demo"):
		err = nil // they end by being stopped
	case err != nil && ctx.Err() != nil:
		fmt.Fprintln(stderr, "bot: stopped before it was done")
		return exitStopped
	case err == nil:
		err = out.failed
	}
	return exitStatus(err, stderr)
}

// keptWriter keeps the first error of what it writes to: a result that reached
// nobody is a failure, whichever verb did not look.
type keptWriter struct {
	to     io.Writer
	failed error
}

// Write implements io.Writer.
func (k *keptWriter) Write(p []byte) (int, error) {
	n, err := k.to.Write(p)
	if err != nil && k.failed == nil {
		k.failed = err
	}
	return n, err
}

// read fills c from the command line and the environment. The verb is nil when there
// is nothing to run: help was asked for, or the command line cannot work.
func (c *cli) read(args []string, stdout, stderr io.Writer) (verb *kong.Context, status int) {
	ended := false
	parser, err := kong.New(c, kong.Name("bot"), kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { status, ended = code, true }),
		kong.Description("linearbot: Linear in Slack, each person with their own connection."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 110}))
	if err != nil {
		panic(err) // the struct above is wrong
	}
	verb, err = parser.Parse(customary(args))
	if ended { // help was asked for and printed
		return nil, status
	}
	if err != nil {
		fmt.Fprintf(stderr, "bot: %v\nTry: bot --help\n", err)
		return nil, exitUsage
	}
	c.tidy()
	return verb, 0
}

// customary turns what people of other programs type into what this one takes:
// help VERB into VERB --help, --version into version.
func customary(args []string) []string {
	switch {
	case len(args) > 0 && args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case len(args) == 1 && args[0] == "--version":
		return []string{"version"}
	}
	return args
}

// exitStatus tells what ended the program.
func exitStatus(err error, stderr io.Writer) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "bot:", err)
	if _, ok := errors.AsType[*configError](err); ok {
		return exitUsage
	}
	return exitFailed
}

// serveCmd runs the bot.
type serveCmd struct{}

// Run serves until ctx ends.
func (*serveCmd) Run(ctx context.Context, c *config, to *console) error {
	if err := c.finish(c.readSecretFiles()...); err != nil {
		return err
	}
	b, err := build(ctx, *c, c.newLog(to.err))
	if err != nil {
		return err
	}
	return errors.Join(b.serve(ctx), b.close())
}

// versionCmd prints the version.
type versionCmd struct{}

// Run prints it.
func (*versionCmd) Run(to *console) error {
	_, err := fmt.Fprintln(to.out, version())
	return err
}

// version is the module's version, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return s.Value[:12]
		}
	}
	return "development"
}
