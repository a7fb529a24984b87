package behaviour_test

import (
	"fmt"
	"log"

	"collatebench/mockserver/behaviour"
)

func Example() {
	latency, err := behaviour.ParseLatency("uniform:5ms:15ms")
	if err != nil {
		log.Fatal(err)
	}
	spec := behaviour.Spec{Latency: latency, Queue: 4}
	for _, k := range behaviour.Knobs() {
		fmt.Println(k.Name, k.Get(spec))
	}
	fmt.Println(latency.Draw(.25, 0), latency.Draw(.5, 0)) // for two numbers from 0 to 1
	// Output:
	// latency uniform:5ms:15ms
	// queue 4
	// bandwidth none
	// connbandwidth none
	// faults none
	// 7.5ms 10ms
}
