#!/usr/bin/env bash
# Runs small cells for as long as asked: a run of many rounds, and beside it short runs one
# after the other, all against one upstream. Looks at the resident memory and the open
# descriptors of the upstream and of the long run's runner each second. Fails if the median
# of the last third is above that of the first by more than the slack: a tenth and 8 MiB of
# memory, or 4 descriptors. A runner keeps its samples, some 3 KiB each, so that the long one
# can exceed that: it did in an hour of 10,561 samples.
#   scripts/run-soak.sh [MINUTES]      60 by default; 0.5 is the least
set -euo pipefail
cd "$(dirname "$0")/.."

minutes=${1:-60}
export COLLATEBENCH_GUARD=off # runs beside one another are meant
work=$(mktemp -d)
upstream='' long=''
# shellcheck disable=SC2317 # the trap calls it
clean() {
	touch "$work/stop" # of the short runs
	for pid in $long $upstream; do kill "$pid" 2>/dev/null || true; done
	wait
	rm -rf "$work"
}
trap clean EXIT
fail() {
	echo "run-soak: $*" >&2
	exit 1
}

go build -o "$work/collatebench" ./cmd/collatebench
"$work/collatebench" mockserver --addr 127.0.0.1:0 >"$work/upstream.txt" 2>&1 &
upstream=$!
for _ in $(seq 100); do
	url=$(grep -o 'http://127[0-9.:]*' "$work/upstream.txt" | head -n 1) && break
	sleep 0.1
done
[ -n "$url" ] || fail "the upstream did not start: $(cat "$work/upstream.txt")"

small=("$work/collatebench" bench --upstream "$url" --placement 'collector,request' --window 4 --size 64KiB
	--responses 16 --ops 2 --procs 1 --profile=none --out "$work/runs")
"${small[@]}" --rounds 1000000 --label long >"$work/long.txt" 2>&1 &
long=$!

# watch notes the resident memory, KiB, and the number of open descriptors of a process.
watch() {
	echo "$(awk '/^VmRSS/ { print $2 }' "/proc/$1/status") $(find "/proc/$1/fd" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" >>"$2"
}

while [ ! -e "$work/stop" ]; do
	"${small[@]}" --rounds 1 --label short >"$work/short.txt" 2>&1 || { mv "$work/short.txt" "$work/failed.txt"; break; }
	rm -rf "$work"/runs/*-short*
	echo >>"$work/runs-done"
done &
until [ -e "$work/runs-done" ] || [ -e "$work/failed.txt" ]; do sleep 1; done # both have begun by then
end=$((SECONDS + $(awk -v m="$minutes" 'BEGIN { printf "%d", m * 60 }')))
while [ "$SECONDS" -lt "$end" ]; do
	[ ! -e "$work/failed.txt" ] || fail "a short run: $(cat "$work/failed.txt")"
	kill -0 "$long" 2>/dev/null || fail "the long run: $(cat "$work/long.txt")"
	watch "$upstream" "$work/upstream"
	watch "$long" "$work/runner"
	sleep 1
done
runs=$(wc -l <"$work/runs-done")
rounds=$(grep -c . "$work"/runs/*-long/samples.jsonl)

# median of a column of lines from a file: FILE COLUMN FIRST LAST
median() { sed -n "$3,$4p" "$1" | cut -d ' ' -f "$2" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

bad=0
for process in upstream runner; do
	n=$(wc -l <"$work/$process")
	third=$((n / 3))
	[ "$third" -ge 5 ] || fail "too short: $n looks"
	for what in 'memory 1' 'descriptors 2'; do
		read -r name column <<<"$what"
		before=$(median "$work/$process" "$column" 1 "$third")
		after=$(median "$work/$process" "$column" "$((n - third + 1))" "$n")
		slack=4 unit=''
		if [ "$name" = memory ]; then slack=$((before / 10 + 8192)) unit=' KiB'; fi
		echo "$process: $name $before$unit in the first third, $after$unit in the last"
		if [ "$after" -gt $((before + slack)) ]; then
			echo "run-soak: the $name of the $process grows" >&2
			bad=1
		fi
	done
done
echo "run-soak: $minutes min, $runs short runs, $rounds samples of the long one"
exit $bad
