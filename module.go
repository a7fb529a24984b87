// Package collatebench has the files that pin what this module is built from:
//
//	fmt.Println(strings.Contains(collatebench.GoMod, "tool golang.org/x/perf/cmd/benchstat\n"))
//
// A program that is far from its source builds the same tools with them. It knows
// nothing else.
package collatebench

import _ "embed"

// GoMod is go.mod.
//
//go:embed go.mod
var GoMod string

// GoSum is go.sum, with the hashes of all that go.mod names.
//
//go:embed go.sum
var GoSum string
