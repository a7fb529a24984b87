package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDocsBeginWithAnExample: the documentation of every package begins with a
// paragraph and then the code of its Example, which runs with the package's tests.
func TestDocsBeginWithAnExample(t *testing.T) {
	packages := listPackages(t)
	if len(packages) < 10 {
		t.Errorf("only %d packages were found", len(packages))
	}
	for _, p := range packages {
		sources := map[string]string{}
		for _, name := range slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles) {
			text, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			sources[name] = string(text)
		}
		if err := beginsWithExample(p.ImportPath, sources); err != nil {
			t.Errorf("package %s: %v", p.ImportPath, err)
		}
	}
}

type listedPackage struct {
	Dir, Name, ImportPath              string
	GoFiles, TestGoFiles, XTestGoFiles []string
}

// listPackages lists the module's packages, without programs. go list leaves out
// testdata.
func listPackages(t *testing.T) (packages []listedPackage) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=Dir,Name,ImportPath,GoFiles,TestGoFiles,XTestGoFiles", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listedPackage
		if err := d.Decode(&p); err == io.EOF {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Name != "main" && len(p.GoFiles) > 0 {
			packages = append(packages, p)
		}
	}
}

// beginsWithExample compares the first code in a package comment with the body of
// the package's Example. sources are the package's files, by name.
func beginsWithExample(path string, sources map[string]string) error {
	fset := token.NewFileSet()
	var files []*ast.File
	for name, text := range sources {
		f, err := parser.ParseFile(fset, name, text, parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(fset, files, path, doc.PreserveAST)
	if err != nil {
		return err
	}
	shown, err := firstCode(p)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(p.Examples, func(e *doc.Example) bool { return e.Suffix == "" })
	switch {
	case i < 0:
		return fmt.Errorf("it has no func Example")
	case p.Examples[i].Output == "" && !p.Examples[i].EmptyOutput:
		return fmt.Errorf("its Example has no output, so it does not run")
	}
	if body := exampleBody(fset, files, sources); shown != body {
		return fmt.Errorf("its comment begins with\n%s\nand its Example is\n%s", shown, body)
	}
	return nil
}

func firstCode(p *doc.Package) (string, error) {
	blocks := p.Parser().Parse(p.Doc).Content
	if len(blocks) < 2 {
		return "", fmt.Errorf("its comment is not a paragraph followed by code")
	}
	_, paragraph := blocks[0].(*comment.Paragraph)
	code, ok := blocks[1].(*comment.Code)
	if !paragraph || !ok {
		return "", fmt.Errorf("its comment is not a paragraph followed by code")
	}
	return code.Text, nil
}

var output = regexp.MustCompile(`(?i)\n\t// (unordered )?output:`)

// exampleBody is the source of func Example up to its output.
func exampleBody(fset *token.FileSet, files []*ast.File, sources map[string]string) string {
	for _, f := range files {
		i := slices.IndexFunc(f.Decls, func(d ast.Decl) bool {
			fn, ok := d.(*ast.FuncDecl)
			return ok && fn.Recv == nil && fn.Name.Name == "Example"
		})
		if i < 0 {
			continue
		}
		fn := f.Decls[i].(*ast.FuncDecl)
		from, to := fset.Position(fn.Body.Lbrace), fset.Position(fn.Body.Rbrace)
		text := sources[from.Filename][from.Offset+1 : to.Offset]
		if at := output.FindStringIndex(text); at != nil {
			text = text[:at[0]+1]
		}
		var b strings.Builder
		for line := range strings.Lines(strings.TrimPrefix(text, "\n")) {
			b.WriteString(strings.TrimPrefix(line, "\t"))
		}
		return b.String()
	}
	return ""
}

// TestBeginsWithExample: each fault of a package's documentation is found.
func TestBeginsWithExample(t *testing.T) {
	const comment = "// Package p adds:\n//\n//\tfmt.Println(1 + 1)\n//\n// It does not subtract.\npackage p\n"
	const example = "package p_test\n\nimport \"fmt\"\n\nfunc Example() {\n\tfmt.Println(1 + 1)\n\t// Output: 2\n}\n"
	for _, c := range []struct{ name, comment, example, fault string }{
		{"good", comment, example, ""},
		{"other code", strings.Replace(comment, "1 + 1", "1 + 2", 1), example, "its Example is"},
		{"more code", comment, strings.Replace(example, "\tfmt", "\tx := 1\n\tfmt", 1), "its Example is"},
		{"no output", comment, strings.Replace(example, "// Output: 2", "// two", 1), "does not run"},
		{"no example", comment, strings.Replace(example, "Example", "ExampleF", 1), "no func Example"},
		{"no code", "// Package p adds.\npackage p\n", example, "not a paragraph"},
		{"code later", strings.Replace(comment, "adds:\n//\n", "adds:\n//\n// And so on:\n//\n", 1), example, "not a paragraph"},
		{"no comment", "package p\n", example, "not a paragraph"},
	} {
		err := beginsWithExample("p", map[string]string{"p.go": c.comment, "p_test.go": c.example})
		if c.fault == "" && err != nil || c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
