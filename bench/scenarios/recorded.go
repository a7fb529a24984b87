package scenarios

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"collatebench/internal/bounded"
	"collatebench/internal/child"
	"collatebench/internal/procgroup"
	"collatebench/mockserver/recording"
)

// recordSeconds is how long a program is recorded: several hundred answers.
const recordSeconds = 4

// Servers that a program is recorded in front of, before the run plays the recording in their place.
const (
	recordedOurs  = "mock"
	recordedNginx = "nginx"
)

// record runs the program in front of a real upstream, and returns the folder of the recording.
func (t *trial) record(ctx context.Context, s Scenario, seed uint64) (folder string, err error) {
	up, err := t.upstream(ctx, s, seed)
	if err != nil {
		return "", err
	}
	defer child.Stop(up)
	to := up.URL
	if s.setting("recorded") == recordedNginx {
		n, err := t.nginx(ctx, s, up.URL)
		if err != nil {
			return "", err
		}
		defer n.end()
		to = n.url
	}
	at, err := url.Parse(to)
	if err != nil {
		return "", err
	}
	folder = filepath.Join(t.folder.Path, "recording")
	if err := os.RemoveAll(folder); err != nil {
		return "", err
	}
	w, err := recording.Create(folder, recording.Options{Upstream: to})
	if err != nil {
		return "", err
	}
	r := recording.NewRecorder(w, nil)
	defer func() { err = errors.Join(err, r.Close()) }()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := recording.Server(r.Reverse(at))
	go server.Serve(l)   //nolint:errcheck // it ends when it is closed
	defer server.Close() //nolint:errcheck // what is in flight is of a program that has ended
	args := t.clientArgs(s, "http://"+l.Addr().String())
	cmd := exec.Command(args[0], args[1:]...)
	said := &bounded.Buffer{Head: 4 << 10, Tail: 4 << 10}
	cmd.Stdout, cmd.Stderr = said, said
	procgroup.Lead(cmd)
	if err := cmd.Start(); err != nil {
		return "", err
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	select {
	case err := <-over:
		return "", fmt.Errorf("%s ended while it was recorded (%w): %s", s.Name, err, said.String())
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(recordSeconds*time.Second + t.warm(s)):
	}
	procgroup.End(cmd)
	<-over
	return folder, err
}

// An nginxServer serves one file under the path that the programs ask for.
type nginxServer struct {
	url string
	cmd *exec.Cmd
}

// nginxConf has one process: workers of a master that is root would be of a user who may not read our file.
const nginxConf = `
master_process off;
daemon off;
pid nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
	access_log off;
	sendfile on;
	keepalive_requests 1000000;
	client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t; scgi_temp_path t;
	server {
		listen 127.0.0.1:%d;
		%s
		location = /v1/payload { default_type application/json; alias %s; }
	}
}
`

// nginx serves a body of ours from a file, each answer no faster than the scenario's setting rate, in
// the words of nginx: 512k, 1m. It sends what it may in the first second at once: a body that is smaller
// than that has no limit.
func (t *trial) nginx(ctx context.Context, s Scenario, from string) (*nginxServer, error) {
	body, err := get(ctx, t.clientArgs(s, from)[1])
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(t.folder.Path, "nginx")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	file := filepath.Join(folder, "body.json")
	if err := os.WriteFile(file, body, 0o644); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	limit := ""
	if rate := s.setting("rate"); rate != "" {
		limit = "limit_rate " + rate + ";"
	}
	conf := filepath.Join(folder, "nginx.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, nginxConf, port, limit, file), 0o644); err != nil {
		return nil, err
	}
	cmd := exec.Command("nginx", "-p", folder, "-c", conf)
	said := &bounded.Buffer{Head: 4 << 10}
	cmd.Stderr = said
	procgroup.Lead(cmd)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	n := &nginxServer{url: fmt.Sprintf("http://127.0.0.1:%d", port), cmd: cmd}
	for range 200 { // it does not say when it is ready
		if _, err = get(ctx, n.url+"/v1/payload"); err == nil || ctx.Err() != nil {
			break
		}
		time.Sleep(25 * time.Millisecond)
	}
	if err != nil {
		n.end()
		return nil, fmt.Errorf("nginx does not serve (%w): %s", err, said.String())
	}
	return n, nil
}

func (n *nginxServer) end() {
	procgroup.End(n.cmd)
	_ = n.cmd.Wait()
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func get(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := (&http.Client{Transport: &http.Transport{}}).Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s", url, resp.Status)
	}
	return io.ReadAll(resp.Body)
}
