package hotspot_test

import (
	"math/rand/v2"
	"testing"

	"collatebench/profiles/hotspot"
)

// A program interns the functions of stacks that are written as names.
type program struct {
	functions []hotspot.Function
	stacks    []hotspot.Stack
}

// A frame is a function at a line.
type frame struct {
	hotspot.Function
	line int32
}

func own(name string, line int32) frame {
	return frame{hotspot.Function{Name: name, File: "/home/me/app/main.go", Kind: hotspot.Own}, line}
}

func library(name string) frame {
	return frame{hotspot.Function{Name: name, File: "/lib/json.go", Kind: hotspot.Library}, 7}
}

func of(name, library string) frame {
	return frame{hotspot.Function{Name: name, Kind: hotspot.Library, Of: library}, 7}
}

func system(name string) frame { return frame{hotspot.Function{Name: name, Kind: hotspot.Runtime}, 3} }

func (p *program) add(n int64, frames ...frame) {
	s := hotspot.Stack{Samples: n}
	for _, f := range frames {
		id := int32(0)
		for id < int32(len(p.functions)) && p.functions[id] != f.Function {
			id++
		}
		if id == int32(len(p.functions)) {
			p.functions = append(p.functions, f.Function)
		}
		s.Calls = append(s.Calls, hotspot.Call{Function: id, Line: f.line})
	}
	p.stacks = append(p.stacks, s)
}

func (p *program) find() hotspot.Spot {
	return hotspot.Find(p.stacks, func(id int32) hotspot.Function { return p.functions[id] })
}

// TestRules: each of them, by a program that needs it.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		name string
		add  func(p *program)
		want hotspot.Spot
	}{
		{"nothing", func(*program) {}, hotspot.Spot{}},
		{"the deepest of its own, and what it calls", func(p *program) {
			p.add(60, own("worker", 5), own("add", 12), own("decode", 37), library("json.Unmarshal"), library("json.array"))
			p.add(15, own("worker", 5), own("add", 12), own("decode", 39), library("json.Unmarshal"))
			p.add(5, own("worker", 5), own("add", 12), own("decode", 40), library("md5.Sum"))
			p.add(20, own("worker", 6), own("merge", 50))
		}, hotspot.Spot{Function: "decode", At: "app/main.go:37", Calls: "json.Unmarshal", Share: .75, Samples: 100}},
		{"a library calls another", func(p *program) {
			p.add(80, own("page", 6), of("reqwest::Response::json", "reqwest"), of("serde_json::from_slice", "serde_json"), of("serde_json::parse", "serde_json"), library("memcpy"))
			p.add(20, own("page", 6), of("reqwest::Response::json", "reqwest"))
		}, hotspot.Spot{Function: "page", At: "app/main.go:6", Calls: "reqwest::Response::json", Share: 1, Samples: 100, Inner: "serde_json::from_slice", InnerShare: .8}},
		{"and is called back", func(p *program) {
			p.add(9, own("page", 6), of("a", "A"), of("b", "B"), of("c", "A"), of("d", "B"))
		}, hotspot.Spot{Function: "page", At: "app/main.go:6", Calls: "a", Share: 1, Samples: 9, Inner: "b", InnerShare: 1}},
		{"work of its own", func(p *program) {
			p.add(9, own("worker", 5), own("sum", 12))
			p.add(1, own("worker", 5))
		}, hotspot.Spot{Function: "sum", At: "app/main.go:12", Share: .9, Samples: 10}},
		{"the runtime is not what it calls", func(p *program) {
			p.add(10, own("worker", 5), system("mallocgc"), system("memclr"))
		}, hotspot.Spot{Function: "worker", At: "app/main.go:5", Share: 1, Samples: 10}},
		{"a callback of its own below a library", func(p *program) {
			p.add(10, own("worker", 5), library("each"), own("visit", 8))
		}, hotspot.Spot{Function: "visit", At: "app/main.go:8", Share: 1, Samples: 10}},
		{"none of its own: the deepest library's, without a line", func(p *program) {
			p.add(7, library("poll"), library("parse"), system("memmove"))
			p.add(3, library("poll"))
		}, hotspot.Spot{Function: "parse", Share: .7, Samples: 10}},
		{"the runtime alone", func(p *program) {
			p.add(10, system("scheduler"), system("futex"))
		}, hotspot.Spot{Function: "scheduler", Share: 1, Samples: 10}},
		{"no function has most", func(p *program) {
			p.add(5, own("a", 1))
			p.add(5, own("b", 2))
		}, hotspot.Spot{Samples: 10}},
		{"just enough", func(p *program) {
			p.add(6, own("a", 1))
			p.add(4, own("b", 2))
		}, hotspot.Spot{Function: "a", At: "app/main.go:1", Share: .6, Samples: 10}},
		{"recursion is a path like any other", func(p *program) {
			p.add(6, own("walk", 3), own("walk", 3), own("walk", 4))
			p.add(4, own("walk", 3), own("walk", 5))
		}, hotspot.Spot{Function: "walk", At: "app/main.go:4", Share: .6, Samples: 10}},
		{"of lines with as many, the first", func(p *program) {
			p.add(5, own("a", 9))
			p.add(5, own("a", 8))
		}, hotspot.Spot{Function: "a", At: "app/main.go:8", Share: 1, Samples: 10}},
		{"an unknown line", func(p *program) {
			p.add(5, own("a", 0))
		}, hotspot.Spot{Function: "a", At: "app/main.go", Share: 1, Samples: 5}},
		{"stacks without calls count", func(p *program) {
			p.add(5, own("a", 1))
			p.add(5)
		}, hotspot.Spot{Samples: 10}},
	} {
		var p program
		c.add(&p)
		if got := p.find(); got != c.want {
			t.Errorf("%s:\n%+v, not\n%+v", c.name, got, c.want)
		}
	}
}

// TestOrder: the order of the stacks does not matter, and they hold what they held.
func TestOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	names := []string{"a", "b", "c", "d"}
	for range 200 {
		var p program
		sum := int64(0)
		for range 30 {
			var s []frame
			for range r.IntN(5) {
				s = append(s, own(names[r.IntN(1+r.IntN(4))], int32(r.IntN(3))))
			}
			n := int64(r.IntN(9))
			sum += n
			p.add(n, s...)
		}
		want := p.find()
		if want.Samples != sum {
			t.Fatalf("%d samples, not %d", want.Samples, sum)
		}
		r.Shuffle(len(p.stacks), func(i, j int) { p.stacks[i], p.stacks[j] = p.stacks[j], p.stacks[i] })
		if got := p.find(); got != want {
			t.Fatalf("%+v in another order, %+v before", got, want)
		}
	}
}

func TestShort(t *testing.T) {
	for full, want := range map[string]string{
		"/home/me/app/main.go": "app/main.go", `C:\me\app\main.go`: "app/main.go", "app/main.go": "app/main.go",
		"main.go": "main.go", "/main.go": "main.go", "./main.go": "main.go", "": "",
	} {
		if got := hotspot.Short(full); got != want {
			t.Errorf("%q of %q, not %q", got, full, want)
		}
	}
}
