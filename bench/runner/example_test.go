package runner_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"collatebench/bench/runner"
)

func Example() {
	out, err := os.MkdirTemp("", "runs-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(out)
	o := runner.Options{Out: out, Self: []string{os.Args[0], "mockserver"}} // this program can be the upstream
	for name, list := range map[string]string{"placement": "collector,request", "window": "4", "size": "16KiB", "procs": "1"} {
		if err := o.Matrix.Set(name, list); err != nil {
			log.Fatal(err)
		}
	}
	run, err := runner.Start(context.Background(), o)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("The run is", run.Info().State)
	for _, cell := range run.Info().Cells {
		fmt.Println(cell)
	}
	// Output:
	// The run is complete
	// codec=json/placement=collector/window=4/size=16KiB
	// codec=json/placement=request/window=4/size=16KiB
	// codec=json/placement=collector/window=4/size=16KiB/aa=b
	// codec=json/placement=request/window=4/size=16KiB/aa=b
}
