//go:build unix

package rusage_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"collatebench/internal/rusage"
)

// TestMain lets this binary be a child that holds 64 MiB.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "hold" {
		held := make([]byte, size)
		for i := 0; i < size; i += 4096 {
			held[i] = 1
		}
		os.Exit(int(held[1]))
	}
	os.Exit(m.Run())
}

const size = 64 << 20

func TestMaxRSSIsInBytes(t *testing.T) {
	cmd := exec.Command(os.Args[0], "hold")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if got := rusage.MaxRSS(cmd.ProcessState); got < size || got > 16*size {
		t.Errorf("a child that holds %d bytes had %d", size, got)
	}
}

// TestSelfCPUCountsWork: time asleep is none.
func TestSelfCPUCountsWork(t *testing.T) {
	cpu := rusage.SelfCPU()
	time.Sleep(200 * time.Millisecond)
	if used := rusage.SelfCPU() - cpu; used > 100*time.Millisecond {
		t.Errorf("200 ms asleep took %v of CPU time", used)
	}
	began, cpu := time.Now(), rusage.SelfCPU()
	for rusage.SelfCPU()-cpu < 50*time.Millisecond {
		if time.Since(began) > time.Minute {
			t.Fatal("a minute of work is not seen")
		}
	}
}

func TestCheckAcceptsThisSystem(t *testing.T) {
	if err := rusage.Check(); err != nil {
		t.Error(err)
	}
}
