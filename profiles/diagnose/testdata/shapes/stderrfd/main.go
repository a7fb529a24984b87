// Handlers log straight into a pipe that a slow collector empties; os.File
// serialises the writes by itself, with no mutex of the program's
// (erigontech/erigon#20148, #20652; cloudfoundry/lager#23; golang/go#15009).
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"shapes/rig"
)

var handlers = flag.Int("handlers", 32, "attestations at a time")

// collect is the log driver at the other end: some 2 MB/s.
func collect() {
	b := make([]byte, 16<<10)
	for {
		if _, err := io.ReadFull(os.Stdin, b); err != nil {
			return
		}
		time.Sleep(8 * time.Millisecond)
	}
}

func collector() *os.File {
	var p [2]int
	if err := syscall.Pipe2(p[:], syscall.O_CLOEXEC); err != nil {
		panic(err)
	}
	in := os.NewFile(uintptr(p[0]), "read")
	c := exec.Command("/proc/self/exe")
	c.Env = append(os.Environ(), "SHAPES_COLLECT=1")
	c.Stdin = in
	if err := c.Start(); err != nil {
		panic(err)
	}
	in.Close()
	return os.NewFile(uintptr(p[1]), "/dev/stderr") // blocking, as an inherited one
}

type attestation struct {
	Slot, Committee int
	Validators      []int
	Signature       string
}

type logger struct {
	out   io.Writer
	queue chan string
}

func (l *logger) info(format string, args ...any) {
	line := time.Now().Format(time.RFC3339Nano) + " INFO " + fmt.Sprintf(format, args...) + "\n"
	if l.queue == nil {
		io.WriteString(l.out, line)
		return
	}
	select {
	case l.queue <- line:
	default: // full: dropped, and counted in a real one
	}
}

func (l *logger) drain() {
	for line := range l.queue {
		io.WriteString(l.out, line)
	}
}

func handle(l *logger, body []byte, n int) {
	var a attestation
	if err := json.Unmarshal(body, &a); err != nil {
		panic(err)
	}
	l.info("attestation received slot=%d committee=%d validators=%d peer=16Uiu2HAmTq8W3XKpYx topic=/eth2/b5303f2a/beacon_attestation_%d/ssz_snappy", a.Slot+n, a.Committee, len(a.Validators), n%64)
	l.info("attestation accepted slot=%d committee=%d signature=%s", a.Slot+n, a.Committee, a.Signature)
	rig.Done(1)
}

func main() {
	if os.Getenv("SHAPES_COLLECT") != "" {
		collect()
		return
	}
	rig.Parse()
	a := attestation{Slot: 9000000, Committee: 7, Signature: "0xb21fe8a3c4f2d19ab21fe8a3c4f2d19a"}
	for i := range 500 {
		a.Validators = append(a.Validators, 100000+i)
	}
	body, _ := json.Marshal(a)
	l := &logger{out: collector()}
	if rig.Fixed() {
		l.queue = make(chan string, 4096)
		go l.drain()
	}
	for range *handlers {
		go func() {
			for n := 0; ; n++ {
				handle(l, body, n)
			}
		}()
	}
	rig.Measure()
}
