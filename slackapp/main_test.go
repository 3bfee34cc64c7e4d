package slackapp_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// Every world of these tests starts the app and stops it: nothing of it goes on, and
// no file or socket stays open.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		http.DefaultClient.CloseIdleConnections()
		left := openFiles()
		for end := time.Now().Add(5 * time.Second); len(left) > 0 && time.Now().Before(end); left = openFiles() {
			time.Sleep(20 * time.Millisecond)
		}
		if code == 0 && len(left) > 0 {
			fmt.Fprintf(os.Stderr, "%d files and sockets are open after the tests: %.10v\n", len(left), left)
			code = 1
		}
		os.Exit(code)
	}))
}

// openFiles are sockets, and files of temporary directories; none where the system
// does not tell.
func openFiles() (open []string) {
	all, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		return nil
	}
	for _, fd := range all {
		to, err := os.Readlink(fd)
		if err == nil && (strings.HasPrefix(to, os.TempDir()) || strings.HasPrefix(to, "socket:")) {
			open = append(open, to)
		}
	}
	return open
}
