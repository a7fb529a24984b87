package peers_test

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"collatebench/bench"
	"collatebench/bench/peers"
	"collatebench/mockserver/payload"
)

func TestDescribe(t *testing.T) {
	c, err := peers.Describe(t.Context(), []string{os.Args[0], "be-client", "none"})
	if err != nil {
		t.Fatal(err)
	}
	want := peers.Client{
		Name:    "tame",
		Command: []string{os.Args[0], "be-client", "none"},
		Listing: peers.Listing{
			Client: "tame", Runtime: "go",
			Codecs: []peers.Codec{{Name: payload.JSON, Library: "encoding/json"}, {Name: payload.Sonic, Library: "bytedance/sonic"}},
			Placements: []peers.Placement{
				{Name: "inline", Order: bench.Completion, About: "one goroutine reads and decodes"},
				{Name: "request", Order: bench.Completion, About: "each request's own goroutine decodes"},
				{Name: "ordered", Order: bench.RequestWise, About: "the same, collated in order"},
			},
		},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v; want %+v", c, want)
	}
}

// listing is a good one, but for what replaces old.
func listing(old, new string) string {
	good := `{"client": "tame", "runtime": "go", "codecs": [{"name": "json", "library": "l"}], "placements": [{"name": "inline", "order": "completion", "about": "a"}]}`
	if !strings.Contains(good, old) {
		panic(old)
	}
	return strings.Replace(good, old, new, 1)
}

func TestDescribeRefuses(t *testing.T) {
	for _, c := range []struct{ text, code, says string }{
		{listing(`"client": "tame", `, ``), "0", `no "client"`},
		{listing(`"client": "tame"`, `"client": "go"`), "0", `"go" is the name of this module's own`},
		{listing(`"client": "tame"`, `"client": "Tame"`), "0", `client: "Tame" is not lower-case`},
		{listing(`"client": "tame"`, `"client": "tame-2"`), "0", `"tame-2" ends in -digits`},
		{listing(`"runtime": "go", `, ``), "0", `no "runtime"`},
		{listing(`{"name": "json", "library": "l"}`, ``), "0", "no codecs"},
		{listing(`"json"`, `"json 5"`), "0", `codec: "json 5" is not`},
		{listing(`{"name": "inline", "order": "completion", "about": "a"}`, ``), "0", "no placements"},
		{listing(`"inline"`, `"inline-8"`), "0", `placement: "inline-8" ends in -digits`},
		{listing(`"name": "inline", `, ``), "0", `placement: "" is not`},
		{listing(`[{"name": "inline", `, `[{"name": "inline", "order": "request"}, {"name": "inline", `), "0", `"inline" is there twice`},
		{listing(`"completion"`, `"any"`), "0", `order "any" is not one of completion, request`},
		{listing(`, "order": "completion"`, ``), "0", `order "" is not`},
		{listing(`]}`, `]} x`), "0", "something follows the JSON object"},
		{listing(`{"client"`, `["client"`), "0", "not a JSON object"},
		{`[]`, "0", "not a JSON object"},
		{``, "0", "not a JSON object"},
		{listing(`go`, `go`), "3", "exit status 3: something is wrong"},
	} {
		_, err := peers.Describe(t.Context(), []string{os.Args[0], "say", c.text, c.code})
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), os.Args[0]) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60s: got %v; want one line that names the program, with %q", c.text, err, c.says)
		}
	}
}

func TestDescribeNeedsAProgram(t *testing.T) {
	for _, command := range [][]string{nil, {"./no-such-program"}, {"no-such-program", "x"}} {
		if _, err := peers.Describe(t.Context(), command); err == nil || !strings.Contains(err.Error(), strings.Join(command[:min(len(command), 1)], "")) {
			t.Errorf("%q: got %v", command, err)
		}
	}
}

func TestDescribeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := peers.Describe(ctx, []string{os.Args[0], "be-client", "none"}); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("got %v", err)
	}
}

// A client says itself what it is. This one, in shell, can do nothing else.
func ExampleDescribe() {
	c, err := peers.Describe(context.Background(), []string{"sh", "testdata/listing.sh"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range c.Placements {
		fmt.Printf("%s/%s collates in the order of %s: %s\n", c.Name, p.Name, p.Order, p.About)
	}
	// Output:
	// sh/pipe collates in the order of completion: one loop reads from a pipe and decodes
	// sh/in-turn collates in the order of request: the same, one after the other
}
