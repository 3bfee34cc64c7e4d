package linear

import (
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	maxAccounts   = 256              // whose names are kept in memory
	nameLife      = 5 * time.Minute  // after it, names are refreshed behind the answer
	staleLife     = time.Hour        // after it, nobody is served old names
	forceInterval = 30 * time.Second // between refreshes forced by an unknown name
)

// account is what is remembered for one account id.
type account struct {
	id string

	flights singleflight.Group // reads of the names on their way

	mu         sync.Mutex
	used       time.Time
	limit      RateLimit
	names      *Directory
	seen       seenIssues
	generation int // raised by forgetSeen: older answers are not remembered
}

// account finds or makes the memory of one id, dropping the least recently used.
func (c *Client) account(id string) *account {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.accounts[id]
	if !ok {
		if len(c.accounts) >= maxAccounts {
			c.evict()
		}
		a = &account{id: id}
		c.accounts[id] = a
	}
	a.touch(time.Now())
	return a
}

// Forget drops everything remembered for one account id, such as on disconnect, and
// for ids that begin with it and a slash.
func (c *Client) Forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.accounts, func(known string, _ *account) bool {
		return known == id || strings.HasPrefix(known, id+"/")
	})
}

func (c *Client) evict() {
	var oldest *account
	for _, a := range c.accounts {
		if oldest == nil || a.lastUse().Before(oldest.lastUse()) {
			oldest = a
		}
	}
	delete(c.accounts, oldest.id)
}

func (a *account) touch(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.used = now
}

func (a *account) lastUse() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.used
}

func (a *account) rememberLimit(h http.Header) {
	limit, ok := ReadRateLimit(h)
	if !ok {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.limit = limit
}
