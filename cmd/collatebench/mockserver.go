package main

import (
	"fmt"
	"net"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"collatebench/mockserver"
	"collatebench/mockserver/behaviour"
	"collatebench/mockserver/payload"
)

func mockserverCommand() *cobra.Command {
	var o mockserver.Options
	var addr string
	var child bool
	c := &cobra.Command{
		Use:   "mockserver",
		Short: "Serve the upstream alone, in the foreground",
		Long: `Serves large payloads to any client: GET /v1/payload?codec=json&size=1MiB&id=7,
GET /v1/stats, POST /v1/epoch, GET /metrics, GET /readyz. HTTP/1.1 and h2c.`,
		Example: `  collatebench mockserver --addr 127.0.0.1:8080 --latency lognormal:10ms:80ms --queue 4
  curl -s 'http://127.0.0.1:8080/v1/payload?codec=json&size=64KiB&id=7' | head -c 300
  collatebench mockserver --faults 503:1%+reset:0.5%`,
		Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if child {
				return mockserver.Child(c.Context(), o, c.InOrStdin(), c.OutOrStdout())
			}
			return serveUpstream(c, o, addr)
		},
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.StringVar(&addr, "addr", "127.0.0.1:8080", "`address` to listen on; a port of 0 takes a free one")
	for _, k := range behaviour.Knobs() {
		parse := func(s string) (string, error) { return s, k.Set(&o.Behaviour, s) }
		show := func(string) string { return k.Get(o.Behaviour) }
		fs.Var(parsedFlag[string]{new(string), parse, show, "value"}, k.Name, k.Usage+": "+k.Allowed)
	}
	seedFlag(fs, &o.Seed, "seed of the payloads and of the random choices")
	sizeFlag(fs, &o.MaxSize, "max-size", "256MiB", "largest size that a request may ask for")
	sizeFlag(fs, &o.MaxMemory, "max-memory", "1GiB", "most bytes of all bodies kept or being made")
	fs.StringSliceVar(&o.Captured, "body", nil, "captured responses to serve for kind=captured: `file`[,file]")
	fs.BoolVar(&child, "child", false, "take a free port, print the address as one line of JSON, end when standard input closes")
	return c
}

func sizeFlag(fs *pflag.FlagSet, to *payload.Size, name, fallback, usage string) {
	*to, _ = payload.ParseSize(fallback)
	fs.Var(parsedFlag[payload.Size]{to, payload.ParseSize, payload.Size.String, "size"}, name, usage)
}

func serveUpstream(c *cobra.Command, o mockserver.Options, addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return usageError{fmt.Errorf("--addr %q: %w", addr, err)}
	}
	s, err := mockserver.New(o)
	if err != nil {
		l.Close()
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "serving on http://%s until Ctrl-C\n", l.Addr())
	return s.Serve(c.Context(), l)
}
