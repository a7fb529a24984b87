package report_test

import (
	"fmt"
	"log"
	"os"
	"strings"

	"collatebench/results"
	"collatebench/results/report"
)

func Example() {
	run, done := exampleRun()
	defer done()
	page, err := report.HTML(run, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Contains(string(page), "No round is complete yet."))
	// Output: true
}

// exampleRun makes the folder of a run that has just begun; done removes it.
func exampleRun() (run *results.Run, done func()) {
	dir, err := os.MkdirTemp("", "report")
	if err != nil {
		log.Fatal(err)
	}
	run, err = results.Create(dir, results.Info{
		Rounds: 2, Cells: []string{"codec=json/placement=collector/window=32/size=1MiB", "codec=json/placement=request/window=32/size=1MiB"},
	})
	if err != nil {
		log.Fatal(err)
	}
	return run, func() {
		_ = run.Close()
		_ = os.RemoveAll(dir)
	}
}
