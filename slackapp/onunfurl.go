package slackapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"linearbot/accounts"
	"linearbot/linear"
	"linearbot/store"
)

const (
	unfurlLinks  = linear.MaxLinks    // a message with more links gets no previews
	unfurlAgain  = 60 * time.Minute   // the same link in the same channel
	unfurlPrompt = 7 * 24 * time.Hour // between two offers to connect

	settingUnfurlPrompt = "unfurl_prompt"
)

// onLinks previews the links of a message with the poster's own connection. A
// preview is seen by everybody in the conversation, so private teams and channels
// shared with another company get none. Links in a message that is still being
// written are previewed where that is known to be right for wherever it goes.
func (a *App) onLinks(ctx context.Context, r *request, e *slackevents.LinkSharedEvent) error {
	posted := readPosted(r.raw.Payload)
	if len(e.Links) > unfurlLinks || e.User == "" || e.User == a.bot.UserID {
		return nil
	}
	links := linearLinks(e.Links)
	if len(links) == 0 || a.mayUse(ctx, r) != nil || a.external(ctx, e.Channel, posted.Shared) && !a.policy(ctx, r.Key.TeamID).Shared {
		return nil
	}
	r.Thread, r.Reads = e.ThreadTimeStamp, true
	s, err := a.Accounts.Session(ctx, r.Key)
	if anyOf(err, accounts.ErrNotConnected, accounts.ErrPending, accounts.ErrVerifying) && !posted.composing() {
		return a.offerPreviews(ctx, r)
	}
	if err != nil {
		return nil //nolint:nilerr // a lost connection has its own message; a preview is only a courtesy
	}
	links = slices.DeleteFunc(links, func(l sharedLink) bool { return !a.firstUnfurl(ctx, r, l.Address, !posted.composing()) })
	cards, hidden := a.unfurl(ctx, r, s, links)
	if len(hidden) > 0 && !posted.composing() {
		if err := a.whisper(ctx, r, privateLinks(hidden)); err != nil {
			a.Log.InfoContext(ctx, "poster not told", "ref", r.Ref, "err", err)
		}
	}
	if len(cards) == 0 {
		return nil
	}
	if posted.composing() { // message_ts is no timestamp yet
		_, _, _, err = a.API.UnfurlMessageByIDContext(ctx, posted.Event.UnfurlID, posted.Event.Source, cards)
	} else {
		_, _, _, err = a.API.UnfurlMessageContext(ctx, e.Channel, e.MessageTimeStamp, cards)
	}
	if err != nil {
		a.Log.WarnContext(ctx, "links not previewed", "ref", r.Ref, "err", wrapSlack("chat.unfurl", err))
	}
	return nil
}

// postedLinks is what slack-go leaves out of a link_shared envelope.
type postedLinks struct {
	Shared bool `json:"is_ext_shared_channel"`
	Event  struct {
		Source   string `json:"source"`
		UnfurlID string `json:"unfurl_id"`
	} `json:"event"`
}

func readPosted(payload json.RawMessage) postedLinks {
	var p postedLinks
	if err := json.Unmarshal(payload, &p); err != nil {
		p.Shared = true // not known: nothing is shown
	}
	return p
}

// composing reports whether the message is not sent yet.
func (p postedLinks) composing() bool { return p.Event.Source == "composer" }

// composer stands for the channel of a message that is still being written: Slack
// does not say where it will go.
const composer = "COMPOSER"

// external reports whether people from another company read the channel. What
// cannot be found out counts as yes.
func (a *App) external(ctx context.Context, channel string, shared bool) bool {
	if shared || channel == composer {
		return true
	}
	c := a.channel(ctx, channel)
	return c == nil || c.IsExtShared || c.IsPendingExtShared
}

// sharedLink is a link to Linear with the very address that was posted.
type sharedLink struct {
	linear.Link
	Address string
}

func linearLinks(links []slackevents.SharedLinks) []sharedLink {
	var found []sharedLink
	for _, l := range links {
		parsed, ok := linear.ParseLink(l.URL)
		if ok && !slices.ContainsFunc(found, func(f sharedLink) bool { return f.Address == l.URL }) {
			found = append(found, sharedLink{parsed, l.URL})
		}
	}
	return found
}

// firstUnfurl reports whether a link was not previewed in its channel during the
// last hour, and notes that it is now.
func (a *App) firstUnfurl(ctx context.Context, r *request, address string, note bool) bool {
	hash := sha256.Sum256([]byte(address))
	place := store.Key{TeamID: r.Key.TeamID, UserID: r.Channel}
	name := "unfurl/" + hex.EncodeToString(hash[:12])
	if _, err := a.DB.Memory(ctx, place, name, time.Now()); err == nil {
		return false
	}
	if !note {
		return true
	}
	err := a.DB.PutMemory(ctx, store.Memory{Key: place, Thread: name, Body: []byte{0}, ExpiresAt: time.Now().Add(unfurlAgain)})
	if err != nil {
		a.Log.WarnContext(ctx, "preview not noted", "ref", r.Ref, "err", err)
	}
	return true
}

// unfurl makes the previews of links by their addresses, with one request, and
// names what may not be shown.
func (a *App) unfurl(ctx context.Context, r *request, s *linear.Session, links []sharedLink) (cards map[string]slack.Attachment, hidden []string) {
	var asked []linear.Link
	for _, l := range links {
		asked = append(asked, l.Link)
	}
	found, err := s.Linked(ctx, asked)
	if err != nil {
		a.Log.InfoContext(ctx, "links not previewed", "ref", r.Ref, "err", err)
		return nil, nil
	}
	cards = map[string]slack.Attachment{}
	for i, l := range links {
		name, private, preview := linkedCard(found[i])
		switch {
		case name == "": // not there or not visible: nothing is said in public
		case private:
			hidden = append(hidden, name)
		default:
			cards[l.Address] = unfurlOf(preview())
		}
	}
	slices.Sort(hidden)
	return cards, slices.Compact(hidden)
}

// whisper says something to the poster alone, and not at all where that cannot be.
func (a *App) whisper(ctx context.Context, r *request, m Message) error {
	return a.postEphemeral(ctx, r.Key.UserID, r.Channel, r.Thread, m)
}

// unfurlOf is a card below a link.
func unfurlOf(m Message) slack.Attachment {
	return slack.Attachment{Fallback: m.Text, Blocks: slack.Blocks{BlockSet: m.Blocks}}
}

// unfurlAddress is the link a pressed preview belongs to.
func unfurlAddress(payload json.RawMessage) string {
	var p struct {
		Container struct {
			URL string `json:"app_unfurl_url"`
		} `json:"container"`
		Unfurl struct {
			URL string `json:"app_unfurl_url"`
		} `json:"app_unfurl"`
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		return ""
	}
	return firstOf(p.Container.URL, p.Unfurl.URL)
}

// offered is when a person was last offered previews, and whether they want to be.
type offered struct {
	At    time.Time `json:"at"`
	Never bool      `json:"never,omitempty"`
}

// offerPreviews offers to connect to somebody who posted a link: once a week at
// most, and never again when they said so.
func (a *App) offerPreviews(ctx context.Context, r *request) error {
	offer := false
	err := a.DB.ChangeSetting(ctx, r.Key.TeamID, r.Key.UserID, settingUnfurlPrompt, func(old []byte) (next store.SettingChange, err error) {
		var last offered
		if old != nil {
			err = json.Unmarshal(old, &last)
		}
		if offer = err == nil && !last.Never && time.Since(last.At) >= unfurlPrompt; offer {
			next.JSON, err = json.Marshal(offered{At: time.Now()})
		}
		return next, err
	})
	if err != nil || !offer {
		return nil //nolint:nilerr // better no offer than one too many
	}
	if err := a.whisper(ctx, r, previewOffer()); err != nil {
		a.Log.InfoContext(ctx, "previews not offered", "ref", r.Ref, "err", err)
	}
	return nil
}

func (a *App) putOffered(ctx context.Context, key store.Key, o offered) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return a.DB.PutSetting(ctx, key.TeamID, key.UserID, settingUnfurlPrompt, text)
}

// stopOffering follows Don't ask again.
func (a *App) stopOffering(ctx context.Context, r *request) error {
	if err := a.putOffered(ctx, r.Key, offered{At: time.Now(), Never: true}); err != nil {
		return err
	}
	return a.replace(ctx, r, sayText("I won't ask again. Connect any time with "+code(a.Word+" connect", 60)+"."))
}
