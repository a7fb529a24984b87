// Package rig is what the shapes share: flags, an upstream in a process of its own,
// counting, and recording a trace with CPU samples in it.
package rig

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"strings"
	"sync/atomic"
	"time"
)

var (
	fixed   = flag.Bool("fixed", false, "run the mended form")
	file    = flag.String("trace", "", "write an execution trace with CPU samples to this `file`")
	warm    = flag.Duration("warm", 700*time.Millisecond, "how long to run before measuring")
	seconds = flag.Float64("seconds", 3, "how long to measure")
	procs   = flag.Int("procs", 0, "GOMAXPROCS; 0 leaves it")
	seed    = flag.Uint64("seed", 1, "of the delays")

	operations atomic.Int64
	kept       []any // else the collector would close the pipes of children
)

// serving is set in a child that is the upstream.
const serving = "SHAPES_UPSTREAM"

// Parse reads the flags.
func Parse() {
	flag.Parse()
	if *procs > 0 {
		runtime.GOMAXPROCS(*procs)
	}
}

// Fixed says to run the mended form.
func Fixed() bool { return *fixed }

// Done counts n finished operations.
func Done(n int) { operations.Add(int64(n)) }

// draws counts the calls of Chance.
var draws atomic.Uint64

// Chance is true once in n calls, by the seed.
func Chance(n uint64) bool {
	x := (draws.Add(1) + *seed<<32) * 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return (x^x>>31)%n == 0
}

// Measure lets the interval pass, records it, prints what was done in it and exits.
func Measure() {
	time.Sleep(*warm)
	var out *os.File
	if *file != "" {
		var err error
		out, err = os.Create(*file)
		Must(err)
		Must(pprof.StartCPUProfile(io.Discard))
		Must(trace.Start(out))
	}
	before, began := operations.Load(), time.Now()
	time.Sleep(time.Duration(*seconds * float64(time.Second)))
	n, took := operations.Load()-before, time.Since(began)
	if out != nil {
		trace.Stop()
		pprof.StopCPUProfile()
		Must(out.Close())
	}
	Must(json.NewEncoder(os.Stdout).Encode(struct {
		Program   string  `json:"program"`
		Responses int64   `json:"responses"`
		Seconds   float64 `json:"seconds"`
	}{filepath.Base(os.Args[0]), n, took.Seconds()}))
	os.Exit(0)
}

// Before is what the upstream does before it says that it is there; nil if it has nothing
// to prepare.
var Before func(net.Listener)

// Upstream starts this program again as a process that runs serve, and returns the address
// that it listens at. It ends when this process does.
func Upstream(serve func(net.Listener)) string {
	if os.Getenv(serving) != "" {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		Must(err)
		if Before != nil {
			Before(l)
		}
		fmt.Println(l.Addr())
		go func() { io.Copy(io.Discard, os.Stdin); os.Exit(0) }()
		serve(l)
		select {}
	}
	self, err := os.Executable()
	Must(err)
	c := exec.Command(self, os.Args[1:]...)
	c.Env = append(os.Environ(), serving+"=1")
	c.Stderr = os.Stderr
	in, err := c.StdinPipe() // closes with this process
	kept = append(kept, in, c)
	Must(err)
	out, err := c.StdoutPipe()
	Must(err)
	Must(c.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	Must(err)
	return strings.TrimSpace(line)
}

// Must ends the program where there is an error.
func Must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
