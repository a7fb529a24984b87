package runner

import (
	"runtime"
	"slices"
	"testing"

	"collatebench/bench"
)

// TestEachKindOfWorkIsCalibrated once, at the most cores, with the window that holds most.
func TestEachKindOfWorkIsCalibrated(t *testing.T) {
	if runtime.NumCPU() < 2 {
		t.Skip("SKIPPED: one core has nothing to calibrate")
	}
	for _, x := range []struct {
		lists map[string]string
		want  []string
	}{
		{map[string]string{"procs": "1,2"}, []string{"codec=json/placement=inline/window=32/size=1MiB-2"}},
		{map[string]string{"procs": "1"}, nil},
		{map[string]string{"procs": "2", "virtual-cores": "4"}, nil},
		{map[string]string{"procs": "1,2", "codec": "json,sonic", "placement": "pool", "window": "8,32", "size": "1MiB,64KiB", "gogc": "off"}, []string{
			"codec=json/placement=pool/window=32/size=1MiB-2", "codec=sonic/placement=pool/window=32/size=1MiB-2"}},
		{map[string]string{"procs": "2", "encoding": "identity,gzip", "payload": "records,captured", "placement": "pool", "window": "8"}, []string{
			"codec=json/placement=pool/window=8/size=1MiB-2", "codec=json/placement=pool/window=8/size=1MiB/payload=captured-2",
			"codec=json/placement=pool/window=8/size=1MiB/encoding=gzip-2", "codec=json/placement=pool/window=8/size=1MiB/encoding=gzip/payload=captured-2"}},
	} {
		var m bench.Matrix
		for name, list := range x.lists {
			if err := m.Set(name, list); err != nil {
				t.Fatal(err)
			}
		}
		cells, err := m.Cells()
		if err != nil {
			t.Fatal(err)
		}
		if got := cellNames(calibrated(cells)); !slices.Equal(got, append([]string{}, x.want...)) {
			t.Errorf("%v: calibrated %q; want %q", x.lists, got, x.want)
		}
	}
}
