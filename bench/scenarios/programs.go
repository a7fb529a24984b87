package scenarios

// programVariants says what a seed may change of each program that programs.json
// lists, by its title. On two cores the limit that the program was built with stays
// the lowest.
var programVariants = map[string]string{
	"mutex -procs=2 -size=1MiB -window=16":                               "-size=512..2048KiB -window=8..32",
	"mutex -procs=2 -size=256KiB -window=8 -delay=15ms":                  "-size=256..384KiB -window=8..12 -delay=10..15ms",
	"pipeline -procs=2 -size=1MiB -window=16":                            "-size=512..2048KiB -window=8..32",
	"pipeline -procs=2 -size=128KiB -window=64 -delay=40ms":              "-size=128..256KiB -window=48..64 -delay=20..40ms",
	"loop -procs=2 -size=1MiB -window=16":                                "-size=512..2048KiB -window=8..32",
	"loop -procs=2 -size=4MiB -window=4":                                 "-size=2048..4096KiB -window=4..6",
	"gzip -procs=2 -size=2MiB -window=32":                                "-size=1024..4096KiB -window=16..48",
	"gzip -procs=2 -size=8MiB -window=6 -delay=30ms":                     "-size=6144..8192KiB -window=6..10 -delay=15..30ms",
	"semaphore -procs=2 -permits=3 -window=32 -delay=50ms -size=64KiB":   "-permits=3..5 -window=24..48 -delay=40..80ms -size=32..96KiB",
	"semaphore -procs=2 -permits=8 -window=24 -delay=120ms -size=256KiB": "-permits=6..8 -window=24..32 -delay=100..150ms -size=128..256KiB",
	"workers -procs=2 -workers=6 -window=24 -delay=30ms -size=256KiB":    "-workers=4..6 -window=24..32 -delay=30..50ms -size=128..256KiB",
	"workers -procs=2 -workers=2 -window=8 -delay=80ms -size=1MiB":       "-workers=2..3 -window=8..12 -delay=60..100ms -size=512..1024KiB",
	"conns -procs=2 -conns=2 -window=32 -delay=40ms -size=64KiB":         "-conns=2..3 -window=24..48 -delay=30..60ms -size=32..96KiB",
	"conns -procs=2 -conns=6 -window=16 -delay=100ms -size=128KiB":       "-conns=4..6 -window=16..24 -delay=80..120ms -size=64..128KiB",
	"streams -procs=2 -streams=4 -window=32 -delay=40ms -size=64KiB":     "-streams=3..5 -window=24..48 -delay=40..60ms -size=32..64KiB",
	"streams -procs=2 -streams=10 -window=24 -delay=100ms -size=128KiB":  "-streams=8..10 -window=24..32 -delay=80..120ms -size=64..128KiB",
	"dials -procs=2 -window=32 -size=8KiB":                               "-window=24..48 -size=4..8KiB",
	"dials -procs=2 -window=12 -size=16KiB -delay=1ms":                   "-window=12..24 -size=8..16KiB",
	"gc -procs=2 -gogc=8 -keep=64 -size=256KiB -window=16":               "-gogc=6..8 -keep=64..96 -window=12..24",
	"gc -procs=2 -gogc=16 -keep=24 -size=1MiB -window=8":                 "-gogc=12..16 -keep=24..32 -window=8..12",
	"gc -procs=2 -limit=64MiB -keep=64 -size=256KiB -window=16":          "-window=12..24",
	"errgroup -procs=2 -size=1MiB -window=16":                            "-size=512..2048KiB -window=12..32",
	"errgroup -procs=2 -size=128KiB -window=64 -delay=20ms":              "-size=128..256KiB -window=48..64 -delay=10..20ms",
	"errgroup -procs=2 -size=4MiB -window=6 -delay=10ms":                 "-size=2048..4096KiB -window=6..12 -delay=5..10ms",
	"errgroup -procs=1 -size=512KiB -window=8":                           "-size=256..1024KiB -window=6..16",
	"mutex -procs=1 -size=1MiB -window=16":                               "-size=512..2048KiB -window=8..32",
	"loop -procs=1 -size=256KiB -window=4":                               "-size=256..1024KiB -window=4..8",
	"errgroup -procs=2 -size=64KiB -window=4 -delay=200ms":               "-size=32..96KiB -window=3..5 -delay=150..250ms",
	"errgroup -procs=2 -size=512KiB -window=4 -delay=60ms":               "-size=256..512KiB -window=3..4 -delay=60..90ms",
	"errgroup -procs=2 -size=512KiB -window=16 -bandwidth=6MiB":          "-size=256..768KiB -window=12..24 -bandwidth=5..8MiB",
	"errgroup -procs=2 -size=1MiB -window=24 -bandwidth=20MiB":           "-size=768..1536KiB -window=16..32 -bandwidth=15..20MiB",
}
