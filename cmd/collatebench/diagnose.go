package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"collatebench/internal/scratch"
	"collatebench/internal/wholefile"
	"collatebench/profiles/diagnose"
	"collatebench/results/report"
)

// maxSeconds bounds an interval: a trace of five minutes has gigabytes.
const maxSeconds = 300

type diagnoseFlags struct {
	trace, pprof, function, keep string
	html, profile, perfetto      string
	seconds                      int
	asJSON                       bool
	watch                        processFlags
}

func diagnoseCommand() *cobra.Command {
	var f diagnoseFlags
	c := &cobra.Command{
		Use:   "diagnose --pid PID | --trace FILE | --pprof URL | -- PROGRAM ARGUMENTS",
		Short: "Say what holds a running program back: any by its process, a Go program by its trace",
		Long: `With --pid it watches a running process, in any language, from outside: who is to
move on each of its connections, which threads run at the same time, and which
wait for a core. It changes nothing in the process and needs no root for one of
the same user (Linux only). A program after -- is started, watched and ended.

With --trace or --pprof it reads the execution trace of a Go program, and says
which goroutine or lock the others wait for, in which function it spends its
time, and what running that in parallel would be worth. --pprof records the
trace from the program's net/http/pprof, with the CPU profiler on, so that it
carries CPU samples.

Exit code 4 means that no cause can be named; what is missing is said.`,
		Example: `  collatebench diagnose --pid 4711
  collatebench diagnose --pid 4711 --prove --html page.html
  collatebench diagnose --pid 4711 --peer 10.1.2.3:8080 --window 32
  collatebench diagnose --seconds 3 --after 2s -- ./fetch https://example.com 32
  collatebench diagnose --pprof http://127.0.0.1:6060 --seconds 5
  collatebench diagnose --pprof localhost:6060 --keep slow.trace
  collatebench diagnose --trace trace.out
  collatebench diagnose --trace trace.out --func 'encoding/json\.Unmarshal' --json`,
		Args: arguments(afterDash),
		RunE: func(c *cobra.Command, program []string) error { return f.diagnose(c, program) },
	}
	f.watch.add(c)
	c.Flags().StringVar(&f.trace, "trace", "", "`file` of an execution trace; - is standard input")
	c.Flags().StringVar(&f.pprof, "pprof", "", "`address` of a program's net/http/pprof, to record from")
	c.Flags().IntVar(&f.seconds, "seconds", 5, "how long to watch or to record, 1 to 300 `s`")
	c.Flags().StringVar(&f.function, "func", "", "count only the CPU samples in functions that match the `regexp`")
	c.Flags().StringVar(&f.keep, "keep", "", "keep the recorded trace in this `file`")
	c.Flags().StringVar(&f.html, "html", "", "write a page with the verdict, a timeline and tables to this `file`")
	c.Flags().StringVar(&f.profile, "profile-out", "", "write where the time goes as a pprof profile to this `file`")
	c.Flags().StringVar(&f.perfetto, "perfetto", "", "write lanes and wakings for ui.perfetto.dev to this `file`")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print the report as JSON")
	return c
}

// afterDash allows arguments after -- alone, where they are a program.
func afterDash(c *cobra.Command, args []string) error {
	if dash := c.ArgsLenAtDash(); dash > 0 || dash < 0 && len(args) > 0 {
		return fmt.Errorf("unknown argument %q: a program goes after --", args[0])
	}
	return nil
}

func (f diagnoseFlags) diagnose(c *cobra.Command, program []string) error {
	o, err := f.check(c, program)
	if err != nil {
		return usageError{err}
	}
	if f.trace == "" && f.pprof == "" {
		return f.process(c, program)
	}
	defer diagnose.LimitMemory()()
	var r diagnose.Report
	if f.pprof != "" {
		r, err = f.record(c, o)
	} else {
		r, err = f.read(c, o)
	}
	if err != nil {
		return err
	}
	if err := f.print(c.OutOrStdout(), r); err != nil {
		return err
	}
	if err := f.writeFiles(c.ErrOrStderr(), r); err != nil {
		return err
	}
	if len(r.Verdict.Causes) == 0 {
		return errInconclusive
	}
	return nil
}

// check checks the command line before anything is done.
func (f *diagnoseFlags) check(c *cobra.Command, program []string) (diagnose.Options, error) {
	var o diagnose.Options
	var err error
	sources := 0
	for _, given := range []bool{f.trace != "", f.pprof != "", c.Flags().Changed("pid"), len(program) > 0} {
		if given {
			sources++
		}
	}
	switch {
	case sources != 1:
		return o, errors.New("give one of --pid, --trace, --pprof and -- PROGRAM; see collatebench diagnose --help")
	case f.seconds < 1 || f.seconds > maxSeconds:
		return o, fmt.Errorf("--seconds %d: not 1 to %d", f.seconds, maxSeconds)
	case f.trace != "" && (f.keep != "" || c.Flags().Changed("seconds")):
		return o, errors.New("--seconds and --keep are for recording, with --pprof")
	}
	watched := f.trace == "" && f.pprof == ""
	for _, name := range processOnly {
		if c.Flags().Changed(name) && !watched {
			return o, fmt.Errorf("--%s is for watching a process, with --pid or -- PROGRAM", name)
		}
	}
	for _, name := range []string{"func", "keep", "profile-out", "perfetto"} {
		if c.Flags().Changed(name) && watched {
			return o, fmt.Errorf("--%s is for a trace, with --trace or --pprof", name)
		}
	}
	if watched {
		if err := f.watch.check(c, program); err != nil {
			return o, err
		}
	}
	if f.function != "" {
		if o.Func, err = regexp.Compile(f.function); err != nil {
			return o, fmt.Errorf("--func: %w", err)
		}
	}
	if f.pprof != "" {
		if _, err := diagnose.ParseBase(f.pprof); err != nil {
			return o, fmt.Errorf("--pprof %w", err)
		}
	}
	for _, out := range []struct{ flag, path string }{{"keep", f.keep}, {"html", f.html}, {"profile-out", f.profile}, {"perfetto", f.perfetto}} {
		if info, err := os.Stat(out.path); out.path != "" && err == nil && info.IsDir() {
			return o, fmt.Errorf("--%s %s: it is a folder", out.flag, out.path)
		}
		if _, err := os.Stat(filepath.Dir(out.path)); out.path != "" && err != nil {
			return o, fmt.Errorf("--%s %s: there is no folder %s", out.flag, out.path, filepath.Dir(out.path))
		}
	}
	o.Subject, o.AllLanes = f.trace+f.pprof, f.perfetto != ""
	return o, nil
}

func (f diagnoseFlags) read(c *cobra.Command, o diagnose.Options) (diagnose.Report, error) {
	if f.trace == "-" {
		return readTrace(c.Context(), c.InOrStdin(), o)
	}
	file, err := openTrace(f.trace)
	if err != nil {
		return diagnose.Report{}, usageError{fmt.Errorf("--trace %w", err)}
	}
	defer file.Close()
	r, err := readTrace(c.Context(), file, o)
	if err != nil {
		return diagnose.Report{}, fmt.Errorf("%s: %w", f.trace, err)
	}
	return r, nil
}

// openTrace opens a file. It looks before it opens: to open a pipe waits for a
// writer, and no signal would end that.
func openTrace(path string) (*os.File, error) {
	switch info, err := os.Stat(path); {
	case err != nil:
		return nil, err // names the path
	case info.IsDir():
		return nil, fmt.Errorf("%s: it is a folder", path)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: it is no regular file; --trace - reads a pipe from standard input", path)
	}
	return os.Open(path)
}

// readTrace reads a trace until ctx ends.
func readTrace(ctx context.Context, r io.Reader, o diagnose.Options) (diagnose.Report, error) {
	report, err := diagnose.Read(stoppable{ctx, r}, o)
	if ctx.Err() != nil {
		return diagnose.Report{}, errors.New("stopped while reading")
	}
	return report, err
}

// stoppable is a reader that ends with ctx, even while it waits in Read.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s stoppable) Read(b []byte) (int, error) {
	type answer struct {
		text []byte
		err  error
	}
	got := make(chan answer, 1)
	go func() { // into a buffer of its own: b is the caller's once ctx has ended
		text := make([]byte, len(b))
		n, err := s.r.Read(text)
		got <- answer{text[:n], err}
	}()
	select {
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	case a := <-got:
		return copy(b, a.text), a.err
	}
}

// record writes the trace to disk first: to analyse it while it arrives would compete with
// the program for the cores.
func (f diagnoseFlags) record(c *cobra.Command, o diagnose.Options) (diagnose.Report, error) {
	dir := ""
	if f.keep != "" {
		dir = filepath.Dir(f.keep) // a rename needs the same file system
	}
	folder, err := scratch.New(dir)
	if err != nil && f.keep != "" {
		return diagnose.Report{}, usageError{fmt.Errorf("--keep %q: %w", f.keep, err)}
	}
	if err != nil {
		return diagnose.Report{}, fmt.Errorf("no room for the trace: %w", err)
	}
	defer folder.Remove()
	file, err := os.Create(filepath.Join(folder.Path, "recorded.trace"))
	if err != nil {
		return diagnose.Report{}, err
	}
	defer file.Close()
	fmt.Fprintf(c.ErrOrStderr(), "recording %d s from %s (Ctrl-C stops it) ...\n", f.seconds, f.pprof)
	err = diagnose.Record(c.Context(), f.pprof, time.Duration(f.seconds)*time.Second, file)
	if errors.Is(err, context.Canceled) {
		return diagnose.Report{}, errors.New("stopped while recording")
	}
	if err != nil {
		return diagnose.Report{}, err
	}
	if f.keep != "" {
		err = os.Rename(file.Name(), f.keep)
	}
	if _, seek := file.Seek(0, io.SeekStart); err != nil || seek != nil {
		return diagnose.Report{}, fmt.Errorf("keep trace: %w", errors.Join(err, seek))
	}
	return readTrace(c.Context(), file, o)
}

func (f diagnoseFlags) print(w io.Writer, r diagnose.Report) error {
	if !f.asJSON {
		return r.Write(w)
	}
	return writeJSON(w, r)
}

// writeFiles writes what --html and --profile-out ask for.
func (f diagnoseFlags) writeFiles(said io.Writer, r diagnose.Report) error {
	for _, out := range []struct {
		flag, path string
		content    func() ([]byte, error)
	}{
		{"html", f.html, func() ([]byte, error) { return report.Diagnosis(r, nil) }},
		{"profile-out", f.profile, func() ([]byte, error) {
			var b bytes.Buffer
			err := r.WriteProfile(&b)
			return b.Bytes(), err
		}},
		{"perfetto", f.perfetto, func() ([]byte, error) {
			var b bytes.Buffer
			err := r.WritePerfetto(&b)
			return b.Bytes(), err
		}},
	} {
		if out.path == "" {
			continue
		}
		content, err := out.content()
		if err == nil {
			err = wholefile.Write(out.path, content)
		}
		if err != nil {
			return fmt.Errorf("--%s %s: %w", out.flag, out.path, err)
		}
		fmt.Fprintln(said, "written:", out.path)
	}
	return nil
}

// errInconclusive ends a command with its own exit code; all has been printed.
var errInconclusive = errors.New("no verdict")
