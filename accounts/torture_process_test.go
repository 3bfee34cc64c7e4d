//go:build linux

package accounts_test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"linearbot/store"
)

// process is one process of the bot, as its parent sees it.
type process struct {
	s     *stage
	owner string
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *json.Decoder
}

// start starts a process of the bot on the stage's file.
func (s *stage) start(c childConfig) *process {
	s.t.Helper()
	p := &process{s: s, owner: fmt.Sprint("process-", s.started.Add(1))}
	c.DB, c.Socket, c.Owner, c.Keyring = s.path, s.socket, p.owner, s.keyring
	text, err := json.Marshal(c)
	if err != nil {
		s.t.Fatal(err)
	}
	p.cmd = exec.Command(s.program, "-test.run=^TestTortureChild$", "-test.count=1", "-test.timeout=0")
	p.cmd.Env = append(os.Environ(), tortureChild+"="+string(text), "GORACE=atexit_sleep_ms=0") // else each ends a second late
	p.cmd.Stderr = s.t.Output()
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		s.t.Fatal(err)
	}
	p.cmd.ExtraFiles, p.out = []*os.File{w}, json.NewDecoder(r)
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	_ = w.Close() // the child has its own
	return p
}

// does gives an order and waits for its outcome. died says that the process ended
// before it had one.
func (p *process) does(do string, keys ...store.Key) (out outcome, died bool) {
	return p.doesAt(p.s.now(), do, keys...)
}

func (p *process) doesAt(at time.Time, do string, keys ...store.Key) (out outcome, died bool) {
	if err := json.NewEncoder(p.in).Encode(order{At: at, Do: do, Keys: keys}); err != nil {
		p.wait()
		return out, true
	}
	if err := p.out.Decode(&out); err != nil {
		p.wait()
		return out, true
	}
	if out.Failed == 0 && out.Err != "" && do != "sweep" {
		p.s.t.Errorf("%s: %s", p.owner, out.Err)
	}
	return out, false
}

// end lets the process finish.
func (p *process) end() {
	_ = p.in.Close() // it may have died
	p.wait()
}

func (p *process) wait() { _ = p.cmd.Wait() } // most do not end well
func (p *process) kill() { p.signal(syscall.SIGKILL) }
func (p *process) goOn() { p.signal(syscall.SIGCONT) }
func (p *process) signal(sig syscall.Signal) {
	_ = p.cmd.Process.Signal(sig) // it may have ended by itself
}

// stall stops the process, at a moment when it does not hold the write lock:
// nobody could write until it goes on.
func (p *process) stall() {
	_, err := p.s.db.UpdateAccount(p.s.t.Context(), p.s.all[0], func(_ *store.Tx, a store.Account) (store.Account, error) {
		p.signal(syscall.SIGSTOP)
		var how syscall.WaitStatus
		_, err := syscall.Wait4(p.cmd.Process.Pid, &how, syscall.WUNTRACED, nil)
		return a, err
	})
	if err != nil {
		p.s.t.Errorf("stop %s: %v", p.owner, err)
	}
}
