package slacktest

import (
	"fmt"
	"math"
	"net/mail"
	"net/url"
	"strconv"
	"unicode/utf8"
)

// problems are Slack's own checks before it sends a submission.
func (v *View) problems() map[string]string {
	out := map[string]string{}
	for _, e := range elements(v.Blocks) {
		value := v.State[e.blockID()][e.actionID()]
		optional, _ := e.block["optional"].(bool)
		switch {
		case !e.input || value == nil:
		case isEmpty(value):
			if !optional {
				out[e.blockID()] = "Please complete this required field."
			}
		default:
			if text, ok := value["value"].(string); ok {
				if problem := textProblem(e.el, text); problem != "" {
					out[e.blockID()] = problem
				}
			}
		}
	}
	return out
}

func textProblem(el Object, text string) string {
	n := utf8.RuneCountInString(text)
	limit := number(el["max_length"], 3000)
	switch least := number(el["min_length"], 0); {
	case n > limit:
		return fmt.Sprintf("Must be less than %d characters", limit+1)
	case n < least:
		return fmt.Sprintf("Must be at least %d characters", least)
	}
	switch str(el["type"]) {
	case "number_input":
		return numberProblem(el, text)
	case "email_text_input":
		if a, err := mail.ParseAddress(text); err != nil || a.Address != text {
			return "Enter a valid email address"
		}
	case "url_text_input":
		if u, err := url.Parse(text); err != nil || u.Host == "" {
			return "Enter a valid URL"
		}
	}
	return ""
}

func numberProblem(el Object, text string) string {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return "Enter a number"
	}
	if decimals, _ := el["is_decimal_allowed"].(bool); !decimals && f != math.Trunc(f) {
		return "Enter a whole number"
	}
	if least, err := strconv.ParseFloat(str(el["min_value"]), 64); err == nil && f < least {
		return "Must be at least " + str(el["min_value"])
	}
	if most, err := strconv.ParseFloat(str(el["max_value"]), 64); err == nil && f > most {
		return "Must be at most " + str(el["max_value"])
	}
	return ""
}

func number(v any, otherwise int) int {
	if f, ok := v.(float64); ok {
		return int(f)
	}
	return otherwise
}
