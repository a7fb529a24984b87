package rig

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// upstream is the child as its parent sees it, and the line in which the child
// greets.
type upstream struct {
	Scheme  string
	Address string // host and port
	Roots   *roots

	in   io.WriteCloser
	out  *json.Decoder
	stop func()
}

// cpu is what the child has used since it began, in seconds.
func (u *upstream) cpu() (seconds float64, err error) {
	if _, err := io.WriteString(u.in, "\n"); err != nil {
		return 0, fmt.Errorf("ask upstream for its CPU seconds: %w", err)
	}
	if err := u.out.Decode(&seconds); err != nil {
		return 0, fmt.Errorf("read the upstream's CPU seconds: %w", err)
	}
	return seconds, nil
}

// roots are the certificates that the upstream is known by, none over http.
type roots struct{ DER []byte }

func (r *roots) config() *tls.Config {
	if r == nil {
		return nil
	}
	pool := x509.NewCertPool()
	if cert, err := x509.ParseCertificate(r.DER); err == nil {
		pool.AddCert(cert)
	}
	return &tls.Config{RootCAs: pool}
}

// startUpstream runs this program again, as the upstream. It is never in this
// process: its goroutines and its samples would be in the trace.
func startUpstream() (*upstream, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start upstream: %w", err)
	}
	child := exec.Command(self, append([]string{"-serve"}, os.Args[1:]...)...)
	child.Stderr = os.Stderr
	// The child ends when this pipe does, however this process ends.
	in, err := child.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start upstream: %w", err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start upstream: %w", err)
	}
	if err := child.Start(); err != nil {
		return nil, fmt.Errorf("start upstream: %w", err)
	}
	u := &upstream{in: in, out: json.NewDecoder(out), stop: func() { in.Close(); child.Wait() }}
	if err := u.out.Decode(u); err != nil {
		u.stop()
		return nil, fmt.Errorf("start upstream: read its greeting: %w", err)
	}
	return u, nil
}
