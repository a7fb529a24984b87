#!/usr/bin/env bash
# Runs a small matrix several times and counts how often the second A/A control lies
# within the noise floor that the first one sets.
#   scripts/aa-control.sh [RUNS]      10 by default; each takes about half a minute
set -euo pipefail
cd "$(dirname "$0")/.."

runs=${1:-10}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/collatebench" ./cmd/collatebench
within=0
for i in $(seq "$runs"); do
	"$work/collatebench" bench --placement collector,request --window 32 --size 256KiB --procs all \
		--rounds 6 --seed "$i" --profile=false --wait 10m --out "$work/runs" >"$work/table.txt" 2>"$work/err.txt" ||
		{ cat "$work/err.txt" >&2; exit 1; }
	grep -A1 '^noise floor' "$work/table.txt"
	if grep -q '"within": true' "$work/runs/latest/run.json"; then within=$((within + 1)); fi
done
echo "aa-control: the second was within the floor of the first in $within of $runs runs"
[ $((within * 10)) -ge $((runs * 9)) ]
