package lineartest

// seedRow is one issue of the demo workspace.
type seedRow struct {
	team     string
	number   int
	title    string
	state    string
	assignee string // handle; empty: nobody
	by       string
	priority int
	points   float64
	labels   []string
	project  string
	age      int    // days since it was created
	on       string // a fixed creation time instead
	touched  int    // days since the last change
	due      int    // days from today; 0: no due date
	cycle    bool   // in the running cycle
	text     string
}

const (
	none = iota
	urgent
	high
	medium
	low
)

// seedIssues are the demo issues in order of creation within each team.
// Identifiers are part of what tests rely on. Alice has four open issues of
// high priority, the oldest of them ENG-98, and one of two open urgent ones.
var seedIssues = []seedRow{
	{team: "ENG", number: 1, title: "Set up continuous integration for the monorepo", state: "Todo", assignee: "bob", by: "carol", priority: medium, points: 3, labels: []string{"infra"}, on: "2025-02-10T09:12:00Z", touched: 60},
	{team: "ENG", number: 2, title: "Rotate the database credentials every 90 days", state: "In Progress", assignee: "carol", by: "carol", priority: medium, points: 2, labels: []string{"infra"}, on: "2025-02-18T14:40:00Z", touched: 12},
	{team: "ENG", number: 3, title: "Delete stale preview environments", state: "Backlog", by: "bob", priority: low, labels: []string{"infra"}, on: "2025-03-04T10:05:00Z", text: "They cost about 200 a month and nobody opens them after a week."},
	{team: "ENG", number: 9, title: "Investigate slow cold starts of the API", state: "Todo", assignee: "bob", by: "alice", priority: low, points: 5, labels: []string{"infra"}, on: "2025-05-21T08:30:00Z", touched: 90},
	{team: "ENG", number: 12, title: "Login test is flaky on Safari", state: "In Progress", assignee: "alice", by: "bob", priority: medium, points: 2, labels: []string{"bug"}, project: "Auth revamp", on: "2025-06-17T16:20:00Z", touched: 4, cycle: true, text: "Fails about one run in eight: the cookie banner covers the button.\n\nSeen on Safari 26 only."},
	{team: "ENG", number: 21, title: "Document the release checklist", state: "Done", assignee: "bob", by: "carol", priority: low, points: 1, on: "2025-08-05T11:00:00Z", touched: 150},
	{team: "ENG", number: 30, title: "Token refresh loses the session after sleep", state: "Todo", assignee: "bob", by: "alice", priority: high, points: 3, labels: []string{"bug"}, project: "Auth revamp", on: "2025-09-30T13:45:00Z", touched: 21, text: "Close the laptop for an hour, open it, click anything: back to the sign-in page."},
	{team: "ENG", number: 44, title: "Export audit log as CSV", state: "Backlog", by: "carol", priority: none, labels: []string{"feature"}, on: "2025-11-12T09:50:00Z"},
	{team: "ENG", number: 57, title: "Upgrade the Postgres driver", state: "Done", assignee: "carol", by: "carol", priority: medium, points: 2, labels: []string{"infra"}, on: "2025-12-09T15:15:00Z", touched: 120},
	{team: "ENG", number: 63, title: "Support passkeys", state: "Backlog", by: "alice", priority: medium, points: 8, labels: []string{"feature"}, project: "Auth revamp", on: "2026-01-07T10:10:00Z"},
	{team: "ENG", number: 71, title: "Retire the v1 webhooks endpoint", state: "Canceled", assignee: "bob", by: "bob", priority: low, on: "2026-01-22T12:00:00Z", touched: 100},
	{team: "ENG", number: 86, title: "Rate limiter counts health checks", state: "Done", assignee: "alice", by: "bob", priority: medium, points: 1, labels: []string{"bug", "infra"}, on: "2026-02-11T09:05:00Z", touched: 200},
	{team: "ENG", number: 98, title: "Payment retries loop", state: "In Progress", assignee: "alice", by: "bob", priority: high, points: 5, labels: []string{"bug"}, on: "2026-03-03T10:24:00Z", touched: 3, cycle: true, text: "When the bank answers 503 the worker retries without a pause and without an end.\n\n1. Start a payment\n2. Let the bank sandbox answer 503\n3. Watch the queue\n\nExpected: five tries with growing pauses, then a failed payment."},
	{team: "ENG", number: 101, title: "Invoices show the wrong time zone", state: "Todo", assignee: "bob", by: "carol", priority: medium, points: 2, labels: []string{"bug"}, age: 170, touched: 40},
	{team: "ENG", number: 104, title: "Login timeout on slow networks", state: "Todo", assignee: "alice", by: "carol", priority: high, points: 3, labels: []string{"bug"}, project: "Auth revamp", age: 140, touched: 30, text: "People on trains get a timeout after 5 seconds. 20 would do."},
	{team: "ENG", number: 109, title: "Search ignores accents", state: "Backlog", by: "alice", priority: low, labels: []string{"bug"}, age: 120},
	{team: "ENG", number: 112, title: "Move background jobs to their own pool", state: "In Review", assignee: "carol", by: "carol", priority: medium, points: 5, labels: []string{"infra"}, age: 95, touched: 2, cycle: true},
	{team: "ENG", number: 115, title: "Push notifications for mentions", state: "In Progress", assignee: "bob", by: "alice", priority: high, points: 5, labels: []string{"feature"}, project: "Mobile launch", age: 84, touched: 6, due: 10, cycle: true},
	{team: "ENG", number: 118, title: "Crash when the camera permission is denied", state: "Done", assignee: "carol", by: "bob", priority: high, points: 2, labels: []string{"bug"}, project: "Mobile launch", age: 70, touched: 3},
	{team: "ENG", number: 121, title: "Sign-in link opens the wrong browser", state: "In Review", assignee: "alice", by: "alice", priority: high, points: 2, labels: []string{"bug"}, project: "Auth revamp", age: 58, touched: 1, cycle: true},
	{team: "ENG", number: 124, title: "Offline mode for the issue list", state: "Backlog", by: "bob", priority: medium, points: 8, labels: []string{"feature"}, project: "Mobile launch", age: 49},
	{team: "ENG", number: 126, title: "Backups are not tested", state: "Todo", by: "carol", priority: high, labels: []string{"infra"}, age: 45, due: 14},
	{team: "ENG", number: 128, title: "Two-factor codes are accepted twice", state: "Done", assignee: "carol", by: "carol", priority: urgent, points: 2, labels: []string{"bug"}, project: "Auth revamp", age: 38, touched: 5},
	{team: "ENG", number: 131, title: "Refund webhook drops events under load", state: "In Progress", assignee: "alice", by: "carol", priority: urgent, points: 3, labels: []string{"bug"}, age: 21, touched: 1, due: -2, cycle: true, text: "About 1 in 400 during the sale on Friday. The sender gave up after three tries."},
	{team: "ENG", number: 133, title: "Tidy the feature flags of last quarter", state: "Todo", assignee: "alice", by: "alice", priority: low, points: 1, age: 19, touched: 15},
	{team: "ENG", number: 135, title: "Session list shows revoked devices", state: "Todo", assignee: "alice", by: "bob", priority: high, points: 2, labels: []string{"bug"}, project: "Auth revamp", age: 14, touched: 8, due: 5},
	{team: "ENG", number: 137, title: "Reduce the app's start-up time", state: "Todo", assignee: "bob", by: "carol", priority: medium, points: 5, project: "Mobile launch", age: 11, touched: 7},
	{team: "ENG", number: 139, title: "Metrics dashboard for the payment queue", state: "Backlog", by: "alice", priority: none, labels: []string{"feature", "infra"}, age: 8},
	{team: "ENG", number: 140, title: "Checkout fails with expired coupons", state: "Todo", assignee: "bob", by: "alice", priority: urgent, points: 1, labels: []string{"bug"}, age: 3, touched: 2, due: 1, cycle: true},
	{team: "ENG", number: 141, title: "Ask before leaving an unsaved form", state: "Backlog", by: "carol", priority: low, labels: []string{"feature"}, age: 2},
	{team: "ENG", number: 142, title: "Safari login shows a blank page", state: "In Progress", assignee: "bob", by: "alice", priority: high, points: 3, labels: []string{"bug"}, project: "Auth revamp", age: 1, cycle: true, text: "After the redirect the page stays white. The console says the frame was blocked."},

	{team: "DES", number: 1, title: "Colour tokens for dark mode", state: "Done", assignee: "carol", by: "carol", priority: medium, points: 3, age: 300, touched: 210},
	{team: "DES", number: 2, title: "Empty states for the inbox", state: "Done", assignee: "alice", by: "carol", priority: low, points: 2, age: 240, touched: 180},
	{team: "DES", number: 3, title: "Contrast of disabled buttons", state: "In Review", assignee: "carol", by: "alice", priority: medium, points: 1, labels: []string{"bug"}, age: 90, touched: 4, cycle: true},
	{team: "DES", number: 4, title: "Settings page in narrow windows", state: "Todo", by: "carol", priority: medium, points: 3, labels: []string{"bug"}, age: 62, touched: 33},
	{team: "DES", number: 5, title: "Onboarding illustrations", state: "In Progress", assignee: "carol", by: "carol", priority: low, points: 5, project: "Mobile launch", age: 41, touched: 9, cycle: true},
	{team: "DES", number: 7, title: "New icons", state: "Todo", assignee: "alice", by: "carol", priority: medium, points: 3, labels: []string{"feature"}, project: "Mobile launch", age: 27, touched: 13, due: 18, text: "24 px grid, two weights. Start with the sidebar."},
	{team: "DES", number: 8, title: "App store screenshots", state: "Backlog", by: "alice", priority: none, labels: []string{"feature"}, project: "Mobile launch", age: 12},
	{team: "DES", number: 9, title: "Focus ring is invisible on blue", state: "Todo", assignee: "carol", by: "bob", priority: high, points: 1, labels: []string{"bug"}, age: 5, touched: 4},

	{team: "SEC", number: 1, title: "Penetration test findings of the autumn", state: "In Progress", assignee: "carol", by: "carol", priority: urgent, age: 33, touched: 6, text: "Confidential until fixed."},
	{team: "SEC", number: 2, title: "Rotate the signing key that leaked into a log", state: "Todo", assignee: "bob", by: "carol", priority: high, age: 9, touched: 7},
}

// seedTalk are the demo comments: hours after the issue was created.
var seedTalk = []struct {
	issue string
	hours int
	by    string
	body  string
}{
	{"ENG-12", 5, "bob", "Retried it twenty times today, three failures."},
	{"ENG-12", 30, "alice", "The banner is the culprit. I have a fix that waits for it to go."},
	{"ENG-98", 2, "carol", "This cost us a night's sleep in February already. Can we have it in this cycle?"},
	{"ENG-98", 27, "alice", "Yes. First the stop after five tries, then the growing pauses."},
	{"ENG-98", 51, "bob", "The bank says they answer 503 for up to ten minutes during their maintenance on Tuesdays."},
	{"ENG-104", 26, "bob", "Reproduced with the network throttled to 3G."},
	{"ENG-121", 48, "carol", "Looks good to me, one question about the fallback in the review."},
	{"ENG-131", 20, "carol", "Numbers of Friday: 61 events lost of 24 812."},
	{"ENG-131", 24, "alice", "I am replaying them by hand tonight."},
	{"ENG-142", 3, "bob", "The frame policy changed with Safari 26.1. Looking into it."},
	{"DES-3", 70, "alice", "4.1 : 1 now. We need 4.5."},
	{"DES-7", 12, "alice", "Do we keep the filled style for the selected one?"},
	{"SEC-1", 10, "bob", "Two of the seven are fixed."},
}
