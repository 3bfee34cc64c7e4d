package slackapp

import (
	"fmt"
	"strings"

	"linearbot/linear"
)

// estimateScale is what the team may estimate with: Linear's scales, the longer
// form when the team chose it, zero when it allows that. No scale means that the
// team does not estimate.
func estimateScale(team linear.Team) []choice {
	var points []int
	extended := 2 // how many values at the end belong to the longer form
	words := map[int]string{}
	switch team.EstimationType {
	case "exponential":
		points = []int{1, 2, 4, 8, 16, 32, 64}
	case "fibonacci":
		points = []int{1, 2, 3, 5, 8, 13, 21}
	case "linear":
		points = []int{1, 2, 3, 4, 5, 6, 7}
	case "tShirt":
		points = []int{1, 2, 3, 5, 8, 13, 21}
		words = map[int]string{0: "None", 1: "XS", 2: "S", 3: "M", 5: "L", 8: "XL", 13: "XXL", 21: "XXXL"}
	default:
		return nil
	}
	if !team.EstimateMore {
		points = points[:len(points)-extended]
	}
	if team.EstimateZero {
		points = append([]int{0}, points...)
	}
	var scale []choice
	for _, p := range points {
		label := fmt.Sprint(p)
		if w := words[p]; w != "" {
			label = w
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
