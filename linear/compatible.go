package linear

import "strings"

// compatible replaces the compatibility characters that keyboards and copied
// text bring into names by their plain forms: full-width ASCII, Latin ligatures,
// and letters followed by a combining accent. It is the part of NFKC that names need.
func compatible(s string) string {
	plain := true
	for i := range len(s) {
		plain = plain && s[i] < 0x80
	}
	if plain {
		return s
	}
	var out []rune
	for _, r := range s {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0
		}
		if ligature, ok := ligatures[r]; ok {
			out = append(out, []rune(ligature)...)
			continue
		}
		if n := len(out); n > 0 {
			if composed := compose(out[n-1], r); composed != 0 {
				out[n-1] = composed
				continue
			}
		}
		out = append(out, r)
	}
	return string(out)
}

var ligatures = map[rune]string{'ﬀ': "ff", 'ﬁ': "fi", 'ﬂ': "fl", 'ﬃ': "ffi", 'ﬄ': "ffl", 'ﬅ': "st", 'ﬆ': "st", '…': "..."}

// accented lists, for each combining mark, bases and what they compose to.
var accented = map[rune][2]string{
	0x300: {"AEIOUaeiouNn", "ÀÈÌÒÙàèìòùǸǹ"},
	0x301: {"AEIOUYaeiouyCcLlNnRrSsZz", "ÁÉÍÓÚÝáéíóúýĆćĹĺŃńŔŕŚśŹź"},
	0x302: {"AEIOUaeiouCcGgHhJjSsWwYy", "ÂÊÎÔÛâêîôûĈĉĜĝĤĥĴĵŜŝŴŵŶŷ"},
	0x303: {"AINOUainouYyEe", "ÃĨÑÕŨãĩñõũỸỹẼẽ"},
	0x304: {"AEIOUaeiou", "ĀĒĪŌŪāēīōū"},
	0x306: {"AaEeGgIiOoUu", "ĂăĔĕĞğĬĭŎŏŬŭ"},
	0x307: {"CcEeGgIZz", "ĊċĖėĠġİŻż"},
	0x308: {"AEIOUYaeiouy", "ÄËÏÖÜŸäëïöüÿ"},
	0x30A: {"AaUu", "ÅåŮů"},
	0x30B: {"OoUu", "ŐőŰű"},
	0x30C: {"CcDdEeNnRrSsTtZz", "ČčĎďĚěŇňŘřŠšŤťŽž"},
	0x327: {"CcGgKkLlNnRrSsTt", "ÇçĢģĶķĻļŅņŖŗŞşŢţ"},
	0x328: {"AaEeIiUu", "ĄąĘęĮįŲų"},
}

// compose joins base and mark; 0 when they do not compose.
func compose(base, mark rune) rune {
	pair, ok := accented[mark]
	if !ok {
		return 0
	}
	at := strings.IndexRune(pair[0], base)
	if at < 0 {
		return 0
	}
	return []rune(pair[1])[at] // the bases are ASCII: byte index is rune index
}
