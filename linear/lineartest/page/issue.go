package page

import (
	"html/template"
	"net/http"

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
	shown := issuePage{Issue: i, Text: p.markdown(i.Description)}
	for _, c := range p.linear.Comments(i.ID) {
		shown.Comments = append(shown.Comments, commentOf{c, p.markdown(c.Body)})
	}
	for n := len(i.History) - 1; n >= 0; n-- {
		shown.Changes = append(shown.Changes, i.History[n])
	}
	p.render(w, http.StatusOK, "issue", view{Title: i.Identifier + " " + i.Title, Here: "board", Data: shown})
}
