package linear

import (
	"embed"
	"fmt"
	"path"
	"strings"
	"sync"
)

//go:embed graphql/*.graphql
var graphqlFiles embed.FS

// optionalMark ends the lines of our documents that a Linear-compatible server
// with a smaller schema may not know. The lean form of a document lacks them.
const optionalMark = "# optional"

// document is one embedded operation with the fragments it uses.
type document struct {
	full, lean string
	writes     bool
}

// documents are all operations by name: the file's name is the operation's name,
// and a file that starts with "fragment" holds the fragment of its name.
var documents = sync.OnceValue(func() map[string]document {
	files, err := graphqlFiles.ReadDir("graphql")
	if err != nil {
		panic(err)
	}
	operations, fragments := map[string]string{}, map[string]string{}
	for _, file := range files {
		content, err := graphqlFiles.ReadFile(path.Join("graphql", file.Name()))
		if err != nil {
			panic(err)
		}
		name := strings.TrimSuffix(file.Name(), ".graphql")
		if strings.HasPrefix(string(content), "fragment "+name+" ") {
			fragments[name] = string(content)
			continue
		}
		if !strings.Contains(string(content), " "+name) {
			panic(fmt.Sprintf("linear: graphql/%s does not define %s", file.Name(), name))
		}
		operations[name] = string(content)
	}
	all := map[string]document{}
	for name, operation := range operations {
		all[name] = document{
			full:   strings.ReplaceAll(withFragments(operation, fragments), optionalMark, ""),
			lean:   withoutOptional(withFragments(withoutOptional(operation), fragments)),
			writes: strings.HasPrefix(operation, "mutation "),
		}
	}
	return all
})

// withFragments appends each fragment the operation spreads, also indirectly.
func withFragments(operation string, fragments map[string]string) string {
	added := map[string]bool{}
	for grown := true; grown; {
		grown = false
		for name, fragment := range fragments {
			if !added[name] && (strings.Contains(operation, "..."+name+"\n") || strings.Contains(operation, "..."+name+" ")) {
				operation += fragment
				added[name], grown = true, true
			}
		}
	}
	return operation
}

func withoutOptional(document string) string {
	var kept strings.Builder
	for line := range strings.Lines(document) {
		if !strings.Contains(line, optionalMark) {
			kept.WriteString(line)
		}
	}
	return kept.String()
}
