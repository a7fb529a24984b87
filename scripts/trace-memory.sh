#!/usr/bin/env bash
# Records an execution trace of 1 GB, at less than 20 MB a second, reads it, and
# prints the peak memory of the reading. It takes two minutes, and space for the trace
# in TMPDIR. MB=100 scripts/trace-memory.sh records 100 MB.
set -euo pipefail
cd "$(dirname "$0")/.."
DIAGNOSE_TEST_BYTES=$((${MB:-1000} * 1000000)) \
	go test -run '^$' -bench '^BenchmarkLong$' -benchtime 1x -timeout 10m ./profiles/diagnose
