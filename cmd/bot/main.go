package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the command line: one verb, and the configuration as flags.
type cli struct {
	config

	Serve   struct{} `cmd:"" default:"1" help:"Run against Slack and Linear (the default)."`
	Demo    demoCmd  `cmd:"" help:"Run everything on this machine against local stand-ins of Slack and Linear."`
	Check   struct{} `cmd:"" help:"Verify the configuration against the live services."`
	Plan    planCmd  `cmd:"" help:"Print the plan of a sentence as JSON, read by the names of the demo workspace."`
	Version struct{} `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main without the process: what it returns is the exit status. 2 is a
// configuration that cannot work.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("bot"), kong.Writers(stdout, stderr), kong.Exit(func(int) {}),
		kong.Description("linearbot: Linear in Slack, each person with their own connection."))
	if err != nil {
		panic(err) // the struct above is wrong
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(stderr, "bot:", err)
		return 2
	}
	if parsed.Command() == "version" {
		fmt.Fprintln(stdout, version())
		return 0
	}
	switch parsed.Command() {
	case "demo":
		return exitStatus(c.Demo.run(ctx, stdout, stderr), stderr)
	case "plan <text>":
		return exitStatus(c.Plan.run(ctx, os.Stdin, stdout, stderr), stderr)
	}
	if err := c.finish(); err != nil {
		fmt.Fprintf(stderr, "bot: the configuration cannot work:\n%v\n", err)
		return 2
	}
	return exitStatus(c.do(ctx, parsed.Command(), stdout, stderr), stderr)
}

// exitStatus tells what ended the program; being stopped is no failure.
func exitStatus(err error, stderr io.Writer) int {
	if err == nil || errors.Is(err, context.Canceled) {
		return 0
	}
	fmt.Fprintln(stderr, "bot:", err)
	return 1
}

func (c *cli) do(ctx context.Context, verb string, stdout, stderr io.Writer) error {
	log := c.newLog(stderr)
	if verb == "check" {
		return c.check(ctx, stdout)
	}
	b, err := build(ctx, c.config, log)
	if err != nil {
		return err
	}
	return errors.Join(b.serve(ctx), b.close())
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
