#!/usr/bin/env bash
# Holds the gate of compare to what it says of itself. A/A: a version against itself must not fail.
# Power: a version that is slower by a known share must.
#   scripts/gate-control.sh [GATES] [LOSS] [LOAD]
# GATES is 20 by default, LOSS the percentage of throughput that the new version loses (0 for A/A),
# LOAD=load runs a busy process for the first half of every second gate. In the environment:
#   BUDGET=60     seconds that a gate may take
#   MARGIN=5%     --fail-over of the gate
#   SEED=1        of the first gate, the others count on
#   FORM=pairs    runs both versions in one run (compare --binary); FORM=runs two runs, one after the
#                 other, of half the time each
# On a machine of many cores several at once, each on its own core (taskset -c 1 scripts/...), are
# faster than one, and each has what one core gives.
set -euo pipefail
cd "$(dirname "$0")/.."

gates=${1:-20} loss=${2:-0} load=${3:-}
margin=${MARGIN:-5%} budget=${BUDGET:-60} first=${SEED:-1} form=${FORM:-pairs}
# One goroutine does all, and nothing is hidden behind the upstream's latency: what the spin below takes
# is what the cell loses.
cell=(--placement inline --window 1 --size 64KiB --latency none --procs 1 --responses 16 --ops 4)
work=$(mktemp -d)
busy=
trap '[ -z "$busy" ] || kill "$busy" 2>/dev/null; rm -rf "$work"' EXIT
go build -o "$work/collatebench" ./cmd/collatebench
# The change is made in a copy of the module; the working tree is never touched.
mkdir "$work/module"
git ls-files -z | xargs -0 cp --parents -t "$work/module"
go test -c -o "$work/old.test" ./bench
cp "$work/old.test" "$work/new.test"
if [ "$loss" != 0 ]; then
	cat >"$work/module/bench/slower.go" <<-GO
		package bench

		import "time"

		var slowed time.Time

		// slower spins for a share of the time since it last did.
		func slower() {
			now := time.Now()
			if took := now.Sub(slowed); took < 100*time.Millisecond {
				for end := now.Add(took * $loss / (100 - $loss)); time.Now().Before(end); {
				}
			}
			slowed = time.Now()
		}
	GO
	sed -i 's|^\(func (c \*collation\[T\]) decode(.*{\)$|\1\n\tdefer slower()|' "$work/module/bench/item.go"
	grep -q 'defer slower' "$work/module/bench/item.go" || { echo "gate-control: nowhere to spin in bench/item.go" >&2; exit 1; }
	(cd "$work/module" && go test -c -o "$work/new.test" ./bench)
fi

# gate runs a gate. Its exit code is that of compare.
gate() {
	case $form in
	pairs)
		"$work/collatebench" compare --binary "$work/old.test" --binary "$work/new.test" --fail-over "$margin" --budget "${budget}s" \
			"${cell[@]}" --seed "$1" --out "$work/runs" --format csv
		;;
	runs)
		for side in old new; do
			[ "$side" = old ] && source=. || source=$work/module
			"$work/collatebench" bench --source "$source" --rounds 1000 --budget "$((budget / 2))s" --profile=none \
				"${cell[@]}" --seed "$1" --label "$side" --out "$work/runs" >"$work/run.txt" || return 1
		done
		"$work/collatebench" compare old new --fail-over "$margin" --out "$work/runs" --format csv
		;;
	esac
}

export COLLATEBENCH_GUARD=off # the load is meant
declare -A count=([0]=0 [3]=0 [4]=0)
intervals=0 covered=0
for i in $(seq "$first" $((first + gates - 1))); do
	if [ "$load" = load ] && [ $((i % 2)) = 0 ]; then
		timeout "$((budget / 2))" sh -c 'while :; do :; done' &
		busy=$!
	fi
	code=0
	rm -rf "$work/runs"
	gate "$i" >"$work/out.csv" 2>"$work/err.txt" || code=$?
	if [ -n "$busy" ]; then
		kill "$busy" 2>/dev/null || true
		wait "$busy" || true
		busy=
	fi
	[ -n "${count[$code]+x}" ] || { cat "$work/err.txt" >&2; exit 1; }
	count[$code]=$((count[$code] + 1))
	if [ "$form" = runs ]; then
		echo "gate $i: exit code $code: $(grep '^gate' "$work/out.csv" || tail -n 1 "$work/out.csv")"
		continue
	fi
	# The columns are the cell, old, new, then the ratio and the A/A control with their intervals, differs, gate.
	# A control is an interval of one version against itself too, whatever the new one loses.
	read -r all hold < <(awk -F, -v loss="$loss" 'NR > 1 {
		if ($9 != "") { all++; truth = 1 - loss / 100; hold += $9 <= truth && truth <= $10 }
		if ($12 != "") { all++; hold += $12 <= 1 && 1 <= $13 }
	} END { print all + 0, hold + 0 }' "$work/out.csv")
	intervals=$((intervals + all)) covered=$((covered + hold))
	awk -F, -v gate="$i" 'NR > 1 { printf "gate %d: %s: %.4s (%.4s-%.4s), A/A %.4s (%.4s-%.4s): %s\n", gate, $1, $8, $9, $10, $11, $12, $13, $15 }' "$work/out.csv"
done
said="of $gates gates of $margin at a loss of $loss% ${count[0]} passed, ${count[3]} failed, ${count[4]} could not tell"
[ "$form" = runs ] || said+="; of $intervals intervals of 95% $covered have the true ratio in them"
echo "gate-control: $said"
