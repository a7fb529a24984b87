#!/usr/bin/env bash
# Checks the imports against the table of rooms: data flows one way, and a room that
# needs an arrow back has its data modelled wrongly. Tests may import more.
set -euo pipefail
cd "$(dirname "$0")/.."

# A row for each room: its allowed imports of this module, as patterns. Every room
# outside internal/ may import internal/* too.
table='
.
cmd/collatebench     *
mockserver/payload
mockserver/behaviour
mockserver/recording
mockserver           mockserver/payload mockserver/behaviour mockserver/recording
bench                mockserver/payload mockserver/behaviour
bench/peers          bench mockserver mockserver/behaviour mockserver/payload
bench/scenarios      bench bench/runner mockserver/behaviour mockserver/recording profiles/diagnose profiles/outside results results/evidence results/stats results/verdict
bench/runner         profiles/outside bench mockserver/payload mockserver/behaviour mockserver/recording profiles results results/stats results/evidence results/verdict
profiles
profiles/diagnose    profiles profiles/hotspot results/verdict
profiles/hotspot
profiles/onecore
profiles/outside
profiles/stacks      profiles/hotspot
profiles/timeline    bench profiles
results              bench profiles/outside
results/stats        bench results
results/stats/changepoint
results/history      bench results results/stats results/stats/changepoint
results/verdict
results/evidence     profiles/hotspot profiles/onecore profiles/outside profiles/stacks bench results results/stats results/verdict
results/text         profiles/outside bench results results/history results/stats results/evidence results/verdict
results/report       bench mockserver/payload profiles profiles/outside profiles/diagnose profiles/timeline results results/history results/stats results/evidence results/text results/verdict results/report/draw
results/report/draw
results/view         bench profiles profiles/diagnose results results/history results/stats results/evidence results/verdict results/report
results/resultstest  bench results results/evidence
internal/allowance
internal/benchline
internal/bounded
internal/boundedfile
internal/child       internal/bounded internal/procgroup internal/spell
internal/filelimit
internal/oneof       internal/spell
internal/printable
internal/proc
internal/procgroup
internal/raced
internal/rusage
internal/scratch
internal/spell
internal/turn
internal/wholefile
'

# may IMPORT PATTERN... succeeds if a pattern matches the import.
may() {
	local import=$1 pattern
	shift
	for pattern; do
		# shellcheck disable=SC2254 # it is a pattern
		case $import in $pattern) return 0 ;; esac
	done
	return 1
}

bad=0
while IFS=$'\t' read -r package imports; do
	room=${package#collatebench}
	room=${room#/}
	room=${room:-.} # the module itself
	row=$(awk -v room="$room" '$1 == room { $1 = ""; print "row" $0 }' <<<"$table")
	if [ -z "$row" ]; then
		echo "rooms: $room is in no row of the table in scripts/rooms.sh" >&2
		bad=1
		continue
	fi
	read -ra allowed <<<"${row#row}"
	case $room in internal/*) ;; *) allowed+=('internal/*') ;; esac
	for import in $imports; do
		case $import in collatebench/*) ;; *) continue ;; esac
		may "${import#collatebench/}" "${allowed[@]}" && continue
		echo "rooms: $room imports ${import#collatebench/}; it may import: ${allowed[*]}" >&2
		bad=1
	done
done < <(go list -f '{{.ImportPath}}{{"\t"}}{{join .Imports " "}}' ./...)
exit $bad
