package lineartest_test

import (
	"os"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// TestSchemaIsAPartOfLinears holds the local Linear's own schema to the real one:
// each type, field, argument and enum value must be there, of the same type.
func TestSchemaIsAPartOfLinears(t *testing.T) {
	t.Parallel()
	path := os.Getenv("LINEAR_SCHEMA")
	if path == "" {
		t.Skip("LINEAR_SCHEMA is not set: the local schema is not compared with Linear's own")
	}
	load := func(path string) *ast.Schema {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s, err := gqlparser.LoadSchema(&ast.Source{Name: path, Input: string(text)})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	ours, real := load("schema.graphql"), load(path)
	compared := 0
	for name, def := range ours.Types {
		if def.BuiltIn {
			continue
		}
		there := real.Types[name]
		if there == nil || there.Kind != def.Kind {
			t.Errorf("%s %s is not in Linear's schema", def.Kind, name)
			continue
		}
		compared += compareType(t, def, there)
	}
	if compared < 200 {
		t.Errorf("only %d fields were compared", compared)
	}
}

func compareType(t *testing.T, ours, real *ast.Definition) (compared int) {
	for _, f := range ours.Fields {
		if len(f.Name) > 1 && f.Name[:2] == "__" {
			continue
		}
		compared++
		there := real.Fields.ForName(f.Name)
		if there == nil {
			t.Errorf("%s.%s is not in Linear's schema", ours.Name, f.Name)
			continue
		}
		if got, want := f.Type.String(), there.Type.String(); got != want {
			t.Errorf("%s.%s is %s, at Linear %s", ours.Name, f.Name, got, want)
		}
		for _, a := range f.Arguments {
			b := there.Arguments.ForName(a.Name)
			if b == nil {
				t.Errorf("%s.%s(%s:) is not in Linear's schema", ours.Name, f.Name, a.Name)
				continue
			}
			if a.Type.String() != b.Type.String() {
				t.Errorf("%s.%s(%s:) is %s, at Linear %s", ours.Name, f.Name, a.Name, a.Type, b.Type)
			}
		}
	}
	for _, v := range ours.EnumValues {
		if real.EnumValues.ForName(v.Name) == nil {
			t.Errorf("%s.%s is not in Linear's schema", ours.Name, v.Name)
		}
	}
	return compared
}
