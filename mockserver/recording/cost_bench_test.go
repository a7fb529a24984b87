package recording_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/procfs"

	"collatebench/mockserver/recording"
)

// beRecorder makes this binary the recorder before an upstream, for a benchmark.
const beRecorder = "COLLATEBENCH_BE_RECORDER"

func TestMain(m *testing.M) {
	if to := os.Getenv(beRecorder); to != "" {
		if err := serveRecorder(to); err != nil {
			log.Fatal(err)
		}
		return
	}
	os.Exit(m.Run())
}

// serveRecorder prints its address, and ends with standard input.
func serveRecorder(to string) error {
	at, err := url.Parse(to)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "recorder-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	defer recording.Settle()()
	w, err := recording.Create(filepath.Join(folder, "recording"), recording.Options{Upstream: to})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go recording.Server(recording.NewRecorder(w, nil).Reverse(at)).Serve(l)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// A rival is a proxy in a process of its own.
type rival struct {
	name, url string
	pid       func() int // whose CPU time counts
}

func (r rival) cpu(b *testing.B) float64 {
	p, err := procfs.NewProc(r.pid())
	if err != nil {
		b.Skip(err)
	}
	s, err := p.Stat()
	if err != nil {
		b.Fatal(err)
	}
	return s.CPUTime()
}

// BenchmarkProxies compares what recording costs with what nginx takes as a reverse proxy, for the
// same bodies: CPU seconds a GB. An op is a round of each, in turn:
//
//	go test -run '^$' -bench Proxies -benchtime 8x ./mockserver/recording
//
// With BEFORE=FILE the test binary of another revision is one more.
func BenchmarkProxies(b *testing.B) {
	for _, size := range []int{1 << 20, 16 << 20} {
		b.Run(fmt.Sprintf("size=%dMiB", size>>20), func(b *testing.B) { compareProxies(b, size) })
	}
}

func compareProxies(b *testing.B, size int) {
	rivals, client := startRivals(b, size)
	rivals = rivals[1:]
	costs, ratios := make([][]float64, len(rivals)), make([][]float64, len(rivals))
	for n := 0; b.Loop(); n++ {
		round := make([]float64, len(rivals))
		for i := range rivals {
			i = (i + n) % len(rivals) // who goes first alternates
			before := rivals[i].cpu(b)
			bytes := serveAll(b, client, rivals[i].url, max(16, (1<<30)/size))
			round[i] = (rivals[i].cpu(b) - before) / (bytes / 1e9)
		}
		for i, cost := range round {
			costs[i], ratios[i] = append(costs[i], cost), append(ratios[i], cost/round[0])
		}
	}
	for i, r := range rivals {
		b.ReportMetric(p50(costs[i]), r.name+"-CPU-s/GB")
		if i > 0 {
			b.ReportMetric(p50(ratios[i]), r.name+"/"+rivals[0].name)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkFirstByte compares what recording adds to the time to the first byte with what nginx adds,
// at 100 requests a second of 64 KiB: an op is a request of each, in turn.
//
//	go test -run '^$' -bench FirstByte -benchtime 1000x ./mockserver/recording
func BenchmarkFirstByte(b *testing.B) {
	rivals, client := startRivals(b, 64<<10)
	first := make([][]float64, len(rivals)) // ms
	for b.Loop() {
		for i, r := range rivals {
			time.Sleep(10 * time.Millisecond / time.Duration(len(rivals)))
			first[i] = append(first[i], firstByte(b, client, r.url))
		}
	}
	direct := p50(first[0])
	b.ReportMetric(direct, "direct-ms")
	for i, r := range rivals[1:] {
		b.ReportMetric(p50(first[i+1])-direct, r.name+"-adds-ms")
	}
	b.ReportMetric(0, "ns/op")
}

// startRivals starts an upstream of bodies of one size, nginx and the recorder.
func startRivals(b *testing.B, size int) ([]rival, *http.Client) {
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		b.Skip("nginx is not installed, and there is nothing to compare with")
	}
	var bodies [8][]byte
	for i := range bodies {
		bodies[i] = make([]byte, size)
		rand.Read(bodies[i])
	}
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _ := strconv.Atoi(r.URL.Query().Get("id"))
		w.Header().Set("Content-Length", strconv.Itoa(size))
		w.Write(bodies[id%len(bodies)])
	}))
	b.Cleanup(upstream.Close)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}}
	b.Cleanup(client.CloseIdleConnections)
	rivals := []rival{{name: "direct", url: upstream.URL}, startNginx(b, nginx, upstream.Listener.Addr().String()), startRecorder(b, "record", os.Args[0], upstream.URL)}
	if before := os.Getenv("BEFORE"); before != "" {
		rivals = append(rivals, startRecorder(b, "before", before, upstream.URL))
	}
	return rivals, client
}

func p50(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

func firstByte(b *testing.B, c *http.Client, address string) float64 {
	began := time.Now()
	resp, err := c.Get(address + "/?id=1")
	if err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return float64(took.Microseconds()) / 1e3
}

// serveAll reads so many bodies, eight at once, and returns their bytes.
func serveAll(b *testing.B, c *http.Client, address string, count int) float64 {
	var next, total atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			buffer := make([]byte, 256<<10)
			for id := next.Add(1); id <= int64(count); id = next.Add(1) {
				resp, err := c.Get(fmt.Sprintf("%s/?id=%d", address, id))
				if err != nil {
					b.Error(err)
					return
				}
				n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, resp.Body, buffer)
				if err != nil {
					b.Error(err)
				}
				total.Add(n)
				resp.Body.Close()
			}
		})
	}
	wg.Wait()
	return float64(total.Load())
}

func startRecorder(b *testing.B, name, program, to string) rival {
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), beRecorder+"="+to)
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return rival{name, "http://" + strings.TrimSpace(line), func() int { return cmd.Process.Pid }}
}

func startNginx(b *testing.B, program, to string) rival {
	folder := b.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	at := l.Addr().String()
	l.Close()
	var conf bytes.Buffer
	fmt.Fprintf(&conf, "worker_processes 1; daemon off; master_process off; error_log stderr; pid %s/pid;\nevents { worker_connections 4096; }\nhttp { access_log off;\n", folder)
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&conf, "%s_temp_path %s/%s;\n", kind, folder, kind)
	}
	fmt.Fprintf(&conf, "upstream up { server %s; keepalive 128; }\nserver { listen %s; location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection \"\"; } }\n}\n", to, at)
	file := filepath.Join(folder, "nginx.conf")
	if err := os.WriteFile(file, conf.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(program, "-c", file)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	for range 500 {
		if c, err := net.Dial("tcp", at); err == nil {
			c.Close()
			return rival{"nginx", "http://" + at, func() int { return cmd.Process.Pid }}
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.Fatal("nginx does not listen")
	return rival{}
}
