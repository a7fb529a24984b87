package results

import (
	"strings"
	"testing"

	"collatebench/bench"
)

// TestLedgerIsFull: a sample that would not be read again is not taken. The size is set here,
// because to write and read so many bytes takes seconds.
func TestLedgerIsFull(t *testing.T) {
	const cell = "codec=json/placement=request/window=32/size=1MiB-2"
	r, err := Create(t.TempDir(), Info{Cells: []string{cell}, Rounds: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.OpenLedger(); err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s := Sample{Cell: cell, Round: 1, Attempt: 1, Detail: bench.Detail{GOMAXPROCS: 2}, Line: "BenchmarkCollate/" + cell + " 1 357144000 ns/op 187.9 MB/s 1.83 cpus"}
	for _, c := range []struct {
		left int64 // bytes
		full bool
	}{{1 << 10, false}, {20, true}} {
		r.size = MaxLedger - c.left
		if err := r.Append(s); (err != nil) != c.full || c.full && !strings.Contains(err.Error(), "it is full") {
			t.Errorf("%d bytes are left: %v", c.left, err)
		}
	}
}
