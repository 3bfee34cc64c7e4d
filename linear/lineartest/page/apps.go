package page

import (
	"net/http"

	"linearbot/linear/lineartest"
)

func (p *site) apps(w http.ResponseWriter, _ *http.Request) {
	var live []lineartest.Grant
	for _, g := range p.linear.Grants() {
		if !g.Ended {
			live = append(live, g)
		}
	}
	p.render(w, http.StatusOK, "apps", view{Title: "Connected apps", Here: "apps", Data: live})
}

// revoke is a person who removes the app's access in their settings.
func (p *site) revoke(w http.ResponseWriter, r *http.Request) {
	p.linear.RevokeAccess(r.PostFormValue("user"))
	http.Redirect(w, r, "/apps", http.StatusSeeOther)
}

// remove is an admin who removes the app from the whole workspace.
func (p *site) remove(w http.ResponseWriter, r *http.Request) {
	p.linear.RemoveApp()
	http.Redirect(w, r, "/apps", http.StatusSeeOther)
}
