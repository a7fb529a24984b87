package profiles_test

import (
	"fmt"
	"testing"

	"collatebench/profiles"
)

func TestParseIsInverse(t *testing.T) {
	files := map[string]bool{}
	for _, k := range profiles.Kinds() {
		if got, err := profiles.ParseKind(string(k)); got != k || err != nil {
			t.Errorf("ParseKind(%q) = %q, %v", k, got, err)
		}
		if f := k.File(); f == "" || files[f] {
			t.Errorf("%s: its file %q is empty or another kind's", k, f)
		}
		files[k.File()] = true
	}
	inPasses := 0
	for _, p := range profiles.Passes() {
		if got, err := profiles.ParsePass(string(p)); got != p || err != nil {
			t.Errorf("ParsePass(%q) = %q, %v", p, got, err)
		}
		inPasses += len(p.Kinds())
	}
	if inPasses != len(profiles.Kinds()) {
		t.Errorf("the passes leave %d kinds behind, of %d", inPasses, len(profiles.Kinds()))
	}
}

func ExampleParseKind() {
	k, _ := profiles.ParseKind("heap")
	fmt.Println(k.File())
	_, err := profiles.ParseKind("x")
	fmt.Println(err)
	// Output:
	// heap.pb.gz
	// "x" is not one of cpu, heap, allocs, block, mutex, goroutine, trace
}

func ExampleParsePass() {
	_, err := profiles.ParsePass("both")
	fmt.Println(err)
	// Output: "both" is not one of cpu, memory
}
