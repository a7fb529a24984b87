package main

import (
	"strings"
	"testing"
)

// TestReadmeFaults: the test of the README finds a broken block.
func TestReadmeFaults(t *testing.T) {
	const list = "$ go list ./bench ./bench/runner   # a remark\n"
	for _, c := range []struct{ name, block, says string }{
		{"commands", "<!-- test: parse -->\n```\nmake why CELL='window=32'   # a remark\ncollatebench bench --window 8\ngo test -bench . ./bench\n```\n", ""},
		{"no comment", "```\nmake bench\n```\n", "no comment before the block"},
		{"comment too far", "<!-- test: parse -->\n\n```\nmake bench\n```\n", "no comment before the block"},
		{"unknown comment", "<!-- test: skip -->\n```\nmake bench\n```\n", "no comment before the block"},
		{"target", "<!-- test: parse -->\n```\nmake bench\nmake bnech\n```\n", "bnech"},
		{"variable", "<!-- test: parse -->\n```\nmake bench WIDNOW=8\n```\n", "unknown flag: --widnow"},
		{"argument", "<!-- test: parse -->\n```\nmake why\n```\n", "CELL is missing"},
		{"what make starts", "<!-- test: parse -->\n```\nmake diagnose SECONDS=soon\n```\n", "soon"},
		{"flag", "<!-- test: parse -->\n```\n$ collatebench bench --widnow 8\n8\n```\n", "--widnow"},
		{"folder", "<!-- test: parse -->\n```\ngo test ./bnech\n```\n", "bnech"},
		{"command", "<!-- test: parse -->\n```\nrm -r results\n```\n", "does not know"},
		{"run", "<!-- test: run -->\n```\n" + list + "collatebench/bench\ncollatebench/bench/runner\n```\n", ""},
		{"run, any lines", "<!-- test: run -->\n```\n" + list + "...\ncollatebench/bench/runner\n...\n```\n", ""},
		{"run, no output", "<!-- test: run -->\n```\ngo list ./bench\n\nmake help\n```\n", ""},
		{"dots in a line", "<!-- test: run -->\n```\n" + list + "collatebench/bench...\n```\n", "the output is"},
		{"other line", "<!-- test: run -->\n```\n" + list + "collatebench/bench\ncollatebench/runner\n```\n", "the output is"},
		{"line left out", "<!-- test: run -->\n```\n" + list + "collatebench/bench\n```\n", "the output is"},
		{"line added", "<!-- test: run -->\n```\n" + list + "...\ncollatebench/bench/runner\n1 more\n```\n", "the output is"},
		{"failure", "<!-- test: run -->\n```\n$ go list -f '{{.Nothing}}' ./bench\n...\n```\n", "Nothing"},
		{"a diagram", "```mermaid\ngraph TD\n```\n<!-- test: parse -->\n```\nmake help\n```\n", ""},
	} {
		blocks := readBlocks("Text.\n\n" + c.block + "\nMore text.\n")
		if len(blocks) != 1 {
			t.Fatalf("%s: %d blocks", c.name, len(blocks))
		}
		if testing.Short() && blocks[0].how == "run" {
			continue
		}
		err := blocks[0].check(t.Context(), t.TempDir())
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
