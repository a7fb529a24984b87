package mockserver_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/procfs"
)

const nginxConf = `
%s
worker_processes %d;
daemon off;
pid nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
	access_log off;
	sendfile on;
	keepalive_requests 1000000;
	client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
	server { listen 127.0.0.1:%d; location / { root .; } }
}
`

// startNginx has nginx serve the bodies of the mock from files, with as many
// workers as the mock has threads.
func startNginx(b *testing.B, program string, mock *rival) *rival {
	dir := b.TempDir()
	buf := make([]byte, benchSize)
	for id := range uint64(benchBodies) {
		n, err := fetchInto(http.DefaultClient, mock.url(id), buf)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, fmt.Sprint(id)), buf[:n], 0o644)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	port := freePort(b)
	conf := filepath.Join(dir, "nginx.conf")
	text := fmt.Sprintf(nginxConf, nginxUser(b), runtime.GOMAXPROCS(0), port)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(program, "-p", dir, "-c", conf)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	root := fmt.Sprintf("http://127.0.0.1:%d/", port)
	await(b, root+"0")
	return &rival{
		url: func(id uint64) string { return root + fmt.Sprint(id) },
		cpu: func() float64 { return childrenCPU(b, cmd.Process.Pid) },
	}
}

// nginxUser lets the workers of a master that is root read our files.
func nginxUser(b *testing.B) string {
	if os.Getuid() != 0 {
		return ""
	}
	u, err := user.Current()
	if err != nil {
		b.Fatal(err)
	}
	g, err := user.LookupGroupId(u.Gid)
	if err != nil {
		b.Fatal(err)
	}
	return fmt.Sprintf("user %s %s;", u.Username, g.Name)
}

func freePort(b *testing.B) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// await asks until something answers: nginx does not say when it is ready.
func await(b *testing.B, url string) {
	for range 200 {
		if resp, err := http.Get(url); err == nil {
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				b.Fatalf("%s: %s", url, resp.Status)
			}
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.Fatalf("%s: no answer", url)
}

// childrenCPU is the CPU seconds of all children of a process.
func childrenCPU(b *testing.B, parent int) float64 {
	procs, err := procfs.AllProcs()
	if err != nil {
		b.Fatal(err)
	}
	sum := 0.0
	for _, p := range procs {
		if stat, err := p.Stat(); err == nil && stat.PPID == parent {
			sum += stat.CPUTime()
		}
	}
	return sum
}
