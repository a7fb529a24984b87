//go:build unix

package peers_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"collatebench/bench"
	"collatebench/bench/peers"
)

// A workshop is a module with the sources of the kits, and a PATH of its own
// with no tools but those that a test makes.
type workshop struct {
	t    *testing.T
	root string
	bin  string
	log  bytes.Buffer
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	w := &workshop{t: t, root: t.TempDir(), bin: t.TempDir()}
	w.write("bench/peers/rust/Cargo.toml", "rust-version = \"1.85\"\n")
	w.write("bench/peers/python/requirements.lock", "one\n")
	w.write("bench/peers/cpp/CMakeLists.txt", "")
	t.Setenv("PATH", w.bin)
	t.Setenv("CXX", "")
	return w
}

func (w *workshop) write(path, text string) {
	w.t.Helper()
	path = filepath.Join(w.root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		w.t.Fatal(err)
	}
}

// tool makes a tool in shell that notes its arguments. $client is a command
// that lists the client of this name.
func (w *workshop) tool(name, client, script string) {
	w.t.Helper()
	text := strings.Join([]string{
		"#!/bin/sh", "PATH=/usr/bin:/bin",
		fmt.Sprintf(`echo "%s $*" | head -n 1 >>'%s/calls'`, name, w.bin),
		fmt.Sprintf(`client="exec '%s' say '%s' 0"`, os.Args[0], strings.ReplaceAll(listing(`"tame"`, `"`+client+`"`), `"`, `\"`)),
		script, "",
	}, "\n")
	// A process that another test starts meanwhile would have the file open for writing, and
	// then nobody can start it ("text file busy").
	syscall.ForkLock.RLock()
	err := os.WriteFile(filepath.Join(w.bin, name), []byte(text), 0o777)
	syscall.ForkLock.RUnlock()
	if err != nil {
		w.t.Fatal(err)
	}
}

// calls are those of the tools since the last time, but for questions.
func (w *workshop) calls() (out []string) {
	path := filepath.Join(w.bin, "calls")
	text, _ := os.ReadFile(path) // none is none
	os.Remove(path)
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "cargo --version" && line != "python3 -c" {
			out = append(out, line)
		}
	}
	return out
}

func (w *workshop) build(name bench.ClientName) (peers.Client, error) {
	return w.buildWithin(w.t.Context(), name)
}

func (w *workshop) buildWithin(ctx context.Context, name bench.ClientName) (peers.Client, error) {
	w.t.Helper()
	i := slices.IndexFunc(peers.Kits(), func(k peers.Kit) bool { return k.Name == name })
	if i < 0 {
		w.t.Fatalf("no kit %s", name)
	}
	return peers.Kits()[i].Build(ctx, w.root, &w.log)
}

// leftOut wants the client to be left out, in these words.
func (w *workshop) leftOut(name bench.ClientName, says string) {
	w.t.Helper()
	_, err := w.build(name)
	missing := (*peers.MissingError)(nil)
	if !errors.As(err, &missing) || missing.Client != name || err.Error() != says {
		w.t.Errorf("got  %v\nwant %s", err, says)
	}
}

// fails wants an error that is no missing tool and has each of these.
func (w *workshop) fails(name bench.ClientName, says ...string) {
	w.t.Helper()
	_, err := w.build(name)
	if missing := (*peers.MissingError)(nil); err == nil || errors.As(err, &missing) {
		w.t.Fatalf("got %v", err)
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			w.t.Errorf("got %v; want %q", err, s)
		}
	}
}

func (w *workshop) builds(name bench.ClientName, command []string, calls ...string) {
	w.t.Helper()
	c, err := w.build(name)
	if err != nil {
		w.t.Fatal(err)
	}
	if c.Name != name || !slices.Equal(c.Command, command) {
		w.t.Errorf("%s is %q; want %q", c.Name, c.Command, command)
	}
	if got := w.calls(); !slices.Equal(got, calls) {
		w.t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(calls, "\n"))
	}
}

func (w *workshop) output(path string) string { return filepath.Join(w.root, ".build", "peers", path) }

const (
	rustup    = "; get it from https://rustup.rs, or apt install cargo gcc"
	aptPython = "; apt install python3 python3-venv"
	aptCpp    = "; apt install cmake make g++ libboost1.81-dev nlohmann-json3-dev libsimdjson-dev zlib1g-dev"
)

// makesClient is the end of a build: the program is there.
const makesClient = `
mkdir -p "$(dirname "$program")"
printf '#!/bin/sh\n%s\n' "$client" >"$program"
chmod +x "$program"
`

func TestRust(t *testing.T) {
	w := newWorkshop(t)
	w.leftOut("rust", "rust is left out: no cargo in PATH"+rustup)
	w.tool("cargo", "rust", `echo "cargo 1.84.1 (abc 2025-01-01)"`)
	w.leftOut("rust", "rust is left out: no cc in PATH"+rustup)
	w.tool("cc", "", "")
	w.leftOut("rust", "rust is left out: cargo is 1.84, and it takes 1.85 or later"+rustup)
	w.tool("cargo", "rust", `echo "error: no default toolchain" >&2; exit 1`)
	w.leftOut("rust", "rust is left out: cargo does not work: error: no default toolchain"+rustup)

	version := `if [ "$1" = --version ]; then echo "cargo 2.0.0"; exit; fi` + "\n"
	w.tool("cargo", "rust", version+`for i in $(seq 40); do echo "line $i" >&2; done; exit 101`)
	w.fails("rust", "cargo build --release --locked", "exit status 101", "line 21\n", "line 40")
	if _, err := w.build("rust"); strings.Contains(err.Error(), "line 20\n") || !strings.Contains(w.log.String(), "line 1\n") {
		t.Errorf("the error has all lines, or the log has not: %v\n%s", err, w.log.String())
	}
	w.calls()
	w.tool("cargo", "rust", version+"program=.build/peers/rust/release/collatebench-rust"+makesClient)
	w.builds("rust", []string{w.output("rust/release/collatebench-rust")},
		"cargo build --release --locked --manifest-path bench/peers/rust/Cargo.toml --target-dir .build/peers/rust")
	w.tool("cargo", "python", version+"program=.build/peers/rust/release/collatebench-rust"+makesClient)
	w.fails("rust", `calls itself "python"`)
}

func TestNoSource(t *testing.T) {
	w := newWorkshop(t)
	os.RemoveAll(filepath.Join(w.root, "bench", "peers", "cpp"))
	w.fails("cpp", "no source of it", "bench/peers/cpp")
}

// fakePython answers the probe, and makes virtual environments.
func fakePython(version, missing string) string {
	return fmt.Sprintf(`
case "$1 $2" in
"-c "*) echo '{"version": [%s], "home": "/opt/python", "program": "/opt/python/bin/python3", "missing": [%s]}' ;;
"-m venv")
	mkdir -p "$3/bin"
	[ -e broken-venv ] && exit 1
	echo >"$3/whole"
	printf '#!/bin/sh\nif [ "$1" != -m ]; then %%s; fi\necho "python $*" >>"%%s"\n[ ! -e broken-pip ]\n' "$client" "$(dirname "$0")/calls" >"$3/bin/python"
	chmod +x "$3/bin/python" ;;
esac`, version, missing)
}

func TestPython(t *testing.T) {
	const (
		venv = "python3 -m venv .build/peers/python"
		pip  = "python -m pip install --quiet --disable-pip-version-check --require-hashes -r bench/peers/python/requirements.lock"
	)
	w := newWorkshop(t)
	w.leftOut("python", "python is left out: no python3 in PATH"+aptPython)
	w.tool("python3", "python", fakePython("3, 9, 2", ``))
	w.leftOut("python", "python is left out: python3 is 3.9, and it takes 3.11 or later"+aptPython)
	w.tool("python3", "python", fakePython("3, 12, 1", `"venv", "ensurepip"`))
	w.leftOut("python", "python is left out: python3 has no venv module"+aptPython)
	w.tool("python3", "python", `echo "pyenv: python3: command not found" >&2; exit 127`)
	w.leftOut("python", "python is left out: python3 does not work: pyenv: python3: command not found"+aptPython)

	w.tool("python3", "python", fakePython("3, 12, 1", ``))
	command := []string{w.output("python/bin/python"), "-B", filepath.Join(w.root, "bench/peers/python")}
	w.write("broken-venv", "")
	w.fails("python", venv)
	os.Remove(filepath.Join(w.root, "broken-venv"))
	w.write("broken-pip", "")
	w.write(".build/peers/python/junk", "")
	w.fails("python", "pip install")
	if got := w.calls(); !slices.Equal(got, []string{venv, venv, pip}) {
		t.Errorf("after an environment that was half made: %q", got)
	}
	if _, err := os.Stat(w.output("python/junk")); err == nil {
		t.Error("what was half made is still there")
	}
	os.Remove(filepath.Join(w.root, "broken-pip"))
	w.builds("python", command, pip)
	w.builds("python", command)
	w.write("bench/peers/python/requirements.lock", "two\n")
	w.builds("python", command, pip)
	w.tool("python3", "python", fakePython("3, 13, 0", ``))
	w.builds("python", command, venv, pip)
	w.builds("python", command)
}

func TestCpp(t *testing.T) {
	const configure = "cmake -S bench/peers/cpp -B .build/peers/cpp -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF"
	build := fmt.Sprintf("cmake --build .build/peers/cpp --parallel %d", runtime.NumCPU())
	w := newWorkshop(t)
	w.leftOut("cpp", "cpp is left out: no cmake in PATH"+aptCpp)
	w.tool("cmake", "cpp", "")
	w.leftOut("cpp", "cpp is left out: no C++ compiler in PATH (c++, g++, clang++)"+aptCpp)
	t.Setenv("CXX", "icpx -O3")
	w.leftOut("cpp", "cpp is left out: no icpx in PATH"+aptCpp)
	w.tool("icpx", "cpp", "")
	w.tool("cmake", "cpp", `printf 'CMake Error at CMakeLists.txt:27 (message):\n  Boost 1.81 or later is missing: apt-get\n  install libboost1.81-dev\n' >&2; exit 1`)
	w.leftOut("cpp", "cpp is left out: Boost 1.81 or later is missing"+aptCpp)
	w.tool("cmake", "cpp", `echo 'CMake was unable to find a build program corresponding to "Unix Makefiles".' >&2; exit 1`)
	w.leftOut("cpp", "cpp is left out: cmake finds no make"+aptCpp)
	w.tool("cmake", "cpp", `if [ "$1" = --build ]; then echo "main.cpp:1: error: no"; exit 2; fi`)
	w.fails("cpp", build, "exit status 2", "main.cpp:1: error: no")
	w.calls()
	w.tool("cmake", "cpp", "program=.build/peers/cpp/collatebench-cpp"+makesClient)
	w.builds("cpp", []string{w.output("cpp/collatebench-cpp")}, configure, build)
}

// TestKitFolders: a row has a folder, and a folder a row; with what CI runs by
// these names.
func TestKitFolders(t *testing.T) {
	var rows []string
	for _, k := range peers.Kits() {
		rows = append(rows, filepath.Join(string(k.Name), "test.sh"))
		for _, script := range []string{"test.sh", "packages.sh"} {
			if info, err := os.Stat(filepath.Join(string(k.Name), script)); err != nil || info.Mode()&0o111 != 0o111 {
				t.Errorf("%s/%s is not there, or can't be executed (%v)", k.Name, script, err)
			}
		}
	}
	folders, err := filepath.Glob("*/test.sh")
	slices.Sort(rows)
	if err != nil || !slices.Equal(rows, folders) {
		t.Errorf("the kits' are %q, and there are %q (%v)", rows, folders, err)
	}
}

func TestClientsAreListed(t *testing.T) {
	if got := peers.Languages(); got != "Rust, Python and C++" {
		t.Errorf("the languages are %q", got)
	}
	if got := peers.ClientNames(); !slices.Equal(got, []string{"go", "rust", "python", "cpp"}) {
		t.Errorf("the clients are %q", got)
	}
}

// TestCppAdviceIsWhole holds the packages that a person is told to install to
// those that the client says it is built from.
func TestCppAdviceIsWhole(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("cpp", "dependencies.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		name, what, _ := strings.Cut(line, " ")
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" || strings.Contains(what, "tests alone") {
			continue
		}
		if !slices.Contains(strings.Fields(aptCpp), name) {
			t.Errorf("%s is not in the advice%s", name, aptCpp)
		}
	}
}

// TestBuildEndsWithItsContext has a build that started something which would
// run for a minute.
func TestBuildEndsWithItsContext(t *testing.T) {
	w := newWorkshop(t)
	w.tool("cc", "", "")
	w.tool("cargo", "rust", `[ "$1" = --version ] && exit; sleep 60 & echo $! >child.new; mv child.new child; wait`)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	child := filepath.Join(w.root, "child")
	go func() {
		await(t, "the build's child", func() bool { _, err := os.Stat(child); return err == nil })
		cancel()
	}()
	if _, err := w.buildWithin(ctx, "rust"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	text, err := os.ReadFile(child)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	await(t, "its end", func() bool { return ended(pid) })
}

// ended says that a process has ended, be it waited for or not.
func ended(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(text), ") Z ")
}

func await(t *testing.T, what string, met func() bool) {
	for began := time.Now(); !met(); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 10*time.Second {
			t.Errorf("no %s within 10 s", what)
			return
		}
	}
}

// TestBuildsTakeTurns has two processes' worth of builds of one kit at once: the
// tool notes when it finds itself there twice.
func TestBuildsTakeTurns(t *testing.T) {
	w := newWorkshop(t)
	w.tool("cc", "", "")
	w.tool("cargo", "rust", `[ "$1" = --version ] && exit
mkdir busy || echo >collision
sleep 0.1
rmdir busy
program=.build/peers/rust/release/collatebench-rust`+makesClient)
	done := make(chan error)
	for range 3 {
		go func() {
			_, err := peers.Kits()[0].Build(t.Context(), w.root, io.Discard)
			done <- err
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(w.root, "collision")); err == nil {
		t.Error("two builds at once")
	}
}
