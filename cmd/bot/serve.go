package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/robfig/cron/v3"
)

const (
	noticesEvery = "@every 5s"
	purgeEvery   = "@every 1h"
	keysetPause  = 5 * time.Second // between two looks at the keyset's file
	jobCap       = 5 * time.Minute
	stopCap      = 10 * time.Second
)

// serve runs the bot until ctx ends. The listener is open before the socket, so
// that a link handed out works at once.
func (b *bot) serve(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", b.cfg.ListenAddr)
	if err != nil {
		return fmt.Errorf("LISTEN_ADDR: %w", err)
	}
	if u, err := url.Parse(b.cfg.PublicURL); err == nil && u.Scheme == "http" {
		b.log.WarnContext(ctx, "PUBLIC_URL is plain http: cookies travel without Secure, for a loopback host only")
	}
	server := &http.Server{
		Handler: b.routes(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 2 * linearCap, // the page after the consent waits for Linear
		ErrorLog:     slog.NewLogLogger(b.log.Handler(), slog.LevelWarn),
	}
	defer context.AfterFunc(ctx, sync.OnceFunc(func() { close(b.stopping) }))()
	if err := b.succeed(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener); stop() }()
	jobs := b.schedule(ctx)
	jobs.Start()
	var hangups sync.WaitGroup
	hangups.Go(func() { b.onHangup(ctx) })
	defer hangups.Wait()
	defer stop()
	b.log.InfoContext(ctx, "ready to connect", "listen", listener.Addr().String(), "public", b.cfg.PublicURL, "version", version())

	appErr := slackWords(b.app.Run(ctx))

	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopCap)
	defer cancel()
	stop()
	<-jobs.Stop().Done()
	shutErr := server.Shutdown(end)
	if err := <-served; err != nil && !errors.Is(err, http.ErrServerClosed) {
		return errors.Join(appErr, err)
	}
	return errors.Join(appErr, shutErr)
}

// schedule is every recurring job. One that is still running is not started again.
func (b *bot) schedule(ctx context.Context) *cron.Cron {
	trouble := cronLog{b.log}
	c := cron.New(cron.WithLogger(trouble), cron.WithChain(cron.Recover(trouble), cron.SkipIfStillRunning(cron.DiscardLogger)))
	add := func(spec, name string, run func(context.Context) error) {
		_, err := c.AddFunc(spec, func() {
			ctx, cancel := context.WithTimeout(ctx, jobCap)
			defer cancel()
			if err := run(ctx); err != nil && ctx.Err() == nil {
				b.log.ErrorContext(ctx, "job failed", "op", name, "err", err)
			}
		})
		if err != nil {
			panic(fmt.Sprintf("schedule of %s was checked before: %v", name, err))
		}
	}
	add(b.cfg.RefreshSchedule, "refresh", func(ctx context.Context) error {
		_, err := b.accounts.RefreshDue(ctx)
		b.app.SendNotices(ctx)
		return err
	})
	add(b.cfg.ProbeSchedule, "probe", func(ctx context.Context) error {
		_, err := b.accounts.ProbeDue(ctx)
		b.app.SendNotices(ctx)
		return err
	})
	add(noticesEvery, "notices", func(ctx context.Context) error { b.app.SendNotices(ctx); return nil })
	add("@every "+keysetPause.String(), "keyset", b.reloadKeyset)
	add(purgeEvery, "purge", func(ctx context.Context) error {
		_, err := b.db.Purge(ctx, time.Now())
		return err
	})
	return c
}

// reloadKeyset takes up a keyset that bot keys has changed.
func (b *bot) reloadKeyset(ctx context.Context) error {
	changed, err := b.keyring.Reload()
	if changed {
		b.log.InfoContext(ctx, "keyset changed", "primary", b.keyring.Primary(), "keys", len(b.keyring.Keys()))
	}
	return err
}

// onHangup looks at the keyset at once on SIGHUP, until ctx ends.
func (b *bot) onHangup(ctx context.Context) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			if err := b.reloadKeyset(ctx); err != nil {
				b.log.ErrorContext(ctx, "keyset not read", "err", err)
			}
		}
	}
}

// cronLog writes robfig/cron's own words to our log.
type cronLog struct{ log *slog.Logger }

func (c cronLog) Info(msg string, kv ...any) {
	c.log.Debug("cron", append([]any{"msg", msg}, kv...)...)
}

func (c cronLog) Error(err error, msg string, kv ...any) {
	c.log.Error("cron", append([]any{"msg", msg, "err", err}, kv...)...)
}
