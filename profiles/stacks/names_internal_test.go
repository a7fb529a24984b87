package stacks

import (
	"strings"
	"testing"
)

func TestDemangled(t *testing.T) {
	for _, c := range []struct {
		symbol, want string
		lang         language
	}{
		// Rust, in both of its manglings.
		{"_ZN12rs_unordered4page28_$u7b$$u7b$closure$u7d$$u7d$17h1bf690a0bdc41776E", "rs_unordered::page", langRust},
		{"_ZN7reqwest10async_impl8response8Response4json28_$u7b$$u7b$closure$u7d$$u7d$17h767346e5c0d32fdfE", "reqwest::async_impl::response::Response::json", langRust},
		{"_ZN10serde_json2de10from_slice17h57bda655e5ea7e61E.llvm.3392946942859807198", "serde_json::de::from_slice", langRust},
		{"_ZN117_$LT$futures_util..stream..futures_unordered..FuturesUnordered$LT$Fut$GT$$u20$as$u20$futures_core..stream..Stream$GT$9poll_next17hc6ba6f5143b43c77E", "futures_util::stream::futures_unordered::FuturesUnordered::poll_next", langRust},
		{"_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar", langRust},
		{"_RNCNvNtCs1234_7mycrate3foo3bar0B5_", "mycrate::foo::bar", langRust},
		// C++.
		{"_ZN3app12_GLOBAL__N_19Catalogue3addEi", "app::Catalogue::add", langCPP},
		{"_ZN3foo12_GLOBAL__N_13Bar3bazIiEEvRKSt6vectorIiSaIiEE", "foo::Bar::baz", langCPP},
		{"_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEixERS3_", "std::map::operator[]", langCPP},
		{"_ZZ4mainENKUlvE_clEv", "main", langCPP},
		{"_ZN3app3addEi.constprop.0", "app::add", langCPP},
		// C, and what is no symbol.
		{"malloc", "malloc", langC},
		{"cfree@GLIBC_2.2.5", "cfree", langC},
		{"__libc_start_main@@GLIBC_2.34", "__libc_start_main", langC},
		{"[unknown]", "[unknown]", langC},
		{"_Znonsense", "_Znonsense", langC},
		{"_R", "_R", langC},
		{"", "", langC},
	} {
		if got, lang := demangled(c.symbol); got != c.want || lang != c.lang {
			t.Errorf("%s: %q in %d, not %q in %d", c.symbol, got, lang, c.want, c.lang)
		}
	}
}

// TestRustName: paths as a demangler writes them.
func TestRustName(t *testing.T) {
	for name, want := range map[string]string{
		"client::request::{closure#0}":                                       "client::request",
		"client::request::{{closure}}":                                       "client::request",
		"client::request::{closure#0}::{closure#1}":                          "client::request",
		"<serde_json::read::SliceRead as serde_json::read::Read>::parse_str": "serde_json::read::SliceRead::parse_str",
		"serde_json::value::de::<impl serde_core::de::Deserialize for serde_json::value::Value>::deserialize":                                                       "serde_json::value::Value::deserialize",
		"<serde_json::value::de::<impl serde_core::de::Deserialize for serde_json::value::Value>::deserialize::ValueVisitor as serde_core::de::Visitor>::visit_map": "serde_json::value::Value::deserialize::ValueVisitor::visit_map",
		"<u32 as core::fmt::UpperHex>::fmt":                                                "core::fmt::UpperHex::fmt",
		"<&mut T as core::fmt::Display>::fmt":                                              "core::fmt::Display::fmt",
		"<[u8] as mine::Sum>::sum":                                                         "mine::Sum::sum",
		"core::ptr::drop_in_place<a::b<c::d>>":                                             "core::ptr::drop_in_place",
		"mine::parse::<alloc::vec::Vec<u8>>":                                               "mine::parse",
		"<rustc_demangle::v0::Printer>::print":                                             "rustc_demangle::v0::Printer::print",
		"<dyn core::ops::Fn<()> + core::marker::Sync as core::ops::FnOnce<()>>::call_once": "core::ops::Fn::call_once",
		"core::ops::function::FnOnce::call_once{{vtable.shim}}":                            "core::ops::function::FnOnce::call_once",
		"<<<": "<<",
		">>>": ">>>",
	} {
		if got := rustName(name); got != want {
			t.Errorf("%s: %q, not %q", name, got, want)
		}
	}
}

// FuzzNames: no symbol makes a panic, or a name that is much longer.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"_ZN3fooE", "_RNvC1a1b", "<a as b>::c", "x::<impl y for z>", strings.Repeat("_ZN", 40), "<" + strings.Repeat("<", 99) + " as x::y>", "a{b}::{c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, _ := demangled(s)
		if len(name) > 2*maxSymbol+len(s) {
			t.Errorf("%d bytes of %d", len(name), len(s))
		}
		if n := rustName(s); len(n) > len(s) {
			t.Errorf("%q of %q", n, s)
		}
		cppName(s)
	})
}
