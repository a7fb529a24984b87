package stacks

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"collatebench/profiles/hotspot"
)

// An origin is what a frame is classed by.
type origin struct {
	name   string // demangled and cleaned
	lang   language
	module string // file of its code
	source string // file of its source; "" if it is not known
}

// class tells the program's own code from that of others, and names the library.
func (p *program) class(o origin) (hotspot.Kind, string) {
	switch {
	case o.name == unknown || o.module == "" || strings.HasPrefix(o.module, "["): // [kernel.kallsyms], [vdso], [unknown]
		return hotspot.Runtime, ""
	case perfMap.MatchString(o.module):
		return classCompiled(o)
	case p == nil || o.module != p.path:
		return classShared(o.module)
	case p.interprets:
		return classInterpreter(o.name)
	}
	switch {
	case p.lang == langGo:
		return p.classGo(o.name)
	case o.lang == langRust:
		return p.classRust(o)
	case o.lang == langCPP:
		return classCPP(o)
	}
	return p.classC(o)
}

// classShared: the C library is to every language what it needs to run.
func classShared(module string) (hotspot.Kind, string) {
	name, _, _ := strings.Cut(path.Base(module), ".so")
	name = strings.TrimRight(name, "-.0123456789")
	switch name {
	case "libc", "ld", "ld-linux-x86", "ld-linux-aarch", "ld-linux", "libpthread", "libgcc_s", "libm", "libdl", "librt", "ld-musl-x86_", "ld-musl-aarch":
		return hotspot.Runtime, ""
	case "libstdc++", "libc++":
		return hotspot.Library, ""
	}
	if strings.HasPrefix(name, "libpython") || name == "libjvm" || name == "libnode" {
		return hotspot.Runtime, ""
	}
	return hotspot.Library, name
}

// packaged marks folders of sources that others wrote.
var packaged = regexp.MustCompile(`/\.cargo/(registry|git)/|/registry/src/|^/rustc/|/lib/rustlib/|/(vendor|third_party|external|_deps|vcpkg_installed|\.conan2?|node_modules)/|^/usr/|^/nix/store/`)

func (p *program) classRust(o origin) (hotspot.Kind, string) {
	crate, _, _ := strings.Cut(o.name, "::")
	switch crate {
	case "std", "core", "alloc", "test", "proc_macro", "compiler_builtins":
		for _, prefix := range rustRuntime {
			if strings.HasPrefix(o.name, prefix) {
				return hotspot.Runtime, ""
			}
		}
		return hotspot.Library, ""
	}
	// A package has a crate for its library beside that of its program, and a workspace many:
	// the file of the source says that they are the program's own. Without lines they are not
	// known.
	if p.crates[crate] || strings.HasPrefix(o.source, "/") && !packaged.MatchString(o.source) {
		return hotspot.Own, ""
	}
	// serde_json and serde_core are parts of one library.
	family, _, _ := strings.Cut(crate, "_")
	return hotspot.Library, family
}

// rustRuntime is how threads and closures begin, and how memory is had.
var rustRuntime = []string{
	"std::rt::", "std::sys::", "std::thread::", "std::panic::", "std::panicking::", "std::alloc::", "std::backtrace", "std::sys_common::",
	"core::ops::function::", "core::panicking::", "alloc::alloc::",
}

// libraries of C++ that are compiled into the program, by their namespaces. Those of the
// standard library name nothing that a person would ask for.
var (
	cppStandard  = regexp.MustCompile(`^(std|__gnu_cxx|__cxxabiv1)::|^operator (new|delete)`)
	cppLibraries = []string{
		"absl", "boost", "cpr", "Eigen", "fmt", "folly", "google", "grpc", "httplib", "nlohmann", "Poco", "pugi", "rapidjson",
		"simdjson", "spdlog", "tbb", "tinyxml2", "web", "YAML",
	}
)

func classCPP(o origin) (hotspot.Kind, string) {
	namespace, _, qualified := strings.Cut(o.name, "::")
	switch {
	case cppStandard.MatchString(o.name):
		return hotspot.Library, ""
	case qualified && slices.Contains(cppLibraries, namespace):
		return hotspot.Library, namespace
	case packaged.MatchString(o.source):
		return hotspot.Library, namespace
	}
	return hotspot.Own, ""
}

// start is what a program and its threads begin in.
var start = regexp.MustCompile(`^(_start|_init|_fini|__libc_.*|start_thread|clone3?|__clone3?|thread_start|runtime\.(goexit|mcall|mstart.*|rt0_go|main))$`)

func (p *program) classC(o origin) (hotspot.Kind, string) {
	switch {
	case o.name == "" || start.MatchString(o.name):
		return hotspot.Runtime, ""
	case p.lang == langRust && (o.name == "main" || strings.HasPrefix(o.name, "__rust")):
		return hotspot.Runtime, ""
	case p.lang == langRust: // C that a crate brings along
		return hotspot.Library, ""
	case packaged.MatchString(o.source):
		return hotspot.Library, ""
	}
	return hotspot.Own, ""
}

// classGo goes by the path of the package, as its symbols have it: that of a module ends in
// no version.
func (p *program) classGo(name string) (hotspot.Kind, string) {
	pkg := goPackage(name)
	switch {
	case pkg == "main", p.goModule != "" && (pkg == p.goModule || strings.HasPrefix(pkg, p.goModule+"/")):
		return hotspot.Own, ""
	case pkg == "" || pkg == "runtime" || strings.HasPrefix(pkg, "runtime/internal/") || strings.HasPrefix(pkg, "internal/runtime/") || pkg == "internal/bytealg":
		return hotspot.Runtime, ""
	case strings.Contains(strings.SplitN(pkg, "/", 2)[0], "."):
		return hotspot.Library, pkg
	}
	if goNamed.MatchString(pkg) {
		return hotspot.Library, pkg
	}
	return hotspot.Library, ""
}

// goNamed are those packages of the standard library that are what somebody asked for, and not
// how it is done.
var goNamed = regexp.MustCompile(`^(archive|compress|crypto|database|encoding|hash|html|image|text)/|^(html|regexp|net/http)$`)

// goPackage is a/b.c of a/b.c.(*T).F and of a/b.c.F[...].
func goPackage(name string) string {
	name, _, _ = strings.Cut(name, "[")
	slash := strings.LastIndexByte(name, '/') + 1
	if dot := strings.IndexByte(name[slash:], '.'); dot >= 0 {
		// A dot in the last element of a path is written as %2e.
		return strings.ReplaceAll(name[:slash+dot], "%2e", ".")
	}
	return ""
}

// interpreters run a program that is not in their executable.
var interpreters = regexp.MustCompile(`^(python|pypy|node|nodejs|deno|bun|java|ruby|perl|php|dotnet|beam)([-.0-9]*|\.smp)$`)

// dispatch is the part of an interpreter that calls what the program asks for. Of node nearly
// all of it is: there what is asked for is listed.
var (
	dispatch  = regexp.MustCompile(`^_?Py(Eval|Function|Object|Run|Vectorcall|_)|^pymain|^main$|vectorcall|^method_|^cfunction`)
	inNode    = regexp.MustCompile(`^(Builtins_|v8::|node::|uv_)`)
	askedNode = []request{
		{regexp.MustCompile(`^Builtins_JsonParse|^v8::internal::(Builtin_JsonParse|JsonParser)`), "JSON.parse"},
		{regexp.MustCompile(`^Builtins_JsonStringify|^v8::internal::(Builtin_JsonStringify|JsonStringif)`), "JSON.stringify"},
		{regexp.MustCompile(`^Builtins_(RegExp|StringPrototype|ArrayPrototype|ArraySort)|^v8::internal::(Irregexp|RegExp)`), ""},
		{regexp.MustCompile(`^node::(Buffer|StringBytes|StringDecoder|crypto|zlib)`), ""},
	}
)

// A request is what a script asks its interpreter for.
type request struct {
	pattern *regexp.Regexp
	name    string // "" leaves it as it is
}

func classInterpreter(name string) (hotspot.Kind, string) {
	if start.MatchString(name) || dispatch.MatchString(name) {
		return hotspot.Runtime, ""
	}
	if inNode.MatchString(name) && !slices.ContainsFunc(askedNode, func(r request) bool { return r.pattern.MatchString(name) }) {
		return hotspot.Runtime, ""
	}
	return hotspot.Library, ""
}

// asked is what a person calls a function of an interpreter.
func asked(name string) string {
	for _, a := range askedNode {
		if a.name != "" && a.pattern.MatchString(name) {
			return a.name
		}
	}
	return name
}

var (
	perfMap = regexp.MustCompile(`/perf-\d+\.map$`)
	inJDK   = regexp.MustCompile(`^(java|javax|jdk|sun|com\.sun)\.`)
	inJars  = regexp.MustCompile(`^(com\.(fasterxml|google|github)|org\.(apache|springframework|json|jetbrains|slf4j|eclipse)|io\.(netty|vertx|grpc|ktor|micrometer)|okhttp3|okio|reactor|kotlin|kotlinx|scala|akka)\.`)
)

// classCompiled classes what a compiler at run time has listed in a perf map.
func classCompiled(o origin) (hotspot.Kind, string) {
	switch {
	case o.lang == langC && o.source == "":
		switch {
		case inJDK.MatchString(o.name):
			return hotspot.Library, ""
		case inJars.MatchString(o.name):
			return hotspot.Library, firstElements(o.name, 3)
		case strings.Count(o.name, ".") > 0 && !strings.ContainsAny(o.name, " :"):
			return hotspot.Own, ""
		}
		return hotspot.Runtime, "" // the interpreter, stubs
	case strings.HasPrefix(o.source, "node:"):
		return hotspot.Library, ""
	}
	if _, in, found := strings.Cut(o.source, "/node_modules/"); found {
		return hotspot.Library, firstElement(in)
	}
	return hotspot.Own, ""
}

func firstElements(name string, n int) string {
	parts := strings.SplitN(name, ".", n+1)
	return strings.Join(parts[:min(n, len(parts))], ".")
}

func firstElement(p string) string {
	first, _, _ := strings.Cut(p, "/")
	return first
}

var (
	sitePackages = regexp.MustCompile(`/(site|dist)-packages/`)
	pyStandard   = regexp.MustCompile(`/lib(64)?/(python|pypy)[0-9.]+/|/lib/python[0-9.]+\.zip/`)
)

// classPython goes by the folder of the script. Its last result is the module's name.
func classPython(file string) (k hotspot.Kind, library, module string) {
	if at := sitePackages.FindStringIndex(file); at != nil {
		module = pyModule(file[at[1]:])
		library, _, _ = strings.Cut(module, ".")
		return hotspot.Library, library, module
	}
	if at := pyStandard.FindStringIndex(file); at != nil {
		module = pyModule(file[at[1]:])
		if library, _, _ = strings.Cut(module, "."); slices.Contains(pyPlumbing, library) {
			library = ""
		}
		return hotspot.Library, library, module
	}
	if inner, found := strings.CutPrefix(file, "<frozen "); found {
		return hotspot.Library, "", strings.TrimSuffix(inner, ">")
	}
	return hotspot.Own, "", pyModule(path.Base(file))
}

// pyPlumbing is how things are done in the standard library, not what.
var pyPlumbing = []string{"_weakrefset", "abc", "asyncio", "collections", "concurrent", "contextlib", "copy", "enum", "functools", "queue", "selectors", "threading", "typing", "weakref"}

// pyModule is requests.models of requests/models.py.
func pyModule(file string) string {
	file = strings.TrimSuffix(file, path.Ext(file))
	return strings.ReplaceAll(strings.TrimSuffix(file, "/__init__"), "/", ".")
}
