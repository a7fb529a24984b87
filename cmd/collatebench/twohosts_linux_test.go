package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"collatebench/results/verdict"
)

// twoHosts are two network namespaces with a link between them, which stand for two hosts.
type twoHosts struct{ client, server, address string }

// newTwoHosts makes them, with so many bits a second from the server to the client, and removes
// them after the test. Where the kernel has netem the link delays too, and delayed says so.
func newTwoHosts(t *testing.T, rate string, delay time.Duration) (h twoHosts, delayed bool) {
	t.Helper()
	needs(t, "ip")
	needs(t, "tc")
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: network namespaces take root")
	}
	name := fmt.Sprintf("cb%d", os.Getpid())
	h = twoHosts{name + "c", name + "s", "10.213.77.2"}
	do := func(line string) error {
		words := strings.Fields(line)
		if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", line, err, bytes.TrimSpace(out))
		}
		return nil
	}
	t.Cleanup(func() {
		for _, n := range []string{h.client, h.server} {
			if err := do("ip netns del " + n); err != nil {
				t.Error(err)
			}
		}
	})
	for i, line := range []string{
		"ip netns add " + h.client,
		"ip netns add " + h.server,
		fmt.Sprintf("ip link add eth0 netns %s type veth peer name eth0 netns %s", h.client, h.server),
		fmt.Sprintf("ip -n %s addr add 10.213.77.1/24 dev eth0", h.client),
		fmt.Sprintf("ip -n %s addr add %s/24 dev eth0", h.server, h.address),
		fmt.Sprintf("ip -n %s link set eth0 up", h.client),
		fmt.Sprintf("ip -n %s link set eth0 up", h.server),
		fmt.Sprintf("ip -n %s link set lo up", h.client),
	} {
		err := do(line)
		if err != nil && i == 0 {
			t.Skipf("SKIPPED: no network namespaces here: %v", err)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	shape := fmt.Sprintf("tc -n %s qdisc add dev eth0 ", h.server)
	if err := do(shape + "root handle 1: tbf rate " + rate + " burst 256kb latency 50ms"); err != nil {
		t.Fatal(err)
	}
	return h, do(fmt.Sprintf("%sparent 1:1 netem limit 100000 delay %v", shape, delay)) == nil
}

// in is a command of ours in a namespace.
func in(namespace string, args ...string) *exec.Cmd {
	cmd := exec.Command("ip", append([]string{"netns", "exec", namespace, os.Args[0]}, args...)...)
	cmd.Env = append(os.Environ(), beProgram+"=1")
	return cmd
}

// TestTwoHosts proves the cause of a cell with the upstream on another host: the decoder over a link
// that is fast enough, and the link over one that is not. The cells are the story's with smaller
// bodies; CELL takes another, and BUDGET the time for it: 10m for placement=collector/window=32.
func TestTwoHosts(t *testing.T) {
	starts(t)
	needs(t, "go")
	if os.Getenv("TWO_HOSTS") == "" {
		t.Skip("SKIPPED: it makes network namespaces, and measures: TWO_HOSTS=1 runs it, alone")
	}
	for _, c := range []struct {
		rate, cell string
		want       verdict.Cause
	}{
		{"1gbit", "placement=collector/window=32/size=64KiB", verdict.Serialised},
		// Of the 64 responses of an op two windows would be left, and its two ends, in which the
		// link is not full, a quarter of it.
		{"100mbit", "placement=collector/window=32/size=64KiB/responses=256", verdict.NetworkBound},
	} {
		t.Run(c.rate, func(t *testing.T) {
			v := whyOver(t, c.rate, cmp.Or(os.Getenv("CELL"), c.cell), cmp.Or(os.Getenv("BUDGET"), "2m"))
			if len(v.Causes) == 0 || v.Causes[0] != c.want {
				t.Errorf("%q, want %s first: %s", v.Causes, c.want, v.Sentence)
			}
			t.Log(v.Sentence)
		})
	}
}

// whyOver is what why says of a cell whose upstream is 5 ms and a link of that rate away.
func whyOver(t *testing.T, rate, cell, budget string) verdict.Verdict {
	const delay = 5 * time.Millisecond
	hosts, delayed := newTwoHosts(t, rate, delay)
	args := []string{"mockserver", "--addr", hosts.address + ":8080"}
	if !delayed { // the upstream stands for the way to it
		args = append(args, "--latency", delay.String())
	}
	server := in(hosts.server, args...)
	told, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	ready := bufio.NewReader(told)
	if line, err := ready.ReadString('\n'); err != nil {
		t.Fatalf("the upstream says %q: %v", line, err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt)
		if err := server.Wait(); err != nil {
			t.Error(err)
		}
	})
	var errs bytes.Buffer
	client := in(hosts.client, "why", cell, "--budget", budget, "--upstream", "http://"+hosts.address+":8080", "--out", t.TempDir(), "--pairs", "4", "--json")
	client.Stderr = &errs
	out, err := client.Output()
	var v verdict.Verdict
	if json.Unmarshal(out, &v) != nil || err != nil {
		t.Fatalf("%v: %s%s", err, out, errs.String())
	}
	return v
}
