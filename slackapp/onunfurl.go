package slackapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"linearbot/accounts"
	"linearbot/linear"
	"linearbot/store"
)

const (
	unfurlLinks  = 3                  // a message with more links gets no previews
	unfurlAgain  = 60 * time.Minute   // the same link in the same channel
	unfurlPrompt = 7 * 24 * time.Hour // between two offers to connect

	settingUnfurlPrompt = "unfurl_prompt"
)

// onLinks previews the links of a message with the poster's own connection. A
// preview is seen by everybody in the conversation, so private teams and channels
// shared with another company get none.
func (a *App) onLinks(ctx context.Context, r *request, e *slackevents.LinkSharedEvent) error {
	outside := readOutside(r.raw.Payload)
	if outside.Event.Source == "composer" || len(e.Links) > unfurlLinks || e.User == "" || e.User == a.bot.UserID {
		return nil // a composer does not say where its message will go
	}
	links := issueLinks(e.Links)
	if len(links) == 0 || a.mayUse(ctx, r) != nil || a.external(ctx, e.Channel, outside.Shared) && !a.policy(ctx, r.Key.TeamID).Shared {
		return nil
	}
	r.Thread, r.Reads = e.ThreadTimeStamp, true
	s, err := a.Accounts.Session(ctx, r.Key)
	if anyOf(err, accounts.ErrNotConnected, accounts.ErrPending, accounts.ErrVerifying) {
		return a.offerPreviews(ctx, r)
	}
	if err != nil {
		return nil //nolint:nilerr // a lost connection has its own message; a preview is only a courtesy
	}
	fresh := map[string]string{}
	for address, ref := range links {
		if a.firstUnfurl(ctx, r, address) {
			fresh[address] = ref
		}
	}
	return a.unfurl(ctx, r, e, s, fresh)
}

// outsideOf is what slack-go leaves out of a link_shared envelope.
type outsideOf struct {
	Shared bool `json:"is_ext_shared_channel"`
	Event  struct {
		Source string `json:"source"`
	} `json:"event"`
}

func readOutside(payload json.RawMessage) outsideOf {
	var o outsideOf
	if err := json.Unmarshal(payload, &o); err != nil {
		o.Shared = true // not known: nothing is shown
	}
	return o
}

// external reports whether people from another company read the channel. What
// cannot be found out counts as yes.
func (a *App) external(ctx context.Context, channel string, shared bool) bool {
	if shared {
		return true
	}
	c := a.channel(ctx, channel)
	return c == nil || c.IsExtShared || c.IsPendingExtShared
}

// issueLinks are the links that name an issue, by the very address posted.
func issueLinks(links []slackevents.SharedLinks) map[string]string {
	found := map[string]string{}
	for _, l := range links {
		if ref, ok := linear.ParseRef(l.URL); ok {
			found[l.URL] = ref
		}
	}
	return found
}

// firstUnfurl reports whether a link was not previewed in its channel during the
// last hour, and notes that it is now.
func (a *App) firstUnfurl(ctx context.Context, r *request, address string) bool {
	hash := sha256.Sum256([]byte(address))
	place := store.Key{TeamID: r.Key.TeamID, UserID: r.Channel}
	name := "unfurl/" + hex.EncodeToString(hash[:12])
	if _, err := a.DB.Memory(ctx, place, name, time.Now()); err == nil {
		return false
	}
	err := a.DB.PutMemory(ctx, store.Memory{Key: place, Thread: name, Body: []byte{0}, ExpiresAt: time.Now().Add(unfurlAgain)})
	if err != nil {
		a.Log.WarnContext(ctx, "preview not noted", "ref", r.Ref, "err", err)
	}
	return true
}

func (a *App) unfurl(ctx context.Context, r *request, e *slackevents.LinkSharedEvent, s *linear.Session, links map[string]string) error {
	if len(links) == 0 {
		return nil
	}
	var refs []string
	for _, ref := range links {
		if !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	found, err := s.IssuesByRef(ctx, refs)
	if err != nil {
		a.Log.InfoContext(ctx, "links not previewed", "ref", r.Ref, "err", err)
		return nil
	}
	cards := map[string]slack.Attachment{}
	var hidden []string
	for address, ref := range links {
		at := slices.IndexFunc(found, func(i linear.Issue) bool { return i.Identifier == ref || i.ID == ref })
		switch {
		case at < 0: // not there or not visible: nothing is said in public
		case found[at].Team.Private():
			hidden = append(hidden, found[at].Identifier)
		default:
			cards[address] = unfurlOf(card{Issue: found[at], Public: true}.compact())
		}
	}
	if len(hidden) > 0 {
		slices.Sort(hidden)
		if err := a.whisper(ctx, r, privateLinks(hidden)); err != nil {
			a.Log.InfoContext(ctx, "poster not told", "ref", r.Ref, "err", err)
		}
	}
	if len(cards) == 0 {
		return nil
	}
	_, _, _, err = a.API.UnfurlMessageContext(ctx, e.Channel, e.MessageTimeStamp, cards)
	if err != nil {
		a.Log.WarnContext(ctx, "links not previewed", "ref", r.Ref, "err", wrapSlack("chat.unfurl", err))
	}
	return nil
}

// whisper says something to the poster alone, and not at all where that cannot be.
func (a *App) whisper(ctx context.Context, r *request, m Message) error {
	opts := m.options()
	if r.Thread != "" {
		opts = append(opts, slack.MsgOptionTS(r.Thread))
	}
	_, err := a.API.PostEphemeralContext(ctx, r.Channel, r.Key.UserID, opts...)
	return wrapSlack("chat.postEphemeral", err)
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
	var last offered
	text, err := a.DB.Setting(ctx, r.Key.TeamID, r.Key.UserID, settingUnfurlPrompt)
	if err == nil {
		err = json.Unmarshal(text, &last)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil //nolint:nilerr // better no offer than one too many
	}
	if last.Never || time.Since(last.At) < unfurlPrompt {
		return nil
	}
	if err := a.putOffered(ctx, r.Key, offered{At: time.Now()}); err != nil {
		return err
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
