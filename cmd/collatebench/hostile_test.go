package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"collatebench/results"
	"collatebench/results/resultstest"
)

// hostile sets a terminal's title, clears it, and turns the direction of writing.
const hostile = "\x1b]0;PWNED\x07\x1b[2J\u009b2J\r\u202e"

// checkPrintable fails where a terminal would obey what was printed, and returns
// whether the hostile text is there in a form that can be seen.
func checkPrintable(t *testing.T, what string, printed ...string) (shown bool) {
	t.Helper()
	for _, text := range printed {
		bad := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsGraphic(r) })
		if bad >= 0 || !utf8.ValidString(text) {
			t.Errorf("%s prints raw at %d:\n%q", what, bad, text)
		}
		shown = shown || strings.Contains(text, `]0;PWNED`)
	}
	return shown
}

// infect calls each with the JSON text once for every string in it, values and
// keys alike, that string with the hostile text at its end.
func infect(t *testing.T, text []byte, each func(path string, infected []byte)) {
	t.Helper()
	var root any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	emit := func(path string) {
		infected, err := json.MarshalIndent(root, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		each(path, infected)
	}
	var walk func(path string, v any, set func(any))
	walk = func(path string, v any, set func(any)) {
		switch v := v.(type) {
		case string:
			set(v + hostile)
			emit(path)
			set(v)
		case []any:
			for i := range v {
				if i < 2 { // those after the second are read like it
					walk(fmt.Sprintf("%s[%d]", path, i), v[i], func(to any) { v[i] = to })
				}
			}
		case map[string]any:
			for _, key := range sortedKeys(v) {
				was := v[key]
				walk(path+"."+key, was, func(to any) { v[key] = to })
				delete(v, key)
				v[key+hostile] = was
				emit(path + "." + key + " (its key)")
				delete(v, key+hostile)
				v[key] = was
			}
		}
	}
	walk("", root, func(to any) { root = to })
}

func sortedKeys(m map[string]any) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// hostileRun is a run of two rounds with all that run.json can say.
func hostileRun(t *testing.T) *results.Run {
	t.Helper()
	cells := []string{resultstest.Collector32, resultstest.Request32, resultstest.Control(t, resultstest.Collector32)}
	info := resultstest.Info(cells...)
	info.State, info.Stopped, info.Commit, info.Upstream = results.Stopped, "because", "abc1234", "http://10.0.0.7:8080"
	info.Command = []string{"collatebench", "bench"}
	info.Matrix, info.Defaults = map[string]string{"window": "32"}, map[string]string{"aa": ""}
	info.Bodies = []results.BodyFile{{Path: "/tmp/page.json", Bytes: 3, SHA256: "abc"}}
	return resultstest.Run(t, info, resultstest.Rounds(t, cells, 2))
}

// TestRunFoldersPrintNothingRaw: no text of a run's files reaches a terminal as it
// is, whichever it is and whether the command then fails or not.
func TestRunFoldersPrintNothingRaw(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: runs benchstat, and -short was given")
	}
	run := hostileRun(t)
	shown := 0
	for _, name := range []string{"run.json", "samples.jsonl"} {
		path := filepath.Join(run.Dir(), name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		first, rest, _ := bytes.Cut(whole, []byte("\n"))
		if name == "run.json" {
			first, rest = whole, nil
		}
		infect(t, first, func(field string, infected []byte) {
			if name != "run.json" { // a record is one line
				var line bytes.Buffer
				if err := json.Compact(&line, infected); err != nil {
					t.Fatal(err)
				}
				infected = append(append(line.Bytes(), '\n'), rest...)
			}
			if err := os.WriteFile(path, infected, 0o666); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"report", run.Dir()}, {"pprof", run.Dir(), "window=32"}} {
				_, stdout, stderr := program(args...)
				if checkPrintable(t, name+" "+field+": "+args[0], stdout, stderr) {
					shown++
				}
			}
		})
		if err := os.WriteFile(path, whole, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if shown < 10 {
		t.Errorf("the hostile text was printed in %d cases, so that this test tests little", shown)
	}
}

// TestCompareAndResumePrintNothingRaw is the test above for what takes longer: all
// texts that may say anything do so at once.
func TestCompareAndResumePrintNothingRaw(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: runs benchstat, and -short was given")
	}
	run := hostileRun(t)
	info := run.Info()
	info.Label += hostile
	info.Stopped, info.Commit, info.Go, info.Upstream = hostile, hostile, hostile, hostile
	info.Machine.CPU, info.Machine.OS, info.Machine.Kernel = hostile, hostile, hostile
	info.Command = []string{hostile}
	info.Bodies[0].Path = hostile
	if err := run.SetInfo(info); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"compare", run.Dir(), run.Dir()}, {"report", run.Dir()}, {"report", run.Dir(), "--json"}, {"bench", "--resume", run.Dir()}, {"report", run.Dir() + hostile},
		{"report", "a" + hostile}, {"why", hostile}, {"bench", "--placement", hostile}, {"--" + hostile}, {hostile},
		{"view", hostile}, {"mockserver", "--addr", hostile},
	} {
		_, stdout, stderr := program(args...)
		shown := checkPrintable(t, strings.Join(args, " "), stdout, stderr)
		if !shown && slices.Contains(args, run.Dir()) {
			t.Errorf("%q: nothing of the hostile text is in\n%s%s", args, stdout, stderr)
		}
	}
}

// TestDiagnosePrintsNothingRaw: names in a trace, and what a server answers.
func TestDiagnosePrintsNothingRaw(t *testing.T) {
	trace, err := os.ReadFile(diagnosedTrace)
	if err != nil {
		t.Fatal(err)
	}
	const title = "\x1b]0;PWNED\x07"
	for _, name := range []string{"decodePage", "workload_test.go"} { // a function and a file; a trace holds texts with their lengths
		infected := bytes.ReplaceAll(trace, []byte(name), []byte((title + "______")[:len(name)]))
		path := filepath.Join(t.TempDir(), "trace"+title)
		if err := os.WriteFile(path, infected, 0o666); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"--trace", path}, {"--trace", path, "--json"}} {
			_, stdout, stderr := program(append([]string{"diagnose"}, args...)...)
			if checkPrintable(t, strings.Join(args, " "), stdout, stderr); !strings.Contains(stdout+stderr, `\u001b]0;PWN`) {
				t.Errorf("%s is not in\n%s%s", name, stdout, stderr)
			}
		}
	}
	for _, answer := range []string{
		"HTTP/1.1 500 No " + hostile + "\r\nX-Go-Pprof: 1\r\nContent-Length: 40\r\n\r\n" + hostile,
		"HTTP/1.1 500 No " + strings.ReplaceAll(hostile, "\r", "") + "\r\nX-Go-Pprof: 1\r\n\r\n" + hostile,
		"HTTP/1.1 404 No " + title + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Type: " + title + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Encoding: " + title + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\n" + title + ": a\r\n\r\n",
		hostile + "\n\n",
	} {
		_, stdout, stderr := program("diagnose", "--pprof", "http://"+answering(t, answer), "--seconds", "1")
		checkPrintable(t, fmt.Sprintf("the answer %q", answer), stdout, stderr)
		if strings.Count(stderr, "\n") != 2 {
			t.Errorf("the answer %q: not one line after the first:\n%s", answer, stderr)
		}
	}
}

// answering is the address of a server that answers every request with these bytes.
func answering(t *testing.T, answer string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = c.Read(make([]byte, 4<<10)) // the request; an error shows in the answer
				_, _ = io.WriteString(c, answer)
			}()
		}
	}()
	return l.Addr().String()
}

// TestPeersPrintNothingRaw: what a client says of itself, and what it complains of.
func TestPeersPrintNothingRaw(t *testing.T) {
	starts(t)
	for _, script := range []string{
		"printf '\\033]0;PWNED\\007' >&2; exit 3",
		`printf '{"client":"mine","runtime":"a\\u001b]0;PWNED\\u0007","codecs":[{"name":"json","library":"\\u001b]0;PWNED\\u0007"}],"placements":[{"name":"request","order":"completion","about":"\\u001b]0;PWNED\\u0007"}]}'; exit 0`,
	} {
		client := filepath.Join(t.TempDir(), "client")
		if err := os.WriteFile(client, []byte("#!/bin/sh\n"+script+"\n"), 0o777); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"peers", "--client", client, "--list"}, {"peers", "--check", client}} {
			_, stdout, stderr := program(args...)
			if !checkPrintable(t, script, stdout, stderr) {
				t.Errorf("%s %s: nothing of it is in\n%s%s", script, args[1], stdout, stderr)
			}
		}
	}
}
