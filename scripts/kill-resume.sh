#!/usr/bin/env bash
# Kills a run with SIGKILL at a random moment and resumes it. Checks that only the
# sample in work was lost, that no sample was taken twice, that bench.txt parses, and
# that no process is left.
#   scripts/kill-resume.sh [TRIALS]      20 by default
set -euo pipefail
cd "$(dirname "$0")/.."

trials=${1:-20}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/collatebench" ./cmd/collatebench

fail() {
	echo "kill-resume: trial $trial: $*" >&2
	exit 1
}

# children lists the processes whose command line contains this folder or the run's
# own binary.
children() { pgrep -f "$work/collatebench|$work/tmp/collatebench-" || true; }

mkdir "$work/tmp"
export TMPDIR=$work/tmp
export COLLATEBENCH_GUARD=off # what is measured does not matter

for trial in $(seq "$trials"); do
	out=$work/runs-$trial
	"$work/collatebench" bench --placement collector,request --window 1,4 --size 64KiB --responses 16 \
		--procs 1 --rounds 3 --seed "$trial" --out "$out" >"$work/first.txt" 2>&1 &
	pid=$!
	while ! ls "$out"/*/run.json >/dev/null 2>&1; do
		kill -0 "$pid" 2>/dev/null || fail "ended before its folder was made: $(cat "$work/first.txt")"
		sleep 0.05
	done
	sleep "$((RANDOM % 4)).$((RANDOM % 1000))"
	kill -KILL "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
	run=$(echo "$out"/2*)
	touch "$run/samples.jsonl"
	# A whole line ends in a newline; a torn last line is the sample in work.
	cp "$run/samples.jsonl" "$work/before"
	whole=$(wc -l <"$work/before")
	for _ in $(seq 100); do [ -z "$(children)" ] && break; sleep 0.1; done
	[ -z "$(children)" ] || fail "left behind: $(pgrep -af "$work" || true)"
	[ ! -e "$run/bench.txt" ] || go tool benchstat "$run/bench.txt" >/dev/null 2>"$work/said"

	state=$(sed -n 's/^  "state": "\(.*\)",$/\1/p' "$run/run.json")
	if [ "$state" = complete ]; then
		echo "trial $trial: was complete before the kill"
		continue
	fi
	"$work/collatebench" bench --resume "$(basename "$run")" --out "$out" >"$work/second.txt" 2>&1 ||
		fail "resume: $(cat "$work/second.txt")"
	head -n "$whole" "$run/samples.jsonl" | cmp -s - <(head -n "$whole" "$work/before") || fail "a sample was lost"
	twice=$(grep -o '"cell":"[^"]*","round":[0-9]*,"attempt":[0-9]*' "$run/samples.jsonl" | sort | uniq -d)
	[ -z "$twice" ] || fail "taken twice: $twice"
	rows=$(grep -c '^Benchmark' "$run/bench.txt")
	[ "$rows" -eq $((3 * 6)) ] || fail "bench.txt has $rows rows, not 18"
	go tool benchstat "$run/bench.txt" >"$work/table" 2>"$work/said"
	grep -q 'B/s' "$work/table" || fail "benchstat: $(cat "$work/said")"
	echo "trial $trial: killed at $whole samples, resumed to $(wc -l <"$run/samples.jsonl")"
done
echo "kill-resume: $trials trials good"
