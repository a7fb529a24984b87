package diagnose_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"runtime/trace"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"collatebench/profiles/diagnose"
)

// bytesVariable is how long BenchmarkLong's trace is; scripts/trace-memory.sh
// makes it a gigabyte.
const bytesVariable = "DIAGNOSE_TEST_BYTES"

// longRate is the rate at which the long trace is written, in bytes a second.
const longRate = 18e6

// BenchmarkLong reads a long trace, which another process recorded, and reports
// the most memory that this process held. It goes through a file: a reader that
// falls behind the writer of a pipe makes the trace's generations longer, and
// so takes more memory. Traces can't be joined to a longer one, and a long one is
// too large for a repository.
func BenchmarkLong(b *testing.B) {
	size := os.Getenv(bytesVariable)
	if size == "" {
		size = "20000000"
	}
	file, err := os.Create(filepath.Join(b.TempDir(), "long.trace"))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	c := exec.CommandContext(b.Context(), os.Args[0], size)
	c.Env = append(os.Environ(), roleVariable+"=long")
	c.Stdout, c.Stderr = file, os.Stderr
	if err := c.Run(); err != nil {
		b.Fatal(err)
	}
	bytes, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		b.Fatal(err)
	}
	defer diagnose.LimitMemory()()
	for b.Loop() {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			b.Fatal(err)
		}
		r, err := diagnose.Read(file, diagnose.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(r.Events)/1e6, "Mevents")
		b.ReportMetric(float64(bytes)/r.Seconds/1e6, "recorded-MB/s")
	}
	b.SetBytes(bytes)
	b.ReportMetric(peakMB(b), "peak-MB")
}

// peakMB is the most memory that this process had resident.
func peakMB(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Maxrss) * 1024 / 1e6 // Linux counts in KiB
}

// writeLong is the other process. Its goroutines begin and end all the time, and
// hand over to each other as fast as the rate allows.
func writeLong(_ string, args []string) error {
	size, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return err
	}
	out := &counted{w: os.Stdout}
	if err := trace.Start(out); err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(io.Discard); err != nil {
		return err
	}
	start := time.Now()
	for out.n.Load() < size {
		if float64(out.n.Load()) > longRate*time.Since(start).Seconds() {
			time.Sleep(5 * time.Millisecond)
			continue
		}
		handOver(200, 40)
	}
	pprof.StopCPUProfile()
	trace.Stop()
	return nil
}

type counted struct {
	w io.Writer
	n atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n.Add(int64(n))
	return n, err
}
