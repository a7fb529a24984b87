package diagnose

import (
	"testing"

	"golang.org/x/exp/trace"
)

// TestHotspot: on the path that holds most samples, the program's own function that is
// deepest is named, at its hottest line, with what it calls there.
func TestHotspot(t *testing.T) {
	s := newStacks(nil, &symbolizer{root: "/go/src/"})
	own := func(f string, line uint64) trace.StackFrame {
		return trace.StackFrame{Func: f, File: "/app/main.go", Line: line}
	}
	standard := func(f string) trace.StackFrame {
		return trace.StackFrame{Func: f, File: "/go/src/encoding/json/decode.go", Line: 7}
	}
	samples := map[int32]int64{}
	add := func(n int64, frames ...trace.StackFrame) { samples[s.add(frames)] += n }
	add(60, standard("encoding/json.array"), standard("encoding/json.Unmarshal"), own("main.decode", 37), own("main.add", 12), own("main.worker", 5))
	add(15, standard("encoding/json.Unmarshal"), own("main.decode", 39), own("main.add", 12), own("main.worker", 5))
	add(5, standard("crypto/md5.Sum"), own("main.decode", 40), own("main.add", 12), own("main.worker", 5))
	add(20, own("main.merge", 50), own("main.worker", 6))

	h := s.hotspot(samples)
	if h.Function != "main.decode" || h.At != "app/main.go:37" || h.Calls != "encoding/json.Unmarshal" {
		t.Errorf("%s at %s, which calls %s", h.Function, h.At, h.Calls)
	}
	if h.Samples != 100 || h.Share != .75 {
		t.Errorf("%g of %d samples, not 0.75 of 100", h.Share, h.Samples)
	}
}

// TestHotspotOfALibrary: where no code of the program's own has most samples, the library's
// function is named, without a line.
func TestHotspotOfALibrary(t *testing.T) {
	s := newStacks(nil, &symbolizer{root: "/go/src/"})
	leaf := s.add([]trace.StackFrame{
		{Func: "runtime.memmove", File: "/go/src/runtime/memmove.s", Line: 3},
		{Func: "golang.org/x/net/http2.(*ClientConn).readLoop", File: "/pkg/mod/golang.org/x/net@v0.61.0/http2/transport.go", Line: 9},
	})
	if h := s.hotspot(map[int32]int64{leaf: 10}); h.Function != "golang.org/x/net/http2.(*ClientConn).readLoop" || h.At != "" || h.Share != 1 {
		t.Errorf("%+v", h)
	}
	// What all goroutines end in is no place.
	apart := map[int32]int64{}
	for _, f := range []string{"net/http.(*persistConn).readLoop", "net/http.(*persistConn).writeLoop"} {
		apart[s.add([]trace.StackFrame{
			{Func: f, File: "/go/src/net/http/transport.go", Line: 1}, {Func: "runtime.goexit", File: "/go/src/runtime/asm_amd64.s", Line: 1},
		})] = 10
	}
	if h := s.hotspot(apart); h.Function != "" || h.Samples != 20 {
		t.Errorf("of nothing in common: %+v", h)
	}
	if h := s.hotspot(nil); h.Function != "" || h.Samples != 0 {
		t.Errorf("of no samples: %+v", h)
	}
}
