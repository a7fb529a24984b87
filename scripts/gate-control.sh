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
for i in $(seq "$gates"); do
	if [ "$load" = load ] && [ $((i % 2)) = 0 ]; then
		timeout 20 sh -c 'while :; do :; done' &
		busy=$!
	fi
	code=0
	"$work/collatebench" compare --binary "$work/old.test" --binary "$work/new.test" --fail-over "$margin" --budget "$budget" \
		"${cells[@]}" --seed "$i" --out "$work/runs" >"$work/out.txt" 2>"$work/err.txt" || code=$?
	[ -z "$busy" ] || { wait "$busy" || true; busy=; }
	[ -n "${count[$code]+x}" ] || { cat "$work/err.txt" >&2; exit 1; }
	count[$code]=$((count[$code] + 1))
	grep '^gate:' "$work/out.txt"
done
echo "gate-control: of $gates gates of $margin at a loss of $loss% ${count[0]} passed, ${count[3]} failed, ${count[4]} could not tell"
