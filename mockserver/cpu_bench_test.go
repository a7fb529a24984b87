package mockserver_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"

	"collatebench/internal/child"
	"collatebench/mockserver"
	"collatebench/mockserver/payload"
)

const (
	benchSize   = 1 << 20
	benchBodies = 8
	benchConns  = 8
	benchRound  = 1024 // responses of a round: a GB, so that a tick of 10 ms is 4% of it at most
)

// BenchmarkCPUPerGB compares the server's own CPU time for each GB that it
// serves with that of nginx, which sends the same bodies from files. An op is
// one round of each, in turn; 16 rounds give a ratio to 2 or 3%:
//
//	go test -run '^$' -bench CPUPerGB -benchtime 16x ./mockserver
func BenchmarkCPUPerGB(b *testing.B) {
	program, err := exec.LookPath("nginx")
	if err != nil {
		b.Skip("nginx is not installed, and there is nothing to compare with")
	}
	mock := startMock(b)
	nginx := startNginx(b, program, mock)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: benchConns, DisableCompression: true}}
	defer client.CloseIdleConnections()
	servers := [...]*rival{mock, nginx}
	for _, s := range servers {
		s.serve(b, client) // warm-up
	}
	var cpu [2]float64
	var logs []float64
	for b.Loop() {
		var round [2]float64
		for i := range servers {
			i ^= len(logs) & 1 // who goes first alternates
			round[i] = servers[i].serve(b, client)
			cpu[i] += round[i]
		}
		logs = append(logs, math.Log(round[0]/round[1]))
		b.Logf("round %d: mock %.3f nginx %.3f CPU-s/GB", len(logs), round[0], round[1])
	}
	mean, half := interval(logs)
	b.ReportMetric(cpu[0]/float64(len(logs)), "mock-CPU-s/GB")
	b.ReportMetric(cpu[1]/float64(len(logs)), "nginx-CPU-s/GB")
	b.ReportMetric(math.Exp(mean), "ratio")
	b.ReportMetric(math.Exp(mean+half), "ratio-upper")
}

// interval is the mean and about half of its 95% interval.
func interval(x []float64) (mean, half float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		half += (v - mean) * (v - mean)
	}
	n := float64(len(x))
	return mean, 2 * math.Sqrt(half/max(n-1, 1)/n)
}

// rival is a server in a process of its own.
type rival struct {
	url func(id uint64) string
	cpu func() float64 // seconds
}

// serve has s serve one round and returns the CPU seconds for each GB.
func (s *rival) serve(b *testing.B, client *http.Client) float64 {
	before := s.cpu()
	var next atomic.Uint64
	var wg sync.WaitGroup
	for range benchConns {
		wg.Go(func() {
			buf := make([]byte, benchSize)
			for id := next.Add(1) - 1; id < benchRound; id = next.Add(1) - 1 {
				if n, err := fetchInto(client, s.url(id%benchBodies), buf); err != nil {
					b.Errorf("%s: %d bytes: %v", s.url(id), n, err)
					return
				}
			}
		})
	}
	wg.Wait()
	return (s.cpu() - before) / (benchRound * float64(benchSize) / 1e9)
}

func fetchInto(client *http.Client, url string, buf []byte) (int, error) {
	resp, err := client.Get(url)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	n, err := io.ReadFull(resp.Body, buf[:resp.ContentLength])
	if err != nil {
		return n, err
	}
	_, err = resp.Body.Read(buf[:1]) // the end, so that the connection is used again
	if err == io.EOF {
		err = nil
	}
	return n, err
}

func startMock(b *testing.B) *rival {
	o, err := json.Marshal(mockserver.Options{
		Bodies:  benchBodies,
		Preload: []payload.Spec{{Codec: payload.JSON, Encoding: payload.Identity, Size: benchSize}},
	})
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(o))
	server, err := child.Start(b.Context(), cmd, child.Options{Stderr: os.Stderr})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { child.Stop(server) })
	return &rival{
		url: func(id uint64) string { return fmt.Sprintf("%s/v1/payload?size=1MiB&id=%d", server.URL, id) },
		cpu: func() float64 { return readStats(b, http.DefaultClient, server.URL).CPUSeconds },
	}
}
