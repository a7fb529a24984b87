package main

import (
	"errors"
	"fmt"
	"net"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"collatebench/mockserver"
	"collatebench/mockserver/behaviour"
	"collatebench/mockserver/payload"
	"collatebench/mockserver/recording"
)

func mockserverCommand() *cobra.Command {
	var o mockserver.Options
	var addr, replay string
	var child bool
	c := &cobra.Command{
		Use:   "mockserver",
		Short: "Serve the upstream alone, in the foreground",
		Long: `Serves large payloads to any client: GET /v1/payload?codec=json&size=1MiB&id=7,
GET /v1/stats, POST /v1/epoch, GET /metrics, GET /readyz. HTTP/1.1 and h2c.

With --replay it serves what was recorded in their place (see collatebench record), or
any other HAR that was saved with its bodies: by method, path, query and body, equal
requests in turn, the nearest where only the query or the body differs, each as late
as it was. --latency says otherwise. The paths above give way to recorded ones, and
are always below /.collatebench too.`,
		Example: `  collatebench mockserver --addr 127.0.0.1:8080 --latency lognormal:10ms:80ms --queue 4
  curl -s 'http://127.0.0.1:8080/v1/payload?codec=json&size=64KiB&id=7' | head -c 300
  collatebench mockserver --faults 503:1%+reset:0.5%
  collatebench mockserver --replay api
  collatebench mockserver --replay api --latency 'recorded*2' --queue 4
  collatebench mockserver --replay browser.har --latency none`,
		Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("replay") {
				if err := openReplay(c, &o, replay); err != nil {
					return usageError{err}
				}
			}
			if _, recorded := o.Behaviour.Latency.Recorded(); recorded && o.Replay == nil {
				return usageError{fmt.Errorf("--latency %q: is of a recording, and none is served: give it with --replay", o.Behaviour.Latency)}
			}
			if len(o.Pass) > 0 && o.Replay == nil {
				return usageError{fmt.Errorf("--pass %q: has an effect only with --replay", o.Pass[0])}
			}
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
	sizeFlag(fs, &o.MaxMemory, "max-memory", "1GiB", "most bytes of all bodies kept or being made; a recording's must fit")
	fs.StringSliceVar(&o.Captured, "body", nil, "captured responses to serve for kind=captured: `file`[,file]")
	fs.StringVar(&replay, "replay", "", "serve the recording in this `folder`, or this file in HAR; then --latency is recorded unless it is given")
	passFlag(fs, &o.Pass)
	fs.BoolVar(&child, "child", false, "take a free port, print the address as one line of JSON, end when standard input closes")
	return c
}

// noReplay are the flags of made payloads.
var noReplay = []string{"max-size", "body"}

// openReplay reads the recording of --replay, and gives --latency its default with it.
func openReplay(c *cobra.Command, o *mockserver.Options, path string) error {
	for _, name := range noReplay {
		if c.Flags().Changed(name) {
			return fmt.Errorf("--%s %q: has no effect with --replay, which serves no payloads", name, c.Flag(name).Value)
		}
	}
	if path == "" {
		return errors.New("--replay \"\": not the folder of a recording, or a file in HAR")
	}
	var err error
	if o.Replay, err = recording.Open(path); err != nil {
		return fmt.Errorf("--replay %q: %w", path, err)
	}
	if !c.Flags().Changed("latency") {
		o.Behaviour.Latency, err = behaviour.ParseLatency("recorded")
	}
	return err
}

func passFlag(fs *pflag.FlagSet, to *[]string) {
	fs.StringArrayVar(to, "pass", nil, "with --replay: give requests whose path begins so to the upstream that was recorded, as /login; may be repeated: `prefix`")
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
		return usageError{err}
	}
	if o.Replay != nil {
		fmt.Fprintln(c.OutOrStdout(), s.Replayed())
	}
	fmt.Fprintf(c.OutOrStdout(), "serving on http://%s until Ctrl-C\n", l.Addr())
	return s.Serve(c.Context(), l)
}
