package outside_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A process of a test is this program again, in one of these roles. It says READY, and ends when
// its standard input does.
var roles = map[string]func(args []string) error{
	"wait":    func([]string) error { return nil },
	"connect": connect,
	"spin":    spin,
	"turns":   turns,
	"bursts":  bursts,
	"threads": threads,
	"fork":    fork,
	"exec": func([]string) error {
		return unix.Exec("/bin/sh", []string{"sh", "-c", "echo READY; read x"}, os.Environ())
	},
}

func TestMain(m *testing.M) {
	role := os.Getenv("OUTSIDE_TEST_ROLE")
	if role == "" {
		os.Exit(m.Run())
	}
	name, args, _ := strings.Cut(role, " ")
	if err := roles[name](strings.Fields(args)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("READY")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// start starts a process, and returns when it is ready.
func start(t *testing.T, role string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "OUTSIDE_TEST_ROLE="+role)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // of a process that was killed, or waited for in the test
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "READY" {
		t.Fatalf("%s: %q, %v", role, line, err)
	}
	return cmd
}

// connect makes connections to a server, and does with each what its letter says.
func connect(args []string) error {
	for _, what := range args[1:] {
		c, err := net.Dial("tcp", args[0])
		if err != nil {
			return err
		}
		if what == "unused" {
			kept = append(kept, c)
			continue
		}
		if _, err := io.WriteString(c, what+"\n"); err != nil {
			return err
		}
		go func() {
			switch what {
			case "read", "drip":
				_, _ = io.Copy(io.Discard, c)
			case "again": // asks, reads, asks
				in := bufio.NewReader(c)
				for {
					if _, err := in.ReadString('\n'); err != nil {
						return
					}
					if _, err := io.WriteString(c, what+"\n"); err != nil {
						return
					}
				}
			}
			runtime.KeepAlive(c)
		}()
		kept = append(kept, c)
	}
	return nil
}

var kept []net.Conn

// spin keeps threads busy.
func spin(args []string) error {
	n, err := strconv.Atoi(args[0])
	for range n {
		go func() {
			runtime.LockOSThread()
			for { //nolint:staticcheck // it is meant to use a core
				_ = time.Now()
			}
		}()
	}
	return err
}

// turns hands one piece of work round several threads.
func turns([]string) error {
	const n = 6
	var next [n]chan bool
	for i := range next {
		next[i] = make(chan bool)
	}
	for i := range next {
		go func() {
			runtime.LockOSThread()
			for range next[i] {
				for until := time.Now().Add(3 * time.Millisecond); time.Now().Before(until); {
				}
				next[(i+1)%n] <- true
			}
		}()
	}
	next[0] <- true
	return nil
}

// bursts keeps two threads busy at the same time, and then neither.
func bursts([]string) error {
	began := time.Now()
	for range 2 {
		go func() {
			runtime.LockOSThread()
			for i := 0; ; i++ {
				for time.Since(began) < time.Duration(i)*80*time.Millisecond+40*time.Millisecond {
				}
				time.Sleep(time.Until(began.Add(time.Duration(i+1) * 80 * time.Millisecond)))
			}
		}()
	}
	return nil
}

// threads starts threads that sleep.
func threads(args []string) error {
	debug.SetMaxThreads(50_000)
	n, err := strconv.Atoi(args[0])
	started := make(chan bool)
	for range n {
		go func() {
			runtime.LockOSThread()
			started <- true
			select {}
		}()
	}
	for range n {
		<-started
	}
	return err
}

// fork starts a process that spins.
func fork([]string) error {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "OUTSIDE_TEST_ROLE=spin 1")
	in, err := cmd.StdinPipe() // which ends with this process
	if err != nil {
		return err
	}
	keptIn = in
	return cmd.Start()
}

var keptIn io.Closer

// serve answers: "ask" never, "read" soon with a little, "unread" at once with much, "drip"
// with a byte now and then, and "again" with a line each time.
func serve(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go answer(c)
		}
	}()
	return l.Addr().String()
}

func answer(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		what, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch strings.TrimSpace(what) {
		case "read":
			time.Sleep(30 * time.Millisecond) // more than a tick of the kernel
			_, _ = io.WriteString(c, "yes")
		case "unread":
			_, _ = c.Write(make([]byte, 50_000))
		case "drip":
			for {
				if _, err := c.Write([]byte{1}); err != nil {
					return
				}
				time.Sleep(30 * time.Millisecond)
			}
		case "again":
			time.Sleep(100 * time.Millisecond)
			_, _ = io.WriteString(c, "line\n")
		}
	}
}
