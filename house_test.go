package linearbot

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// below lists, for each package of the house, what of ours it may import
// (docs/architecture.md). Stand-ins and tests are free.
var below = map[string][]string{
	"linearbot/store":     {},
	"linearbot/linear":    {},
	"linearbot/accounts":  {"linearbot/store", "linearbot/linear"},
	"linearbot/assistant": {"linearbot/store", "linearbot/linear"},
	"linearbot/slackapp":  {"linearbot/assistant", "linearbot/accounts", "linearbot/store", "linearbot/linear"},
}

// TestImportsOnlyGoDown holds the arrows of docs/architecture.md over everything a
// package reaches, not only over what it names.
func TestImportsOnlyGoDown(t *testing.T) {
	for pkg, allowed := range below {
		out, err := exec.Command("go", "list", "-deps", "-json=ImportPath", pkg).Output()
		if err != nil {
			t.Fatalf("go list %s: %v", pkg, err)
		}
		for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
			var p struct{ ImportPath string }
			if err := dec.Decode(&p); err != nil {
				t.Fatal(err)
			}
			ours := strings.HasPrefix(p.ImportPath, "linearbot/") && p.ImportPath != pkg
			if ours && !slices.Contains(allowed, p.ImportPath) {
				t.Errorf("%s reaches %s", pkg, p.ImportPath)
			}
		}
	}
}

var (
	goFile   = regexp.MustCompile(`[\w/*]+\.go\b`)
	testName = regexp.MustCompile(`\b(?:Test|Benchmark|Fuzz)[A-Z]\w*`)
)

// TestDocsNameWhatExists finds files and tests that documentation names and the
// tree no longer has.
func TestDocsNameWhatExists(t *testing.T) {
	var docs []string
	tests := map[string]bool{}
	walk(t, func(path string) {
		switch {
		case filepath.Base(path) == "doc.go" || filepath.Ext(path) == ".md":
			docs = append(docs, path)
		case strings.HasSuffix(path, "_test.go"):
			for _, name := range testName.FindAllString(read(t, path), -1) {
				tests[name] = true
			}
		}
	})
	if len(docs) < 10 {
		t.Fatalf("only %d documents found", len(docs))
	}
	for _, doc := range docs {
		text := read(t, doc)
		for _, name := range goFile.FindAllString(text, -1) {
			if name == "doc.go" {
				continue // every package's
			}
			dir := "."
			if filepath.Base(doc) == "doc.go" && !strings.Contains(name, "/") {
				dir = filepath.Dir(doc)
			}
			if found, _ := filepath.Glob(filepath.Join(dir, name)); len(found) == 0 {
				t.Errorf("%s names %s, which is not there", doc, name)
			}
		}
		for _, name := range testName.FindAllString(text, -1) {
			if !tests[name] {
				t.Errorf("%s names %s, which no test file has", doc, name)
			}
		}
	}
}

// walk visits the files of the repository.
func walk(t *testing.T, visit func(path string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != "." && strings.HasPrefix(e.Name(), "."):
			return filepath.SkipDir
		case !e.IsDir():
			visit(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
