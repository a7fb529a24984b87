package diagnose_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"collatebench/profiles/diagnose"
)

// collectorTrace is a short trace of a collector: written with -update.
const collectorTrace = "collector.trace"

func testTrace(tb testing.TB) []byte {
	tb.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", collectorTrace))
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

func TestUpdateTrace(t *testing.T) {
	if !*update {
		t.Skip("writes testdata, with -update")
	}
	raw := record(t, "brief", 2)
	if len(raw) > 200<<10 {
		t.Fatalf("%d bytes are too many for testdata", len(raw))
	}
	if err := os.WriteFile(filepath.Join("testdata", collectorTrace), raw, 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestReadRefuses: whatever is no whole trace is refused in one line that says why.
func TestReadRefuses(t *testing.T) {
	whole := testTrace(t)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write(whole)
	z.Close()
	broken := errors.New("the disk is gone")
	for _, c := range []struct {
		name string
		in   io.Reader
		want string
	}{
		{"empty", strings.NewReader(""), "^read trace: it is empty$"},
		{"text", strings.NewReader("# a page of text, which is no trace"), "not an execution trace"},
		{"short text", strings.NewReader("hello"), "not an execution trace"},
		{"gzip", &zipped, "it is gzip, as pprof profiles are"},
		{"old", strings.NewReader("go 1.21 trace\x00\x00\x00" + strings.Repeat("x", 100)), "too old: it is in the format of Go 1.21"},
		{"future", strings.NewReader("go 1.99 trace\x00\x00\x00" + strings.Repeat("x", 100)), "1.99"},
		{"header cut", bytes.NewReader(whole[:9]), "cut short after 9 bytes"},
		{"header alone", bytes.NewReader(whole[:16]), "no events"},
		{"half", bytes.NewReader(whole[:len(whole)/2]), `cut short or damaged: came as far as \d+ events`},
		{"last byte", bytes.NewReader(whole[:len(whole)-1]), "cut short or damaged"},
		{"reader fails at once", iotest.ErrReader(broken), "the disk is gone"},
		{"reader fails later", io.MultiReader(bytes.NewReader(whole[:len(whole)/2]), iotest.ErrReader(broken)), `after \d+ bytes: the disk is gone`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := diagnose.Read(c.in, diagnose.Options{})
			if err == nil {
				t.Fatal("no error")
			}
			if s := err.Error(); !regexp.MustCompile(c.want).MatchString(s) || strings.Contains(s, "\n") || strings.Count(s, "read trace") != 1 {
				t.Errorf("error is %q, not one line with %q", s, c.want)
			}
		})
	}
}

// TestReadFunc: --func counts the samples of what it matches, and how they
// spread; what the goroutines do stays as it is.
func TestReadFunc(t *testing.T) {
	raw := testTrace(t)
	all := read(t, raw, diagnose.Options{})
	some := read(t, raw, diagnose.Options{Func: regexp.MustCompile(`\.decodePage$`)})
	none := read(t, raw, diagnose.Options{Func: regexp.MustCompile(`^no such function$`)})
	if all.Func != nil || all.Samples == 0 {
		t.Fatalf("without a pattern: %+v of %d samples", all.Func, all.Samples)
	}
	if f := some.Func; f.Of != all.Samples || f.Samples == 0 || f.Samples >= f.Of || f.Goroutines != 1 || f.Most != 1 || !strings.HasSuffix(f.MostStart, ".gather") {
		t.Errorf("decodePage: %+v of %d samples", f, all.Samples)
	}
	if f := none.Func; f.Samples != 0 || f.Of != all.Samples || f.Goroutines != 0 {
		t.Errorf("no such function: %+v", f)
	}
	if some.Executing != all.Executing || some.Events != all.Events {
		t.Error("the pattern changed what goroutines do")
	}
}

// TestReadSums: what is added up by goroutine is what is added up by group, and
// no goroutine does more than there is time for.
func TestReadSums(t *testing.T) {
	r := read(t, testTrace(t), diagnose.Options{})
	if n := bareEvents(t, testTrace(t)); r.Events != n {
		t.Errorf("%d events, and %d in the bare loop", r.Events, n)
	}
	var running float64
	var samples int64
	for _, g := range r.Groups {
		running += g.Running
		samples += g.Samples
		total := g.Running + g.Runnable + g.Syscall
		for _, s := range g.Blocked {
			total += s
		}
		if limit := r.Seconds * float64(g.Count) * 1.001; total > limit {
			t.Errorf("%d goroutines of %s did %.3f s of things in %.3f s", g.Count, g.Start, total, r.Seconds)
		}
	}
	if got, want := running, r.Executing*r.Seconds; got < .999*want || got > 1.001*want {
		t.Errorf("groups ran for %.4f s, and %.4f s in all", got, want)
	}
	if r.Executing > float64(r.Procs) {
		t.Errorf("%.2f goroutines executing on %d cores", r.Executing, r.Procs)
	}
	if samples > r.Samples {
		t.Errorf("%d samples in groups, of %d", samples, r.Samples)
	}
}

// FuzzRead: no input makes Read panic, and each error is one line.
func FuzzRead(f *testing.F) {
	whole := testTrace(f)
	f.Add([]byte{})
	f.Add([]byte("go 1.26 trace\x00\x00\x00"))
	for _, n := range []int{17, 100, len(whole) / 3, len(whole) - 1, len(whole)} {
		f.Add(whole[:n])
	}
	for i := 40; i < len(whole); i += len(whole) / 16 {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1 << (i % 8)
		f.Add(flipped)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := diagnose.Read(bytes.NewReader(raw), diagnose.Options{})
		if err != nil {
			if strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "read trace: ") {
				t.Errorf("error is not one line: %q", err)
			}
			return
		}
		if err := r.Write(io.Discard); err != nil || r.Verdict.Sentence == "" {
			t.Errorf("report: %v, %q", err, r.Verdict.Sentence)
		}
	})
}

// TestSameAgain: the same trace gives the same report, to the last digit, and the same files.
func TestSameAgain(t *testing.T) {
	raw := testTrace(t)
	said := func() string {
		r, err := diagnose.Read(bytes.NewReader(raw), diagnose.Options{AllLanes: true})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := json.NewEncoder(&b).Encode(r); err != nil {
			t.Fatal(err)
		}
		for _, write := range []func(io.Writer) error{r.Write, r.WriteProfile, r.WritePerfetto} {
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
		}
		return b.String()
	}
	first := said()
	for range 10 {
		if said() != first {
			t.Fatal("another report of the same trace")
		}
	}
}

// TestFuncIsNoEvidence: which samples --func counts does not change the verdict's figures.
func TestFuncIsNoEvidence(t *testing.T) {
	raw := testTrace(t)
	all, err := diagnose.Read(bytes.NewReader(raw), diagnose.Options{})
	if err != nil {
		t.Fatal(err)
	}
	none, err := diagnose.Read(bytes.NewReader(raw), diagnose.Options{Func: regexp.MustCompile("^no function$")})
	if err != nil {
		t.Fatal(err)
	}
	if none.Samples != 0 || !reflect.DeepEqual(all.Verdict.Evidence, none.Verdict.Evidence) || !slices.Equal(all.Verdict.Causes, none.Verdict.Causes) {
		t.Errorf("%v from %+v,\nand with --func %v from %+v", all.Verdict.Causes, all.Verdict.Evidence, none.Verdict.Causes, none.Verdict.Evidence)
	}
}
