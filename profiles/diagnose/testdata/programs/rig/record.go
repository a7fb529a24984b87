package rig

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime/pprof"
	"runtime/trace"
)

// record begins to write an execution trace to the file, until stop. The CPU
// profiler runs meanwhile, only so that the trace carries its samples.
func record(file string) (stop func() error, err error) {
	if file == "" {
		return func() error { return nil }, nil
	}
	out, err := os.Create(file)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	if err := errors.Join(trace.Start(out), pprof.StartCPUProfile(io.Discard)); err != nil {
		return nil, fmt.Errorf("record %s: %w", file, err)
	}
	return func() error {
		pprof.StopCPUProfile()
		trace.Stop()
		return out.Close()
	}, nil
}

// servePprof prints the address at which net/http/pprof can be reached. An
// address without a host is one of this machine alone.
func servePprof(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("serve pprof: %w", err)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return fmt.Errorf("serve pprof: %w", err)
	}
	fmt.Println(l.Addr())
	go http.Serve(l, nil)
	return nil
}
