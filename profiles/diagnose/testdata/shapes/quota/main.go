// A decoder with two cores by GOMAXPROCS, and a CPU quota of 0.8: the kernel
// stops it for the rest of each period (golang/go#33803, kumahq/kuma#7982).
// The quota is played by a parent that stops and continues this process.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"shapes/rig"
)

var workers = flag.Int("workers", 6, "orders at a time")

// throttle gives the process 40 ms of each 100 on its two cores.
func throttle() {
	pid, _ := strconv.Atoi(os.Getenv("SHAPES_THROTTLE"))
	for {
		time.Sleep(40 * time.Millisecond)
		if syscall.Kill(pid, syscall.SIGSTOP) != nil || os.Getppid() != pid {
			syscall.Kill(pid, syscall.SIGCONT)
			return
		}
		time.Sleep(60 * time.Millisecond)
		syscall.Kill(pid, syscall.SIGCONT)
	}
}

type order struct {
	ID    int
	Items []struct {
		SKU string
		Qty int
	}
}

func handle(body []byte) {
	var o order
	if err := json.Unmarshal(body, &o); err != nil {
		panic(err)
	}
	rig.Done(1)
}

func main() {
	if os.Getenv("SHAPES_THROTTLE") != "" {
		throttle()
		return
	}
	rig.Parse()
	if !rig.Fixed() {
		c := exec.Command("/proc/self/exe")
		c.Env = append(os.Environ(), fmt.Sprint("SHAPES_THROTTLE=", os.Getpid()))
		if err := c.Start(); err != nil {
			panic(err)
		}
	}
	var o order
	o.Items = make([]struct {
		SKU string
		Qty int
	}, 200)
	for i := range o.Items {
		o.Items[i].SKU, o.Items[i].Qty = fmt.Sprint("sku-", i), i
	}
	body, _ := json.Marshal(o)
	for range *workers {
		go func() {
			for {
				handle(body)
			}
		}()
	}
	rig.Measure()
}
