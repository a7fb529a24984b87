#!/usr/bin/env bash
# Runs a window of 1024 bodies of 1 MiB in every placement, and checks that the
# client's peak memory is at most window x (body + decoded) + 200 MB, where decoded is
# the measured size of a body's values.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/collatebench" ./cmd/collatebench
"$work/collatebench" bench --placement all --window 1024 --responses 2048 --procs all \
	--rounds 1 --profile=false --out "$work/runs"
decoded=$(go test -run '^$' -bench 'DecodedSize/codec=json$' -benchtime 3x ./mockserver/payload |
	awk '/^Benchmark/ { for (i = 1; i <= NF; i++) if ($i == "decoded-MB") print $(i - 1) }')
limit=$(awk -v d="$decoded" 'BEGIN { printf "%d", 1024 * ((2 ^ 20) + d * 1e6) + 200e6 }')
echo "decoded: $decoded MB"
sed -n 's/.*"cell":"\([^"]*\)".*"max_rss_bytes":\([0-9]*\).*/\2 \1/p' "$work/runs/latest/samples.jsonl" |
	awk -v limit="$limit" '
		{ printf "%6.0f MB  %s\n", $1 / 1e6, $2; if ($1 > limit) over = 1 }
		END { printf "%6.0f MB  is the limit\n", limit / 1e6; exit over }'
