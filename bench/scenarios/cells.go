package scenarios

import "collatebench/results/verdict"

// cells are the scenarios of why, each cause at two strengths at least. They
// differ in codec, encoding, protocol, size, window and delay, so that no constant fits
// them all. Behind the cause of each lie the cores, or the second cause that it names.
// Were there another limit of the same height in between, nobody could say which is the
// true one. The spans of each are narrow enough that this holds for all that a seed can
// draw from them: TestDrawnCellsKeepTheirCause computes it.
func cells() []Scenario {
	return []Scenario{
		small(one("placement=collector/window=32/size=512KiB", "window=24..48 size=384..1024KiB latency=5..12ms order=completion,request responses=64..96", verdict.Serialised)),
		one("placement=inline/window=8/size=256KiB/responses=128/latency=none", "codec=json,cbor window=8..16 size=192..512KiB responses=96..160", verdict.Serialised),
		one("codec=cbor/placement=collector/window=16/size=1MiB", "window=16..32 size=768..2048KiB latency=5..12ms", verdict.Serialised),
		one("placement=collector/window=32/size=256KiB/virtual-cores=8", "window=32..48 size=224..320KiB virtual-cores=6..8", verdict.Serialised),
		one("placement=collector/encoding=gzip/window=16/size=512KiB", "codec=json,cbor window=16..32 size=384..1024KiB latency=5..10ms", verdict.Serialised),
		one("placement=inline/encoding=zstd/window=16/size=512KiB/latency=5ms", "codec=json,cbor window=12..24 size=384..1024KiB latency=2..6ms", verdict.Serialised),
		one("placement=collector/order=request/window=24/size=512KiB/latency=uniform:5ms:15ms", "window=24..40 size=448..1024KiB latency=uniform:5ms:15ms,uniform:2ms:12ms", verdict.Serialised),
		one("placement=collector/protocol=h2c/window=16/size=512KiB", "window=16..32 size=384..768KiB latency=5..10ms", verdict.Serialised),
		captured(512, one("placement=collector/window=16", "body=320..768 window=16..32 latency=5..10ms", verdict.Serialised)),

		small(one("placement=request/window=16/size=1MiB/fetches=3/latency=50ms", "placement=request,pool,gated fetches=2..3 window=12..20 size=512..1024KiB latency=45..80ms", verdict.HiddenCap)),
		one("placement=pool/window=16/size=512KiB/fetches=4/latency=40ms", "fetches=3..4 window=16..24 size=256..448KiB latency=30..45ms", verdict.HiddenCap),
		one("placement=pool/window=32/size=256KiB/workers=3/virtual-cores=8", "window=32..48 workers=2..3 size=224..320KiB", verdict.HiddenCap),
		one("placement=gated/window=16/size=512KiB/workers=2/virtual-cores=4", "window=16..32 size=448..768KiB latency=5..10ms", verdict.HiddenCap),

		small(one("placement=request/window=16/size=1MiB/conns=3/latency=50ms", "placement=request,pool,gated conns=2..3 window=12..20 size=512..1024KiB latency=45..80ms", verdict.ConnectionPool)),
		one("codec=cbor/placement=gated/window=16/size=2MiB/conns=2/latency=30ms", "codec=cbor,proto window=12..20 size=768..1536KiB latency=35..60ms", verdict.ConnectionPool),
		one("placement=stream/window=16/size=512KiB/conns=2/latency=40ms", "conns=2..3 window=12..20 size=256..640KiB latency=40..80ms", verdict.ConnectionPool),

		small(one("placement=request/window=32/size=512KiB/queue=2/latency=20ms", "queue=1..2 window=16..24 size=256..640KiB latency=20..40ms", verdict.UpstreamQueueing)),
		one("placement=pool/window=16/size=512KiB/queue=1", "window=12..32 size=256..640KiB latency=10..20ms", verdict.UpstreamQueueing),
		one("codec=sonic/placement=request/window=16/size=2MiB/queue=1/latency=20ms", "codec=sonic,cbor,proto window=12..20 size=1024..2048KiB latency=20..40ms", verdict.UpstreamQueueing),
		one("placement=request/protocol=h2c/window=24/size=512KiB/queue=2/latency=20ms", "window=16..24 size=256..640KiB latency=20..40ms", verdict.UpstreamQueueing),

		small(one("placement=request/window=32/size=256KiB/bandwidth=20MiBps", "window=16..48 size=192..640KiB bandwidth=15..30MiBps", verdict.NetworkBound)),
		one("placement=pool/window=16/size=512KiB/bandwidth=30MiBps", "codec=json,cbor window=12..32 size=256..768KiB bandwidth=20..40MiBps", verdict.NetworkBound),
		one("placement=stream/window=32/size=256KiB/bandwidth=20MiBps", "window=16..48 size=192..640KiB bandwidth=15..30MiBps", verdict.NetworkBound),
		one("placement=request/encoding=gzip/window=24/size=512KiB/bandwidth=4MiBps", "window=16..32 size=256..768KiB bandwidth=2..4MiBps", verdict.NetworkBound),

		small(one("placement=request/window=2/size=256KiB/latency=50ms", "placement=request,pool codec=json,sonic,cbor,proto window=2..3 size=64..384KiB latency=40..100ms", verdict.WindowTooSmall)),
		one("codec=cbor/placement=pool/window=1/size=512KiB/responses=32/latency=20ms", "codec=json,cbor size=256..640KiB latency=20..50ms", verdict.WindowTooSmall),
		one("placement=gated/window=4/size=512KiB/latency=lognormal:100ms:150ms", "window=3..5 size=256..768KiB latency=lognormal:100ms:150ms,lognormal:70ms:110ms,uniform:60ms:140ms", verdict.WindowTooSmall),
		one("placement=pool/protocol=h2c/window=2/size=256KiB/latency=50ms", "window=2..3 size=64..384KiB latency=40..100ms", verdict.WindowTooSmall),
		one("placement=stream/encoding=gzip/window=2/size=256KiB/latency=60ms", "codec=json,cbor window=2..3 size=64..256KiB latency=60..100ms", verdict.WindowTooSmall),

		small(one("placement=request/window=128/size=128KiB/responses=512/gogc=5", "window=112..160 size=112..176KiB gogc=4..5", verdict.GCBound)),
		one("codec=cbor/placement=request/window=64/size=128KiB/responses=512/gogc=8", "window=64..96 size=112..176KiB gogc=6..8", verdict.GCBound),

		small(one("placement=request/window=32/size=512KiB", "placement=request,pool,gated window=24..48 size=384..1024KiB latency=5..12ms responses=64..128", verdict.CPUSaturated)),
		one("placement=pool/window=32/size=1MiB", "window=24..48 size=512..1536KiB latency=5..12ms", verdict.CPUSaturated),
		one("codec=cbor/placement=gated/window=16/size=2MiB", "codec=cbor,proto window=16..32 size=1024..2048KiB latency=5..12ms", verdict.CPUSaturated),
		one("placement=collector/window=32/size=256KiB/procs=1", "codec=json,cbor window=24..48 size=256..768KiB latency=5..12ms", verdict.CPUSaturated),
		one("placement=request/window=32/size=512KiB/procs=1", "placement=request,pool,gated window=24..48 size=256..1024KiB latency=5..12ms", verdict.CPUSaturated),
		one("placement=pool/window=32/size=256KiB/responses=256/virtual-cores=16", "window=32..48 size=224..320KiB latency=5..10ms", verdict.CPUSaturated),
		one("placement=request/order=request/window=32/size=512KiB", "placement=request,pool,gated window=24..48 size=384..1024KiB latency=5..12ms", verdict.CPUSaturated),
		one("placement=stream/window=32/size=512KiB", "window=24..48 size=384..1024KiB latency=5..12ms", verdict.CPUSaturated),
		one("placement=request/encoding=gzip/window=16/size=512KiB", "codec=json,cbor window=16..32 size=384..1024KiB latency=5..12ms", verdict.CPUSaturated),
		one("codec=cbor/placement=pool/encoding=zstd/window=24/size=1MiB", "codec=cbor,json window=16..32 size=512..1536KiB latency=5..12ms", verdict.CPUSaturated),
		one("placement=request/protocol=h2c/window=16/size=512KiB", "placement=request,pool window=16..32 size=384..768KiB latency=5..10ms", verdict.CPUSaturated),
		captured(512, one("placement=request/window=16", "placement=request,pool body=320..768 window=16..32 latency=5..10ms", verdict.CPUSaturated)),

		one("placement=collector/window=32/size=256KiB/queue=4/latency=15ms/virtual-cores=8", "window=28..40 size=240..288KiB latency=14..17ms", verdict.Serialised, verdict.UpstreamQueueing),
		one("placement=collector/window=32/size=256KiB/bandwidth=60MiBps/virtual-cores=8", "window=28..40 size=240..288KiB bandwidth=54..64MiBps", verdict.Serialised, verdict.NetworkBound),
		one("placement=inline/window=48/size=256KiB/responses=96/conns=6/latency=25ms/virtual-cores=8", "window=40..48 size=240..288KiB latency=24..28ms", verdict.Serialised, verdict.ConnectionPool),
		one("placement=collector/window=4/size=256KiB/latency=20ms/virtual-cores=8", "size=256..288KiB latency=17..20ms", verdict.Serialised, verdict.WindowTooSmall),
	}
}

func one(cell, vary string, causes ...verdict.Cause) Scenario {
	return Scenario{Command: Why, Cell: cell, Vary: vary, Causes: causes, Healthy: causes[0] == verdict.CPUSaturated}
}

func small(s Scenario) Scenario {
	s.Small = true
	return s
}

// captured gives a scenario bodies of a person's own, so many KiB each.
func captured(kib int, s Scenario) Scenario {
	s.Body = kib
	return s
}
