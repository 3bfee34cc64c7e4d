package page

import (
	"html/template"
	"net/http"
	"regexp"
	"strings"

	"linearbot/linear/lineartest"
)

// issuePage is one issue with what was said and done.
type issuePage struct {
	lineartest.Issue
	Text     template.HTML
	Comments []commentOf
	Changes  []lineartest.Change // newest first
}

type commentOf struct {
	lineartest.Comment
	Text template.HTML
}

func (p *site) issue(w http.ResponseWriter, r *http.Request) {
	i, ok := p.linear.Issue(r.PathValue("id"))
	if !ok {
		p.missing(w, r)
		return
	}
	shown := issuePage{Issue: i, Text: markdown(i.Description)}
	for _, c := range p.linear.Comments(i.ID) {
		shown.Comments = append(shown.Comments, commentOf{c, markdown(c.Body)})
	}
	for n := len(i.History) - 1; n >= 0; n-- {
		shown.Changes = append(shown.Changes, i.History[n])
	}
	p.render(w, http.StatusOK, "issue", view{Title: i.Identifier + " " + i.Title, Here: "board", Data: shown})
}

var (
	boldText = regexp.MustCompile(`\*\*([^*\n]+)\*\*`)
	codeText = regexp.MustCompile("`([^`\n]+)`")
	linkText = regexp.MustCompile(`\[([^\]\n]+)\]\((https?://[^\s)]+)\)`)
)

// markdown renders the little Markdown that issues of a demo hold. Everything is
// escaped first: what the rules below add is all the markup there is.
func markdown(text string) template.HTML {
	var b strings.Builder
	for n, part := range strings.Split(template.HTMLEscapeString(text), "```") {
		if n%2 == 1 {
			b.WriteString("<pre>" + strings.TrimLeft(part, "\n") + "</pre>")
			continue
		}
		for _, paragraph := range strings.Split(part, "\n\n") {
			if paragraph = strings.TrimSpace(paragraph); paragraph != "" {
				b.WriteString(block(paragraph))
			}
		}
	}
	return template.HTML(b.String())
}

func block(paragraph string) string {
	if paragraph == "---" {
		return "<hr>"
	}
	paragraph = linkText.ReplaceAllString(paragraph, `<a href="$2" rel="noreferrer">$1</a>`)
	paragraph = boldText.ReplaceAllString(paragraph, "<strong>$1</strong>")
	paragraph = codeText.ReplaceAllString(paragraph, "<code>$1</code>")
	return "<p>" + strings.ReplaceAll(paragraph, "\n", "<br>") + "</p>"
}
