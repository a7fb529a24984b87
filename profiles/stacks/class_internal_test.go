package stacks

import (
	"testing"

	"collatebench/profiles/hotspot"
)

// TestClass: whose code it is, in each language.
func TestClass(t *testing.T) {
	rust := &program{path: "/app/client", lang: langRust, crates: map[string]bool{"client": true}}
	golang := &program{path: "/app/fetch", lang: langGo, goModule: "example.com/fetch"}
	cpp := &program{path: "/app/server"}
	node := &program{path: "/usr/bin/node", interprets: true}
	const registry = "/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/"
	for _, c := range []struct {
		p    *program
		o    origin
		kind hotspot.Kind
		of   string
	}{
		{rust, origin{"client::page", langRust, "/app/client", ""}, hotspot.Own, ""},
		{rust, origin{"serde_json::de::from_slice", langRust, "/app/client", ""}, hotspot.Library, "serde"},
		{rust, origin{"serde_json::de::from_slice", langRust, "/app/client", registry + "serde_json-1.0/src/de.rs"}, hotspot.Library, "serde"},
		{rust, origin{"shared::worth", langRust, "/app/client", "/home/me/client/src/lib.rs"}, hotspot.Own, ""}, // the library of the same package
		{rust, origin{"shared::worth", langRust, "/app/client", ""}, hotspot.Library, "shared"},                 // and without lines
		{rust, origin{"dep::f", langRust, "/app/client", "/home/me/client/vendor/dep/src/lib.rs"}, hotspot.Library, "dep"},
		{rust, origin{"alloc::vec::Vec::push", langRust, "/app/client", "/rustc/59807616/library/alloc/src/vec/mod.rs"}, hotspot.Library, ""},
		{rust, origin{"std::rt::lang_start", langRust, "/app/client", ""}, hotspot.Runtime, ""},
		{rust, origin{"core::ops::function::FnOnce::call_once", langRust, "/app/client", ""}, hotspot.Runtime, ""},
		{rust, origin{"main", langC, "/app/client", ""}, hotspot.Runtime, ""},
		{rust, origin{"ZSTD_decompress", langC, "/app/client", ""}, hotspot.Library, ""},
		{rust, origin{"malloc", langC, "/usr/lib/x86_64-linux-gnu/libc.so.6", ""}, hotspot.Runtime, ""},
		{rust, origin{"SSL_read", langC, "/usr/lib/x86_64-linux-gnu/libssl.so.3", ""}, hotspot.Library, "libssl"},
		{rust, origin{unknown, langC, "/app/client", ""}, hotspot.Runtime, ""},

		{golang, origin{"main.main", langGo, "/app/fetch", ""}, hotspot.Own, ""},
		{golang, origin{"main.(*catalogue[...]).add.func1", langGo, "/app/fetch", ""}, hotspot.Own, ""},
		{golang, origin{"example.com/fetch/store.Put", langGo, "/app/fetch", ""}, hotspot.Own, ""},
		{golang, origin{"example.com/fetcher.Get", langGo, "/app/fetch", ""}, hotspot.Library, "example.com/fetcher"},
		{golang, origin{"gopkg.in/yaml%2ev3.Unmarshal", langGo, "/app/fetch", ""}, hotspot.Library, "gopkg.in/yaml.v3"},
		{golang, origin{"encoding/json.Unmarshal", langGo, "/app/fetch", ""}, hotspot.Library, "encoding/json"},
		{golang, origin{"reflect.Value.Set", langGo, "/app/fetch", ""}, hotspot.Library, ""},
		{golang, origin{"runtime.mallocgc", langGo, "/app/fetch", ""}, hotspot.Runtime, ""},
		{golang, origin{"internal/runtime/maps.(*Map).Put", langGo, "/app/fetch", ""}, hotspot.Runtime, ""},
		{golang, origin{"aeshashbody", langGo, "/app/fetch", ""}, hotspot.Runtime, ""},

		{cpp, origin{"app::decode", langCPP, "/app/server", ""}, hotspot.Own, ""},
		{cpp, origin{"main", langC, "/app/server", ""}, hotspot.Own, ""},
		{cpp, origin{"_start", langC, "/app/server", ""}, hotspot.Runtime, ""},
		{cpp, origin{"std::map::operator[]", langCPP, "/app/server", "/usr/include/c++/12/bits/stl_map.h"}, hotspot.Library, ""},
		{cpp, origin{"nlohmann::json::parse", langCPP, "/app/server", ""}, hotspot.Library, "nlohmann"},
		{cpp, origin{"fastjson::parse", langCPP, "/app/server", "/home/me/server/third_party/fastjson/parse.h"}, hotspot.Library, "fastjson"},
		{cpp, origin{"fastjson::parse", langCPP, "/opt/lib/libfastjson-1.2.so.3", ""}, hotspot.Library, "libfastjson"},

		{node, origin{"page", langC, "/tmp/perf-7.map", "/home/me/app/page.mjs"}, hotspot.Own, ""},
		{node, origin{"parse", langC, "/tmp/perf-7.map", "/home/me/app/node_modules/csv/index.js"}, hotspot.Library, "csv"},
		{node, origin{"run", langC, "/tmp/perf-7.map", "node:internal/modules"}, hotspot.Library, ""},
		{node, origin{"v8::internal::JsonParser::ParseJson", langCPP, "/usr/bin/node", ""}, hotspot.Library, ""},
		{node, origin{"Builtins_InterpreterEntryTrampoline", langC, "/usr/bin/node", ""}, hotspot.Runtime, ""},
		{node, origin{"com.example.Client.page", langC, "/tmp/perf-7.map", ""}, hotspot.Own, ""},
		{node, origin{"com.fasterxml.jackson.core.Parser.next", langC, "/tmp/perf-7.map", ""}, hotspot.Library, "com.fasterxml.jackson"},
		{node, origin{"java.util.HashMap.put", langC, "/tmp/perf-7.map", ""}, hotspot.Library, ""},
		{node, origin{"Interpreter", langC, "/tmp/perf-7.map", ""}, hotspot.Runtime, ""},
		{nil, origin{"f", langC, "/app/x", ""}, hotspot.Library, "x"},
	} {
		if kind, of := c.p.class(c.o); kind != c.kind || of != c.of {
			t.Errorf("%+v: %d of %q, not %d of %q", c.o, kind, of, c.kind, c.of)
		}
	}
}

// TestCompiled: what perf maps say of functions.
func TestCompiled(t *testing.T) {
	for _, c := range []struct {
		symbol, name, file string
		line               int32
	}{
		{"JS:~page file:///home/me/app/page.mjs:3:21", "page", "/home/me/app/page.mjs", 3},
		{"JS:* /home/me/a b.js:12", "(anonymous)", "/home/me/a b.js", 12},
		{"LazyCompile:*worth node:internal/x:7:1", "worth", "node:internal/x", 7},
		{"JS:*f /a.js:99999999999:1", "f", "/a.js", 0},
		{"Lcom/example/Client;::page", "com.example.Client.page", "", 0},
		{"com.example.Client.page", "com.example.Client.page", "", 0},
		{"[Lcom/example/Client;.<init>(I)V", "com.example.Client.<init>", "", 0},
		{"Interpreter", "Interpreter", "", 0},
	} {
		if name, file, line := compiled(c.symbol); name != c.name || file != c.file || line != c.line {
			t.Errorf("%s: %s %s %d", c.symbol, name, file, line)
		}
	}
}

func TestPython(t *testing.T) {
	for _, c := range []struct {
		file       string
		kind       hotspot.Kind
		of, module string
	}{
		{"/home/me/app/fetch.py", hotspot.Own, "", "fetch"},
		{"/home/me/lib/python/fetch.py", hotspot.Own, "", "fetch"},
		{"/usr/lib/python3.11/json/__init__.py", hotspot.Library, "json", "json"},
		{"/usr/lib/python3.11/concurrent/futures/thread.py", hotspot.Library, "", "concurrent.futures.thread"},
		{"/home/me/venv/lib/python3.11/site-packages/requests/models.py", hotspot.Library, "requests", "requests.models"},
		{"/usr/lib/python3/dist-packages/yaml/__init__.py", hotspot.Library, "yaml", "yaml"},
		{"<frozen genericpath>", hotspot.Library, "", "genericpath"},
		{"<string>", hotspot.Own, "", "<string>"},
	} {
		if kind, of, module := classPython(c.file); kind != c.kind || of != c.of || module != c.module {
			t.Errorf("%s: %d %q %q", c.file, kind, of, module)
		}
	}
}
