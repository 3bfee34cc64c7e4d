package slackapp

import (
	"fmt"
	"strings"
	"unicode"

	"linearbot/linear"
)

// commandValue writes a value so that the command parser reads it back as one.
func commandValue(v string) string {
	v = oneLine(v)
	plain := strings.IndexFunc(v, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' && r != '@' && r != '+'
	}) < 0
	if plain && v != "" {
		return v
	}
	return literalValue(v)
}

// literalValue writes a value as a name, also where it is a word like open.
func literalValue(v string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(oneLine(v)) + `"`
}

func priorityWord(p string) string {
	switch p {
	case "0":
		return "none"
	case "1":
		return "urgent"
	case "2":
		return "high"
	case "3":
		return "medium"
	case "4":
		return "low"
	}
	return ""
}

func cycleCommand(c linear.Cycle) string {
	switch {
	case c.IsActive:
		return "current"
	case c.IsNext:
		return "next"
	}
	return firstOf(c.Name, fmt.Sprint(int(c.Number)))
}
