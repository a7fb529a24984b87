// Records are written to the standard input of a gzip that compresses as well as it can: all
// of them go through that one process, at its pace (gobackup/gobackup#47,
// itbm/postgresql-backup-s3#15).
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"time"

	"shapes/rig"
)

type event struct {
	ID      uint64    `json:"id"`
	Time    time.Time `json:"time"`
	Host    string    `json:"host"`
	Path    string    `json:"path"`
	Status  int       `json:"status"`
	Elapsed float64   `json:"elapsed"`
	Agent   string    `json:"agent"`
}

func newEvent() event {
	return event{
		ID:      rand.Uint64(),
		Time:    time.Now(),
		Host:    fmt.Sprintf("web-%02d.example.org", rand.IntN(40)),
		Path:    fmt.Sprintf("/accounts/%d/invoices/%d", rand.IntN(9000), rand.IntN(100000)),
		Status:  200 + rand.IntN(5),
		Elapsed: rand.Float64(),
		Agent:   "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
	}
}

// export makes pages of lines from events.
func export(pages chan<- []byte) {
	for {
		var page []byte
		for range 100 {
			line, err := json.Marshal(newEvent())
			if err != nil {
				panic(err)
			}
			page = append(append(page, line...), '\n')
		}
		pages <- page
	}
}

type archive struct {
	cmd *exec.Cmd
	w   *bufio.Writer
}

func openArchive(level string) (*archive, error) {
	cmd := exec.Command("gzip", "-c", level)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return &archive{cmd, bufio.NewWriterSize(in, 64<<10)}, cmd.Start()
}

func (a *archive) store(pages <-chan []byte) {
	for page := range pages {
		if _, err := a.w.Write(page); err != nil {
			panic(err)
		}
		rig.Done(1)
	}
}

func main() {
	rig.Parse()
	level := "-9"
	if rig.Fixed() {
		level = "-1"
	}
	a, err := openArchive(level)
	rig.Must(err)
	pages := make(chan []byte, 16)
	for range 4 {
		go export(pages)
	}
	go a.store(pages)
	rig.Measure()
}
