// Package peers builds and checks the clients in other languages, and chooses
// which of their variants are compared.
//
//	client, err := peers.Describe(context.Background(), []string{"sh", "testdata/listing.sh"})
//	if err != nil {
//		fmt.Println(err)
//		return
//	}
//	team := peers.Team{Clients: []peers.Client{client}}
//	chosen, err := peers.Choose(team.Variants(), nil, []string{"pipe"})
//	if err != nil {
//		fmt.Println(err)
//		return
//	}
//	for _, v := range chosen {
//		fmt.Printf("client %s, codec %s, placement %s\n", v.Client, v.Codec, v.Placement)
//	}
//
// A client keeps a window of requests in flight against the mock upstream,
// decodes and checks each response in the way of its placement, measures itself
// and prints one line in Go's benchmark format:
//
//	client --upstream http://127.0.0.1:8080 --cell NAME --responses 64 --ops 1 [--results]
//	client --list
//	client --help
//
// [Describe] asks any program what it is, a [Kit] builds one whose source is
// here, [Assemble] makes a [Team] of them and of Go's, and [Check] holds a
// client to the rules of [Rules]. The package does not know how samples are
// taken, or what figures mean.
package peers

import (
	"collatebench/bench"
	"collatebench/mockserver/payload"
)

// A Client is a program that keeps the contract, or claims to.
type Client struct {
	Name bench.ClientName
	// Command is the program, by an absolute path, and its leading arguments.
	Command []string
	Listing
}

// A Listing is what a client says of itself, the JSON of --list.
type Listing struct {
	Client     bench.ClientName `json:"client"`
	Runtime    string           `json:"runtime"` // its language and its libraries, in its own words
	Codecs     []Codec          `json:"codecs"`
	Placements []Placement      `json:"placements"`
}

// A Codec is a way to decode, under the client's own name for it. Whatever the
// library, the client asks the upstream for json.
type Codec struct {
	Name    payload.Codec `json:"name"`
	Library string        `json:"library"`
}

// A Placement is an idiom of the client's language: who decodes.
type Placement struct {
	Name  bench.Placement `json:"name"`
	Order bench.Order     `json:"order"` // of the results
	About string          `json:"about"` // one line: who decodes
}
