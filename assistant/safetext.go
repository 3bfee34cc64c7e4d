package assistant

import (
	"html"
	"net/url"
	"regexp"
	"strings"

	"linearbot/linear"
)

// safeText is the text of a model on its way to people. It passes text on as
// soon as no part of a link can still be growing, without images, without links
// to anywhere but Linear or what the asker wrote, and without mentions. What a
// private team owns is taken out when others read along.
type safeText struct {
	emit    func(string)
	asked   string          // the asker's words: their addresses may be repeated
	mails   map[string]bool // addresses of members, in lower case: they may be named
	private *regexp.Regexp  // identifiers of private teams; nil: nothing is hidden
	hidden  int

	pending string
	out     strings.Builder
	length  int
	gap     bool // a paragraph ended
}

func newSafeText(q Ask, d *linear.Directory, emit func(string)) *safeText {
	t := &safeText{emit: emit, asked: q.Text, mails: map[string]bool{}}
	for _, u := range d.Users {
		t.mails[strings.ToLower(u.Email)] = true
	}
	if q.Public {
		t.private = privateRefs(d)
	}
	return t
}

// privateRefs matches identifiers of teams that are not public.
func privateRefs(d *linear.Directory) *regexp.Regexp {
	var keys []string
	for _, team := range d.Teams {
		if team.Private() {
			keys = append(keys, regexp.QuoteMeta(team.Key))
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return regexp.MustCompile(`(?i)\b(?:` + strings.Join(keys, "|") + `)-[0-9]+\b`)
}

// String is everything that was passed on.
func (t *safeText) String() string { return strings.TrimSpace(t.out.String()) }

// maxHeld is how much text may wait for the end of a link.
const maxHeld = 2000

func (t *safeText) write(piece string) {
	t.pending += piece
	cut := safeCut(t.pending)
	if cut == 0 && len(t.pending) > maxHeld {
		cut = len(t.pending)
	}
	t.pass(t.pending[:cut])
	t.pending = t.pending[cut:]
}

// paragraph ends what the model said in one turn.
func (t *safeText) paragraph() {
	t.close()
	t.gap = t.out.Len() > 0
}

func (t *safeText) close() {
	t.pass(t.pending)
	t.pending = ""
}

func (t *safeText) pass(text string) {
	if text == "" || t.length >= maxAnswer {
		return
	}
	text = t.clean(text)
	if t.gap && strings.TrimSpace(text) != "" {
		text, t.gap = "\n\n"+strings.TrimLeft(text, " \n"), false
	}
	runes := []rune(text)
	if room := maxAnswer - 1 - t.length; len(runes) > room { // one is for the …
		text, runes = string(runes[:room])+"…", runes[:room+1]
	}
	t.length += len(runes)
	t.out.WriteString(text)
	t.emit(text)
}

// safeCut is how much of a text can be judged already: up to the last space
// that is not inside a link, a bracket or an entity.
func safeCut(text string) int {
	cut, open := 0, 0
	for i, r := range text {
		switch r {
		case '[', '<':
			open++
		case ']':
			if i+1 < len(text) && text[i+1] == '(' {
				continue // the address follows
			}
			open = max(open-1, 0)
		case ')', '>':
			open = max(open-1, 0)
		case ' ', '\n', '\t':
			if open == 0 {
				cut = i + 1
			}
		}
	}
	return cut
}

var (
	imageShape   = regexp.MustCompile(`!\[[^\]]*\]\s?(?:\([^)]*\)|\[[^\]]*\])`)
	linkShape    = regexp.MustCompile(`\[([^\[\]]*)\]\(\s*<?([^)\s>]*)>?[^)]*\)`)
	entityShape  = regexp.MustCompile(`<([^<>\s|]+)(?:\|([^<>]*))?>`)
	addressShape = regexp.MustCompile(`(?i)\b(?:[a-z][a-z0-9+.-]*:/{1,2}|(?:mailto|tel|sms|callto|facetime|data|javascript|slack):)[^\s<>"'` + "`" + `\])|]+`)
	bareLink     = regexp.MustCompile(`(?i)\b(?:www\.[^\s<>()\]]+|(?:[\p{L}0-9-]+[.。．｡])+\p{L}{2,24}(?::[0-9]+)?[/?#][^\s<>()\]]+|(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?::[0-9]+)?[/?#][^\s<>()\]]*)`)
	broadcast    = regexp.MustCompile(`(?i)@(channel|here|everyone)\b`)
	opensEntity  = regexp.MustCompile(`<([!@#])`)
	// hostShape is a name that Slack or a mail program would make a link of: its end is
	// one of the common top-level domains, not the ending of a file.
	hostShape = regexp.MustCompile(`(?:[\p{L}0-9._%+-]+@)?(?:[\p{L}0-9-]+[.。．｡])+(?:xn--[a-z0-9-]+|` + topLevels + `|` + strings.ToUpper(topLevels) + `)\b`)
)

var (
	escapedDot = regexp.MustCompile(`\\+([.:/@])`)
	shapeless  = regexp.MustCompile(`([\p{L}\p{N}.:/@])[\x{FE00}-\x{FE0F}]+`)
	// linearPath leads to a page of Linear and from there to nowhere else.
	linearPath = regexp.MustCompile(`^(?:/[\p{L}\p{N}._~-]*)*$`)
	anchor     = regexp.MustCompile(`^[A-Za-z0-9-]*$`)
)

const topLevels = `com|net|org|edu|gov|mil|int|info|biz|name|pro|io|ai|app|dev|xyz|site|online|shop|store|tech|cloud|link|click|top|live|page|web|co|uk|de|fr|nl|eu|ru|cn|jp|br|ca|au|es|se|fi|dk|ch|cz|tv|gg|ly|gl|test|example`

const linkRemoved = "[link removed]"

// clean holds one piece of whole words to the rules.
func (t *safeText) clean(text string) string {
	text = unhidden(text)
	text = imageShape.ReplaceAllString(text, "")
	text = linkShape.ReplaceAllStringFunc(text, func(link string) string {
		parts := linkShape.FindStringSubmatch(link)
		if t.allowed(parts[2]) {
			return link
		}
		return parts[1]
	})
	text = entityShape.ReplaceAllStringFunc(text, t.entity)
	text = addressShape.ReplaceAllStringFunc(text, func(address string) string {
		if t.allowed(strings.TrimRight(address, ".,;:!?*_~")) {
			return address
		}
		return linkRemoved
	})
	text = t.cleanBare(text)
	text = t.cleanHosts(text)
	text = opensEntity.ReplaceAllString(text, "< $1")
	text = broadcast.ReplaceAllString(text, "$1")
	if t.private != nil {
		t.hidden += len(t.private.FindAllString(text, -1))
	}
	return t.redact(text)
}

// unhidden is a text without what hides from us what a reader, or whatever makes a link
// of it, would see: character references, escaped dots and slashes, and characters
// without a shape of their own.
func unhidden(text string) string {
	for range 3 { // references to the & of references
		text = html.UnescapeString(text)
	}
	return escapedDot.ReplaceAllString(shapeless.ReplaceAllString(stripInvisible(text), "$1"), "$1")
}

// redact takes the identifiers of private teams out when others read along.
func (t *safeText) redact(text string) string {
	if t.private == nil {
		return text
	}
	return t.private.ReplaceAllString(text, "(hidden issue)")
}

// entity opens what Slack would take for a mention or a link.
func (t *safeText) entity(e string) string {
	parts := entityShape.FindStringSubmatch(e)
	if t.allowed(parts[1]) {
		return parts[1]
	}
	if parts[2] != "" {
		return parts[2]
	}
	switch name := strings.TrimLeft(parts[1], "!@#"); {
	case name != parts[1]:
		return name
	case strings.Contains(name, ":"):
		return linkRemoved
	}
	return e
}

// cleanBare removes addresses without a scheme, which Slack makes links of. One
// inside an address that was allowed stays.
func (t *safeText) cleanBare(text string) string {
	var b strings.Builder
	last := 0
	for _, at := range bareLink.FindAllStringIndex(text, -1) {
		bare := text[at[0]:at[1]]
		inside := strings.HasSuffix(text[:at[0]], "://")
		if inside || t.allowed("https://"+strings.TrimRight(bare, ".,;:!?*_~")) {
			continue
		}
		b.WriteString(text[last:at[0]] + linkRemoved)
		last = at[1]
	}
	return b.String() + text[last:]
}

// cleanHosts removes names of hosts and mail addresses that stand alone, except
// those of Linear and of members, and what the asker wrote.
func (t *safeText) cleanHosts(text string) string {
	var b strings.Builder
	last := 0
	for _, at := range hostShape.FindAllStringIndex(text, -1) {
		host := text[at[0]:at[1]]
		inside := at[0] > 0 && strings.ContainsAny(text[at[0]-1:at[0]], "/@.=&?#-_") && at[0] > last
		switch {
		case host == "linear.app", t.mails[strings.ToLower(host)], t.wrote(host), inside && t.inAllowed(text, at[0]):
			continue
		}
		b.WriteString(text[last:at[0]] + linkRemoved)
		last = at[1]
	}
	return b.String() + text[last:]
}

// inAllowed reports whether position i is inside an address that was let through.
func (t *safeText) inAllowed(text string, i int) bool {
	start := strings.LastIndexAny(text[:i], " \n\t<>()[]|") + 1
	end := i + strings.IndexAny(text[i:]+" ", " \n\t<>()[]|")
	return t.allowed(strings.TrimRight(text[start:end], ".,;:!?*_~`\"'"))
}

// allowed reports whether an address leads to Linear, or is one the asker wrote.
func (t *safeText) allowed(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return false
	}
	if u.Scheme == "https" && u.Host == "linear.app" && u.User == nil && u.RawQuery == "" && anchor.MatchString(u.Fragment) && linearPath.MatchString(u.Path) && !strings.Contains(u.Path, "//") {
		return true
	}
	return t.wrote(address) || t.wrote(strings.TrimPrefix(address, "https://"))
}

// wrote reports whether the asker wrote this very address, whole.
func (t *safeText) wrote(address string) bool {
	for rest := t.asked; ; {
		i := strings.Index(rest, address)
		if i < 0 || len(address) < 4 {
			return false
		}
		rest = rest[i+len(address):]
		if rest == "" || strings.ContainsAny(rest[:1], " \n\t|>),.;!?\"'") {
			return true
		}
	}
}
