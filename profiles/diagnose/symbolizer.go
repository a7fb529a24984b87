package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/exp/trace"
)

// A place is a line of the code.
type place struct {
	at  string // file:line
	in  string // function
	via string // what it called there; "" if it called the runtime
}

// A symbolizer turns stacks into frames and places. It tells the program's own
// functions from those of libraries.
type symbolizer struct {
	root string // folder of the standard library's sources; "" until a frame tells it, and with -trimpath
	main string // folder of the main module with its version; "" until a frame tells it, and if it was built in its own folder
	buf  []trace.StackFrame
}

// settle learns the folders from a frame.
func (n *symbolizer) settle(f trace.StackFrame) {
	if n.root == "" && strings.HasPrefix(f.Func, "runtime.") {
		if i := strings.LastIndex(f.File, "/src/runtime/"); i >= 0 {
			n.root = f.File[:i+len("/src/")]
		}
	}
	if n.main == "" && strings.HasPrefix(f.Func, "main.") {
		n.main = versioned(f.File)
	}
}

// versioned is the folder of a module as the module cache spells it, with a slash at its
// end: .../github.com/user/program@v1.2.3/. It is "" for a file that is elsewhere.
func versioned(file string) string {
	i := strings.Index(file, "@v")
	if i < 0 {
		return ""
	}
	end := strings.IndexByte(file[i:], '/')
	if end < 0 {
		return ""
	}
	return file[:i+end+1]
}

// frames returns the frames of a stack, the leaf first. They are valid until the
// next call.
func (n *symbolizer) frames(s trace.Stack) []trace.StackFrame {
	n.buf = n.buf[:0]
	for f := range s.Frames() {
		// The body of a range-over-func loop counts as its surrounding function.
		if i := strings.LastIndex(f.Func, "-range"); i > 0 && !strings.Contains(f.Func[i:], ".") {
			f.Func = f.Func[:i]
		}
		n.buf = append(n.buf, f)
		n.settle(f)
	}
	return n.buf
}

// Kinds of code, by who wrote it.
type kind uint8

const (
	kindRuntime kind = iota
	kindStandard
	kindLibrary // a module that the program depends on
	kindOwn
)

func isRuntime(function string) bool {
	return strings.HasPrefix(function, "runtime.") || strings.HasPrefix(function, "internal/runtime/") || strings.HasPrefix(function, "runtime/internal/")
}

func (n *symbolizer) kind(function, file string) kind {
	switch {
	case isRuntime(function):
		return kindRuntime
	case !strings.Contains(function, ".") || n.standard(function, file): // C has no packages
		return kindStandard
	case n.main != "" && strings.HasPrefix(file, n.main) && !strings.Contains(file, "/vendor/"):
		// A program that was installed from the module cache has a version in its own path.
		return kindOwn
	case strings.Contains(file, "@v") || strings.Contains(file, "/vendor/"):
		return kindLibrary
	}
	return kindOwn
}

// standard reports whether a function is of the standard library, by its file's
// folder. With -trimpath the trace has no folders: then the package path decides.
func (n *symbolizer) standard(function, file string) bool {
	if n.root != "" {
		return strings.HasPrefix(file, n.root)
	}
	first, _, _ := strings.Cut(function, "/")
	first, _, _ = strings.Cut(first, ".")
	_, found := slices.BinarySearch(standardRoots, first)
	return found
}

// standardRoots are the first path elements of the standard library, sorted.
var standardRoots = []string{
	"archive", "bufio", "bytes", "cmp", "compress", "container", "context", "crypto", "database",
	"debug", "embed", "encoding", "errors", "expvar", "flag", "fmt", "go", "hash", "html", "image",
	"index", "internal", "io", "iter", "log", "maps", "math", "mime", "net", "os", "path", "plugin",
	"reflect", "regexp", "runtime", "slices", "sort", "strconv", "strings", "structs", "sync",
	"syscall", "testing", "text", "time", "type:", "unicode", "unique", "unsafe", "vendor", "weak",
}

// nowhere is the function of a stack that is empty, or has only runtime frames.
const nowhere = "(no stack)"

// place is the line nearest to the leaf that is the program's own. If there is
// none it is a library's, and else the standard library's.
func (n *symbolizer) place(frames []trace.StackFrame) place {
	best := -1
	var found kind
	for i, f := range frames {
		if k := n.kind(f.Func, f.File); best < 0 && k > kindRuntime || k > found && k > kindStandard {
			best, found = i, k
		}
	}
	if best < 0 {
		return place{at: "?", in: nowhere}
	}
	p := place{at: position(frames[best]), in: frames[best].Func}
	if best > 0 && n.kind(frames[best-1].Func, frames[best-1].File) != kindRuntime {
		p.via = frames[best-1].Func
	}
	return p
}

func position(f trace.StackFrame) string { return fmt.Sprintf("%s:%d", file(f.File), f.Line) }

// own reports whether the program's own code is on a stack.
func (n *symbolizer) own(frames []trace.StackFrame) bool {
	for _, f := range frames {
		if n.kind(f.Func, f.File) == kindOwn {
			return true
		}
	}
	return false
}

// connectionNames are the functions of libraries in which connections, or streams on them,
// are waited for. They give a name to what was found without them.
var connectionNames = regexp.MustCompile(`[cC]onn|[sS]tream|[tT]ransport|[pP]ool[^/]*\.(Acquire|Get|Take|Checkout|Borrow)`)

func (n *symbolizer) connections(frames []trace.StackFrame) bool {
	for _, f := range frames {
		switch n.kind(f.Func, f.File) {
		case kindOwn:
			return false
		case kindRuntime:
		default:
			if connectionNames.MatchString(f.Func) {
				return true
			}
		}
	}
	return false
}
