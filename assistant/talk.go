package assistant

import "strings"

var talks = []struct {
	talk    Talk
	phrases []string
}{
	{TalkHelp, []string{"help", "help me", "what can you do", "what can i do", "what can i ask", "how do you work", "how does this work", "what do you do", "who are you", "what are you", "commands", "show me what you can do", "what else can you do", "how do i use this", "how can you help", "how can you help me", "usage", "instructions", "show help", "i need help", "can you help", "can you help me"}},
	{TalkForget, []string{"forget this", "forget that", "forget it", "forget everything", "forget this thread", "forget all of this", "clear your memory", "forget", "start over", "forget what i said", "reset"}},
	{TalkUndo, []string{"undo", "undo that", "undo it", "undo this", "undo the last change", "undo my last change", "take that back", "take it back", "revert", "revert that", "revert it", "revert the last change", "undo last change", "put it back", "change it back", "undo what you did", "revert my last change", "revert last change", "undo the last one", "undo last", "undo my change", "undo my changes", "roll that back", "roll it back", "roll back", "revert what you did"}},
	{TalkThanks, []string{"thank you", "thank you very much", "thank you so much", "ty", "tysm", "much appreciated", "great", "perfect", "awesome", "nice", "cool", "good bot", "good job", "well done", "great job", "nice one", "ok", "okay", "got it", "that is all", "that 's all", "no", "nope", "never mind", "nevermind", "lovely", "brilliant", "ok great", "a lot", "so much", "for your help", "bye", "goodbye", "see you", "good night", "sounds good"}},
}

var greetings = []string{"hey there", "hi there", "hello there", "good morning", "good afternoon", "good evening", "hello", "hey", "hi", "yo", "hiya", "howdy", "greetings", "morning", "sup", "what 's up", "whats up", "how are you", "how are you doing", "how are you today", "how 's it going", "how is it going", "how do you do", "nice to meet you", "you there", "are you there", "everyone", "all", "team", "bot", "linear", "linearbot", "how was your day", "how 's your day", "how are things", "ping", "test", "testing", "today", "my friend", "friend", "doing well", "hope you are well", "hope you 're well", "buddy", "what is up", "happy friday", "happy monday"}

// chatter recognises greetings strung together: hey, how are you?
func chatter(words string) (Talk, bool) {
	for words != "" {
		longest := ""
		for _, g := range greetings {
			if len(g) > len(longest) && (words == g || strings.HasPrefix(words, g+" ")) {
				longest = g
			}
		}
		if longest == "" {
			return "", false
		}
		words = strings.TrimPrefix(words[len(longest):], " ")
	}
	return TalkGreeting, true
}
