package diagnose_test

import (
	"bytes"
	"flag"
	"io"
	"log"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"strconv"
	"testing"

	"collatebench/profiles/diagnose"
)

var update = flag.Bool("update", false, "write the golden files again")

// roleVariable makes the test binary a program to trace: a trace shows a whole
// process, and the process of the tests runs other tests too.
const roleVariable = "DIAGNOSE_TEST_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		act := act
		if role == "long" {
			act = writeLong
		}
		if err := act(role, os.Args[1:]); err != nil {
			log.Fatal(err)
		}
		return
	}
	os.Exit(m.Run())
}

// act runs a workload and writes its trace to standard output.
func act(role string, args []string) error {
	procs, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(procs)
	w := workloads[role]
	stop, err := w.run()
	if err != nil {
		return err
	}
	if err := trace.Start(os.Stdout); err != nil {
		return err
	}
	if !w.unsampled {
		if err := pprof.StartCPUProfile(io.Discard); err != nil {
			return err
		}
	}
	stop()
	pprof.StopCPUProfile()
	trace.Stop()
	return nil
}

// record returns the trace of a workload in a process of its own.
func record(t *testing.T, role string, procs int) []byte {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED: records a program, and -short was given")
	}
	c := exec.CommandContext(t.Context(), os.Args[0], strconv.Itoa(procs))
	c.Env = append(os.Environ(), roleVariable+"="+role)
	var errs bytes.Buffer
	c.Stderr = &errs
	raw, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", role, err, &errs)
	}
	return raw
}

func read(t *testing.T, raw []byte, o diagnose.Options) diagnose.Report {
	t.Helper()
	r, err := diagnose.Read(bytes.NewReader(raw), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
