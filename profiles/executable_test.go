package profiles_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/profiles"
)

// elsewhere builds and runs testdata/spin, and returns the executable and the
// CPU profile that it made of itself.
func elsewhere(t *testing.T) (executable, path string) {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED: builds a program, and -short was given")
	}
	dir := t.TempDir()
	executable, path = filepath.Join(dir, "spin"), filepath.Join(dir, profiles.CPU.File())
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", executable, "./testdata/spin").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), executable).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out, 0o666); err != nil {
		t.Fatal(err)
	}
	return executable, path
}

// TestExecutable: what the source and disassembly pages show if the executable is
// there, if another build is in its place, and if it is gone.
func TestExecutable(t *testing.T) {
	executable, path := elsewhere(t)
	named := executable
	pages := func() (source, disasm page) {
		s := mount(t, map[string]http.Handler{"/cpu": handler(t, mustRead(t, path), profiles.UIOptions{Executable: named})})
		return get(t, s, "/cpu/source?f=spinElsewhere"), get(t, s, "/cpu/disasm?f=spinElsewhere")
	}
	const line = "x = x*2862933555777941757"

	source, disasm := pages()
	source.has(t, line, "")
	if _, err := exec.LookPath("objdump"); err == nil {
		disasm.has(t, "ROUTINE ======================== main.spinElsewhere", "")
	} else if disasm.status != http.StatusNotImplemented {
		t.Errorf("disassembly without objdump: status %d", disasm.status)
	}
	// The profile names it too, but a profile may come from anybody.
	named = ""
	source, disasm = pages()
	source.has(t, line, "")
	if disasm.status != http.StatusNotImplemented {
		t.Errorf("disassembly of an executable that only the profile names: status %d", disasm.status)
	}
	named = executable

	if out, err := exec.CommandContext(t.Context(), "go", "build", "-gcflags=-N", "-o", executable, "./testdata/spin").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, state := range []string{"rebuilt", "gone"} {
		source, disasm := pages()
		source.has(t, line, "")
		if disasm.status != http.StatusNotImplemented || !strings.Contains(disasm.body, "objdump") {
			t.Errorf("disassembly of an executable that is %s: status %d\n%s", state, disasm.status, disasm.body)
		}
		if err := os.RemoveAll(executable); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMergeExecutables merges profiles of two executables with the same addresses.
// Each function keeps its samples.
func TestMergeExecutables(t *testing.T) {
	_, path := elsewhere(t)
	here := filepath.Join(captureCPU(t, spinAlpha), profiles.CPU.File())
	p := mustMerge(t, profiles.Source{Cell: "here", Path: here}, profiles.Source{Cell: "elsewhere", Path: path})
	if p.Mapping[0].BuildID == "" || p.Mapping[0].File == "" {
		t.Errorf("the first mapping is not the executable: %v", p.Mapping[0])
	}
	for name, want := range map[string]string{".spinAlpha": "here", "main.spinElsewhere": "elsewhere"} {
		all, own := sum(p, 0, name, nil), sum(p, 0, name, labelled(profiles.CellLabel, want))
		if all == 0 || all != own {
			t.Errorf("%s: %d samples in cell %s, of %d", name, own, want, all)
		}
	}
}
