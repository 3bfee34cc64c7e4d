package assistant

// misspelt are common slips in words that carry no choice: never in a name, a
// state, a priority or a verb that changes something.
var misspelt = map[string]string{
	"teh": "the", "hte": "the", "adn": "and", "nad": "and", "annd": "and", "andd": "and", "ot": "to", "tto": "to", "fro": "for", "wiht": "with", "wtih": "with", "iwth": "with", "taht": "that", "thta": "that", "waht": "what", "whta": "what", "hwo": "how",
	"shwo": "show", "hsow": "show", "sohw": "show", "lsit": "list", "lits": "list", "isue": "issue", "isues": "issues", "issuse": "issues", "isseus": "issues", "issus": "issues", "tikcet": "ticket", "tikets": "tickets", "tickest": "tickets", "tcikets": "tickets", "assigend": "assigned", "assinged": "assigned", "asigned": "assigned", "assignd": "assigned", "alll": "all", "evrything": "everything", "everyting": "everything", "everythign": "everything",
	"prioirty": "priority", "priorty": "priority", "proirity": "priority", "prority": "priority",
}
