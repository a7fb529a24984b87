package stacks

import (
	"regexp"
	"strings"

	"github.com/ianlancetaylor/demangle"
)

// A language is what a symbol is written in.
type language uint8

const (
	langC language = iota // or anything without mangled names
	langCPP
	langRust
	langGo
)

// maxSymbol, in bytes: longer ones are cut. Mangled names that expand to more than twice
// that are left as they are.
const maxSymbol = 4 << 10

var (
	legacyRust = regexp.MustCompile(`17h[0-9a-f]{16}E`)
	suffixes   = regexp.MustCompile(`(@@?[A-Za-z_0-9.]+|\.llvm\.\d+|\.(constprop|isra|part|lto_priv)\.\d+|\.cold(\.\d+)?)+$`)
)

// demangled returns the name of a symbol as a person writes it, and its language. A name
// that is not mangled, it takes for one of C.
func demangled(symbol string) (string, language) {
	if len(symbol) > maxSymbol {
		symbol = symbol[:maxSymbol]
	}
	symbol = suffixes.ReplaceAllString(symbol, "")
	switch {
	case strings.HasPrefix(symbol, "_R"), strings.HasPrefix(symbol, "_ZN") && legacyRust.MatchString(symbol):
		// Not NoTemplateParams: it takes the type out of an impl as well.
		if s, err := demangle.ToString(symbol, demangle.NoParams, demangle.MaxLength(13)); err == nil {
			return rustName(s), langRust
		}
	case strings.HasPrefix(symbol, "_Z"):
		s, err := demangle.ToString(symbol, demangle.NoParams, demangle.NoTemplateParams, demangle.NoEnclosingParams, demangle.MaxLength(13))
		if err == nil {
			return cppName(s), langCPP
		}
	}
	return symbol, langC
}

// rustName cleans a demangled path: client::request::{closure#0} is client::request, and
// <serde_json::read::SliceRead as serde_json::read::Read>::parse_str is
// serde_json::read::SliceRead::parse_str.
func rustName(s string) string { return rustPath(s, 8) }

// rustPath goes so many levels deep into the types of types.
func rustPath(s string, depth int) string {
	var path []string
	for i, segment := range segments(s) {
		switch {
		case strings.HasPrefix(segment, "<impl ") && strings.HasSuffix(segment, ">"):
			// module::<impl Trait for Type>::method
			trait, self := cut(segment[len("<impl "):len(segment)-1], " for ")
			path = []string{rustType(self, trait, depth)}
		case strings.HasPrefix(segment, "<") && i == 0:
			self, trait := cut(strings.TrimSuffix(segment[1:], ">"), " as ")
			path = []string{rustType(self, trait, depth)}
		case strings.HasPrefix(segment, "<"), strings.HasPrefix(segment, "{"): // parameters; a closure, a shim
		default:
			name, _, _ := strings.Cut(segment, "{") // call_once{{vtable.shim}}
			name, _ = cut(name, "<")
			path = append(path, name)
		}
	}
	return strings.Join(path, "::")
}

// rustType names the type of an impl, or its trait where the type is no path: u32, T, [T].
func rustType(self, trait string, depth int) string {
	self, _ = cut(strings.TrimLeft(self, "&*[("), " + ")
	for _, word := range []string{"mut ", "const ", "dyn "} {
		self = strings.TrimPrefix(self, word)
	}
	if depth > 0 && strings.Contains(self, "::") {
		return rustPath(self, depth-1)
	}
	if depth > 0 && trait != "" {
		return rustPath(trait, depth-1)
	}
	return self
}

// segments splits at those "::" that are in no brackets.
func segments(s string) (all []string) {
	depth, from := 0, 0
	for i := 0; i < len(s); i++ {
		depth += nesting(s, i)
		if depth <= 0 && strings.HasPrefix(s[i:], "::") {
			all = append(all, s[from:i])
			from = i + 2
			i++
		}
	}
	return append(all, s[from:])
}

// cut cuts at the first separator that is in no brackets.
func cut(s, separator string) (before, after string) {
	depth := 0
	for i := range len(s) {
		if depth == 0 && strings.HasPrefix(s[i:], separator) {
			return s[:i], s[i+len(separator):]
		}
		depth += nesting(s, i)
	}
	return s, ""
}

func nesting(s string, i int) int {
	switch s[i] {
	case '<', '(', '[', '{':
		return 1
	case '>':
		if i > 0 && s[i-1] == '-' { // an arrow
			return 0
		}
		return -1
	case ')', ']', '}':
		return -1
	}
	return 0
}

// cppName drops what a person does not look for: anonymous namespaces, and the lambda
// that a function's work is in.
func cppName(s string) string {
	var path []string
	lambda := false
	for _, segment := range segments(s) {
		switch {
		case segment == "(anonymous namespace)", segment == "":
		case strings.HasPrefix(segment, "{lambda"), strings.HasPrefix(segment, "'lambda"):
			lambda = true
		case lambda && strings.HasPrefix(segment, "operator()"):
		default:
			path = append(path, strings.TrimSuffix(segment, " const"))
		}
	}
	return strings.Join(path, "::")
}
