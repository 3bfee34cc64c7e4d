package slackapp

import (
	"fmt"
	"strings"

	"linearbot/linear"
)

// shirtSizes are how Linear shows the points of a t-shirt scale.
var shirtSizes = map[int]string{0: "None", 1: "XS", 2: "S", 3: "M", 5: "L", 8: "XL", 13: "XXL", 21: "XXXL"}

// estimateScale is what the team may estimate with, as people read it. No scale
// means that there is nothing to choose from.
func estimateScale(team linear.Team) []choice {
	points, _ := team.Estimates()
	var scale []choice
	for _, p := range points {
		label := fmt.Sprint(p)
		if team.EstimationType == "tShirt" {
			label = shirtSizes[p]
		}
		scale = append(scale, choice{Label: label, Value: fmt.Sprint(p)})
	}
	return scale
}

// scaleWords lists the scale: "1, 2, 3, 5, 8".
func scaleWords(scale []choice) string {
	var words []string
	for _, c := range scale {
		words = append(words, c.Label)
	}
	return strings.Join(words, ", ")
}
