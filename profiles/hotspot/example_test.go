package hotspot_test

import (
	"fmt"

	"collatebench/profiles/hotspot"
)

func Example() {
	functions := []hotspot.Function{
		{Name: "main.worker", File: "/app/main.go", Kind: hotspot.Own},
		{Name: "main.merge", File: "/app/merge.go", Kind: hotspot.Own},
		{Name: "encoding/json.Unmarshal", File: "/go/src/encoding/json/decode.go", Kind: hotspot.Library},
	}
	stacks := []hotspot.Stack{
		{Calls: []hotspot.Call{{Function: 0, Line: 37}, {Function: 2, Line: 101}}, Samples: 8},
		{Calls: []hotspot.Call{{Function: 0, Line: 40}, {Function: 1, Line: 12}}, Samples: 2},
	}
	h := hotspot.Find(stacks, func(id int32) hotspot.Function { return functions[id] })
	fmt.Printf("%.0f%% in %s, called at %s (%s)\n", 100*h.Share, h.Calls, h.At, h.Function)
	// Output: 80% in encoding/json.Unmarshal, called at app/main.go:37 (main.worker)
}
