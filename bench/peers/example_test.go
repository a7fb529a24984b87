package peers_test

import (
	"context"
	"fmt"

	"collatebench/bench/peers"
)

// Any program can join: it says what it is, and its variants are chosen from
// that.
func Example() {
	client, err := peers.Describe(context.Background(), []string{"sh", "testdata/listing.sh"})
	if err != nil {
		fmt.Println(err)
		return
	}
	team := peers.Team{Clients: []peers.Client{client}}
	chosen, err := peers.Choose(team.Variants(), nil, []string{"pipe"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range chosen {
		fmt.Printf("client %s, codec %s, placement %s\n", v.Client, v.Codec, v.Placement)
	}
	// Output:
	// client sh, codec json, placement pipe
}
