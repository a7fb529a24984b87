#!/usr/bin/env bash
# Records an execution trace of 1 GB, at under 20 MB a second, reads it, and
# prints the most memory that the reading held. It takes two minutes and the
# room for the trace in TMPDIR. MB=100 scripts/trace-memory.sh is the short form.
set -euo pipefail
cd "$(dirname "$0")/.."
DIAGNOSE_TEST_BYTES=$((${MB:-1000} * 1000000)) \
	go test -run '^$' -bench '^BenchmarkLong$' -benchtime 1x -timeout 10m ./profiles/diagnose
