#!/usr/bin/env bash
# Holds the imports to the table of rooms: data flows one way, and a room that
# needs an arrow back has its data modelled wrongly. Tests may import more.
set -euo pipefail
cd "$(dirname "$0")/.."

# A row a room: what it may import of ours. "*" is everything.
table='
cmd/collatebench     *
mockserver/payload
mockserver/behaviour
mockserver           mockserver/payload mockserver/behaviour
bench                mockserver/payload mockserver/behaviour
bench/peers          bench mockserver mockserver/behaviour mockserver/payload
bench/scenarios      bench bench/runner profiles/diagnose results results/evidence results/verdict
bench/runner         bench mockserver/payload mockserver/behaviour profiles results results/stats results/evidence results/verdict
profiles
profiles/diagnose    profiles results/verdict
profiles/timeline    bench profiles
results              bench
results/stats        bench results
results/verdict
results/evidence     bench results results/stats results/verdict
results/text         bench results results/stats results/evidence results/verdict
results/report       bench mockserver/payload profiles profiles/timeline results results/stats results/evidence results/text results/verdict results/report/draw
results/report/draw
results/view         bench profiles results results/stats results/evidence results/verdict results/report
results/resultstest  bench results results/evidence
'

bad=0
while IFS=$'\t' read -r package imports; do
	room=${package#collatebench}
	room=${room#/}
	row=$(awk -v room="$room" '$1 == room { $1 = ""; print "row" $0 }' <<<"$table")
	if [ -z "$row" ]; then
		echo "rooms: $room is in no row of the table in scripts/rooms.sh" >&2
		bad=1
		continue
	fi
	for import in $imports; do
		case $import in collatebench/*) ;; *) continue ;; esac
		case " $row " in *" ${import#collatebench/} "* | *" * "*) ;; *)
			echo "rooms: $room imports ${import#collatebench/}; it may import:${row#row}" >&2
			bad=1
			;;
		esac
	done
done < <(go list -f '{{.ImportPath}}{{"\t"}}{{join .Imports " "}}' ./...)
exit $bad
