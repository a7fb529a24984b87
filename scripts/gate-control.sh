#!/usr/bin/env bash
# Holds the gate of compare --binary to what it says of itself. A/A: a version against itself must
# not fail. Power: a version that spins for a known share of each response's time must.
#   scripts/gate-control.sh [GATES] [LOSS] [LOAD]
# GATES is 20 by default, LOSS the percentage that the new version is slower (0 for A/A), LOAD=load
# runs a busy process for half of the time. Each gate takes up to BUDGET (1m); CELLS are flags of compare.
set -euo pipefail
cd "$(dirname "$0")/.."

gates=${1:-20} loss=${2:-0} load=${3:-}
margin=${MARGIN:-5%} budget=${BUDGET:-1m}
read -ra cells <<<"${CELLS:---placement request --window 4 --size 64KiB --procs all}"
work=$(mktemp -d)
busy=
trap '[ -z "$busy" ] || kill "$busy"; rm -rf "$work"' EXIT
go build -o "$work/collatebench" ./cmd/collatebench
go test -c -o "$work/old.test" ./bench
cp "$work/old.test" "$work/new.test"
if [ "$loss" != 0 ]; then
	# The change is made in a copy of the module; the working tree is never touched.
	mkdir "$work/module"
	git ls-files -z | xargs -0 cp --parents -t "$work/module"
	cat >"$work/module/bench/slower.go" <<-GO
		package bench

		import "time"

		// slower spins for a share of the time that work took.
		func slower(began time.Time) {
			for end := time.Now().Add(time.Since(began) * $loss / (100 - $loss)); time.Now().Before(end); {
			}
		}
	GO
	sed -i 's|^\(func (c \*collation\[T\]) decode(.*{\)$|\1\n\tdefer slower(time.Now())|' "$work/module/bench/item.go"
	grep -q 'defer slower' "$work/module/bench/item.go" || { echo "gate-control: nowhere to spin in bench/item.go" >&2; exit 1; }
	(cd "$work/module" && go test -c -o "$work/new.test" ./bench)
fi
export COLLATEBENCH_GUARD=off # the load is meant
declare -A count=([0]=0 [3]=0 [4]=0)
intervals=0 covered=0
for i in $(seq "$gates"); do
	if [ "$load" = load ] && [ $((i % 2)) = 0 ]; then
		timeout 20 sh -c 'while :; do :; done' &
		busy=$!
	fi
	code=0
	"$work/collatebench" compare --binary "$work/old.test" --binary "$work/new.test" --fail-over "$margin" --budget "$budget" \
		"${cells[@]}" --seed "$i" --out "$work/runs" --format csv >"$work/out.csv" 2>"$work/err.txt" || code=$?
	[ -z "$busy" ] || { wait "$busy" || true; busy=; }
	[ -n "${count[$code]+x}" ] || { cat "$work/err.txt" >&2; exit 1; }
	count[$code]=$((count[$code] + 1))
	# The columns are the cell, old, new, then the ratio and the A/A control with their intervals, differs, gate.
	# A control is an interval of one version against itself too, whatever the new one loses.
	read -r all hold < <(awk -F, -v loss="$loss" 'NR > 1 {
		if ($9 != "") { all++; truth = 1 - loss / 100; hold += $9 <= truth && truth <= $10 }
		if ($12 != "") { all++; hold += $12 <= 1 && 1 <= $13 }
	} END { print all + 0, hold + 0 }' "$work/out.csv")
	intervals=$((intervals + all)) covered=$((covered + hold))
	awk -F, -v gate="$i" 'NR > 1 { printf "gate %d: %s: %.4s (%.4s-%.4s), A/A %.4s (%.4s-%.4s): %s\n", gate, $1, $8, $9, $10, $11, $12, $13, $15 }' "$work/out.csv"
done
echo "gate-control: of $gates gates of $margin at a loss of $loss% ${count[0]} passed, ${count[3]} failed, ${count[4]} could not tell;" \
	"of $intervals intervals of 95% $covered have the true ratio in them"
