package slackapp

import (
	"regexp"
	"strings"
)

// emojiNames matches :name: and a skin tone after it.
var emojiNames = regexp.MustCompile(`:[a-z0-9_+'-]{1,60}:(?::skin-tone-[2-6]:)?`)

// emoji renders a Slack emoji name as the character it stands for. Custom and
// rarer ones stay as typed: their names read well enough.
func emoji(name string) string {
	base, _, _ := strings.Cut(strings.Trim(name, ":"), "::")
	if c, ok := commonEmoji[base]; ok {
		return c
	}
	return name
}

var commonEmoji = map[string]string{
	"+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "ok_hand": "👌", "wave": "👋",
	"clap": "👏", "raised_hands": "🙌", "pray": "🙏", "muscle": "💪", "point_up": "☝️", "point_right": "👉",
	"point_left": "👈", "point_down": "👇", "eyes": "👀", "brain": "🧠", "handshake": "🤝", "v": "✌️",
	"smile": "😄", "smiley": "😃", "grinning": "😀", "grin": "😁", "laughing": "😆", "joy": "😂", "rofl": "🤣",
	"slightly_smiling_face": "🙂", "upside_down_face": "🙃", "wink": "😉", "blush": "😊", "heart_eyes": "😍",
	"thinking_face": "🤔", "neutral_face": "😐", "sweat_smile": "😅", "sweat": "😓", "cry": "😢", "sob": "😭",
	"scream": "😱", "rage": "😡", "angry": "😠", "confused": "😕", "disappointed": "😞", "sunglasses": "😎",
	"exploding_head": "🤯", "facepalm": "🤦", "shrug": "🤷", "sleeping": "😴", "skull": "💀", "robot_face": "🤖",
	"heart": "❤️", "broken_heart": "💔", "100": "💯", "fire": "🔥", "boom": "💥", "sparkles": "✨", "star": "⭐",
	"tada": "🎉", "rocket": "🚀", "bug": "🐛", "bulb": "💡", "zap": "⚡", "warning": "⚠️", "rotating_light": "🚨",
	"no_entry": "⛔", "no_entry_sign": "🚫", "white_check_mark": "✅", "heavy_check_mark": "✔️", "x": "❌",
	"question": "❓", "exclamation": "❗", "bangbang": "‼️", "information_source": "ℹ️", "hourglass": "⌛",
	"red_circle": "🔴", "large_orange_circle": "🟠", "large_yellow_circle": "🟡", "large_green_circle": "🟢",
	"large_blue_circle": "🔵", "white_circle": "⚪", "black_circle": "⚫", "lock": "🔒", "unlock": "🔓", "key": "🔑",
	"link": "🔗", "pushpin": "📌", "memo": "📝", "calendar": "📆", "date": "📅", "clock1": "🕐", "bell": "🔔",
	"email": "✉️", "package": "📦", "wrench": "🔧", "hammer": "🔨", "gear": "⚙️", "mag": "🔍", "construction": "🚧",
	"chart_with_upwards_trend": "📈", "chart_with_downwards_trend": "📉", "computer": "💻", "iphone": "📱",
	"coffee": "☕", "beers": "🍻", "pizza": "🍕", "cake": "🍰", "ship": "🚢", "ticket": "🎫", "trophy": "🏆",
	"arrow_right": "➡️", "arrow_left": "⬅️", "arrow_up": "⬆️", "arrow_down": "⬇️", "back": "🔙", "recycle": "♻️",
}
