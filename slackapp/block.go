package slackapp

import (
	"strings"

	"github.com/slack-go/slack"
)

// Slack's limits, in characters unless said otherwise.
const (
	maxSection     = 3000
	maxField       = 2000
	maxHeader      = 150
	maxTitle       = 24 // modal title, submit and close
	maxLabel       = 75 // button and option text
	maxDetail      = 75 // option description
	maxPlaceholder = 150
	maxInputLabel  = 2000
	maxValue       = 2000
	maxInput       = 3000
	maxOptions     = 100
	maxIssueTitle  = 255   // the New issue form; Linear takes no more from us
	maxText        = 3900  // chat.update refuses more than 4,000
	maxBlocks      = 50    // a message
	maxViewBlocks  = 100   // a modal or Home
	maxBody        = 12000 // all text of one message: Slack's undocumented total is near 13,200
)

// mrkdwn is a text object that may hold links and mentions we composed. Verbatim
// keeps Slack from making links and mentions out of the rest.
func mrkdwn(text string, limit int) *slack.TextBlockObject {
	if strings.TrimSpace(text) == "" {
		text = " " // Slack refuses empty text
	}
	return &slack.TextBlockObject{Type: slack.MarkdownType, Text: cutMrkdwn(text, limit), Verbatim: true}
}

// plain is a text object nothing is parsed in.
func plain(text string, limit int) *slack.TextBlockObject {
	if strings.TrimSpace(text) == "" {
		text = " "
	}
	return slack.NewTextBlockObject(slack.PlainTextType, cut(text, limit), true, false)
}

// section is a paragraph of mrkdwn with at most one element beside it.
func section(text string, beside ...slack.BlockElement) *slack.SectionBlock {
	s := slack.NewSectionBlock(mrkdwn(text, maxSection), nil, nil)
	for _, e := range beside {
		s.Accessory = slack.NewAccessory(e)
	}
	return s
}

// contextLine is a small grey line. Empty parts are left out; without any there is
// no block.
func contextLine(parts ...string) slack.Block {
	var elements []slack.MixedElement
	for _, p := range parts {
		if strings.TrimSpace(p) != "" && len(elements) < 10 {
			elements = append(elements, mrkdwn(p, maxField))
		}
	}
	if len(elements) == 0 {
		return nil
	}
	return slack.NewContextBlock("", elements...)
}

// dotted joins what is there with a middle dot.
func dotted(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " · ")
}

// header is a large line.
func header(text string) slack.Block {
	return slack.NewHeaderBlock(plain(oneLine(text), maxHeader))
}

// button is a button that comes back as a block action.
func button(label, action, value string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(action, value, plain(oneLine(label), maxLabel))
}

// primary is the one button of a group that is meant to be pressed.
func primary(label, action, value string) *slack.ButtonBlockElement {
	return button(label, action, value).WithStyle(slack.StylePrimary)
}

// linkButton opens an address. Slack sends an action for it too.
func linkButton(label, action, address string) *slack.ButtonBlockElement {
	return button(label, action, "").WithURL(address)
}

// confirm asks before a button acts. The question is mrkdwn.
func confirm(title, question, yes, no string) *slack.ConfirmationBlockObject {
	return slack.NewConfirmationBlockObject(plain(title, 100), mrkdwn(question, 300), plain(yes, 30), plain(no, 30))
}

// actions is a row of elements; nil ones are left out, and without any there is
// no block.
func actions(blockID string, elements ...slack.BlockElement) slack.Block {
	var kept []slack.BlockElement
	for _, e := range elements {
		if e != nil && len(kept) < 25 {
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return slack.NewActionBlock(blockID, kept...)
}

// choice is one entry of an overflow menu or a select.
type choice struct {
	Label string
	Value string
	More  string // a second line
	URL   string // overflow only: opens it
}

func (c choice) option() *slack.OptionBlockObject {
	o := slack.NewOptionBlockObject(c.Value, plain(oneLine(c.Label), maxLabel), nil)
	if c.More != "" {
		o.Description = plain(oneLine(c.More), maxDetail)
	}
	o.URL = c.URL
	return o
}

func optionsOf(choices []choice) []*slack.OptionBlockObject {
	options := make([]*slack.OptionBlockObject, 0, len(choices))
	for _, c := range choices[:min(len(choices), maxOptions)] {
		options = append(options, c.option())
	}
	return options
}

// overflow is the ⋯ menu: at most five entries (Slack).
func overflow(action string, choices ...choice) slack.BlockElement {
	if len(choices) == 0 {
		return nil
	}
	return slack.NewOverflowBlockElement(action, optionsOf(choices[:min(len(choices), 5)])...)
}

// externalSelect is a menu whose options the bot answers as the person types.
func externalSelect(action, placeholder string, initial *choice) *slack.SelectBlockElement {
	s := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plain(placeholder, maxPlaceholder), action)
	s.MinQueryLength = new(0) // Slack's default is three letters
	if initial != nil {
		s.InitialOption = initial.option()
	}
	return s
}

// staticSelect is a menu with up to 100 fixed options.
func staticSelect(action, placeholder string, choices []choice, chosen string) *slack.SelectBlockElement {
	s := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(placeholder, maxPlaceholder), action, optionsOf(choices)...)
	for i, c := range choices[:min(len(choices), maxOptions)] {
		if c.Value == chosen && chosen != "" {
			s.InitialOption = s.Options[i]
		}
	}
	return s
}

// checkboxes is a group of up to ten boxes; on lists the values ticked at first.
func checkboxes(action string, choices []choice, on ...string) *slack.CheckboxGroupsBlockElement {
	c := slack.NewCheckboxGroupsBlockElement(action, optionsOf(choices[:min(len(choices), 10)])...)
	for _, o := range c.Options {
		for _, v := range on {
			if o.Value == v {
				c.InitialOptions = append(c.InitialOptions, o)
			}
		}
	}
	return c
}

// textInput is a field to type in.
func textInput(action, value string, limit int, lines bool) *slack.PlainTextInputBlockElement {
	t := slack.NewPlainTextInputBlockElement(nil, action)
	t.InitialValue = cut(value, limit)
	t.MaxLength = limit
	t.Multiline = lines
	return t
}

// input is a labelled field of a modal.
func input(blockID, label string, element slack.BlockElement) *slack.InputBlock {
	return slack.NewInputBlock(blockID, plain(label, maxInputLabel), nil, element)
}

// optional is an input that may stay empty.
func optional(blockID, label string, element slack.BlockElement) *slack.InputBlock {
	return input(blockID, label, element).WithOptional(true)
}

// blocks collects blocks and forgets the empty ones.
func blocks(all ...slack.Block) []slack.Block {
	kept := make([]slack.Block, 0, len(all))
	for _, b := range all {
		if b != nil {
			kept = append(kept, b)
		}
	}
	return kept
}

// modal is a view with the fixed parts in place. An empty submit leaves the
// button out.
func modal(callback, title, submit, closing, meta string, all ...slack.Block) slack.ModalViewRequest {
	kept := blocks(all...)
	v := slack.ModalViewRequest{
		Type:            slack.VTModal,
		CallbackID:      callback,
		Title:           plain(title, maxTitle),
		Close:           plain(closing, maxTitle),
		PrivateMetadata: meta,
		Blocks:          slack.Blocks{BlockSet: kept[:min(len(kept), maxViewBlocks)]},
	}
	if submit != "" {
		v.Submit = plain(submit, maxTitle)
	}
	return v
}
