#!/usr/bin/env bash
# Kills the runner, a sample or the upstream with SIGKILL at a random moment, in turn, of
# bench, of compare --binary, of why with a program and of peers. A run of bench, compare or
# a program must then be whole, resumed if it was the runner that died; each line that its
# ledger had before must be there after, byte for byte; no sample is taken twice; and no
# process, worktree or temporary folder is left once the next run has started.
#   scripts/kill-anywhere.sh [KILLS [SEED]]      100 kills by default
# With 5 kills or fewer it is bench alone.
set -euo pipefail
cd "$(dirname "$0")/.."

kills=${1:-100}
RANDOM=${2:-1}
work=$(mktemp -d)
mkdir "$work/tmp" "$work/bin"
export TMPDIR=$work/tmp GOTMPDIR=$work/tmp
export COLLATEBENCH_GUARD=off # what is measured does not matter

# ours lists the processes, zombies apart, whose arguments or environment name the work
# folder: TMPDIR does, in each that a command of ours has started.
ours() {
	local dir pid
	for dir in /proc/[0-9]*; do
		pid=${dir#/proc/}
		if [ "$pid" = $$ ] || [ "$pid" = "$BASHPID" ]; then continue; fi
		grep -qsF "$work" "$dir/cmdline" "$dir/environ" || continue
		[ "$(sed -n 's/^State:\t\(.\).*/\1/p' "$dir/status" 2>/dev/null)" = Z ] || echo "$pid"
	done
}

# below lists the processes that a process has started, and those that these have.
below() {
	local child
	while read -r child; do
		echo "$child"
		below "$child"
	done < <(cat /proc/"$1"/task/*/children 2>/dev/null | xargs -rn 1)
}

# victim finds a process of a kind below the runner; nothing if there is none now.
victim() {
	local kind=$1 runner=$2 pid args
	[ "$kind" != runner ] || { echo "$runner"; return; }
	for pid in $(below "$runner"); do
		args=$({ tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null) || continue # it may have ended just now
		case $kind:$args in
			upstream:*' mockserver --child '*) echo "$pid"; return ;;
			sample:*-test.bench=* | sample:"$work/bin/client "* | sample:*' bench --cell '*) echo "$pid"; return ;;
		esac
	done
}

pause() { sleep "$((RANDOM % $1)).$(printf '%03d' $((RANDOM % 1000)))"; }

fail() {
	echo "kill-anywhere: kill $n ($kind of $what, seed ${seed:-0}): $*" >&2
	exit 1
}

# clean removes what we started and made, whatever happened.
clean() {
	local pid
	for pid in $(ours); do kill -KILL "$pid" 2>/dev/null || true; done
	rm -rf "$work"
}
trap clean EXIT

go build -o "$work/bin/collatebench" ./cmd/collatebench
# Samples of a quarter of a second: most of a run's time is then between processes, where
# most can go wrong.
small=(--window 4 --size 64KiB --procs 1 --responses 16 --latency none)
# start begins a run of what in $out, in the background.
start() {
	case $what in
		bench) set -- bench --placement collector,request "${small[@]}" --ops 8 --rounds 4 --profile=none --seed "$n" ;;
		profiled) set -- bench --placement collector,request "${small[@]}" --ops 8 --rounds 2 --seed "$n" ;;
		compare) set -- compare --binary "$work/bin/bench.test" --binary "$work/bin/bench.test" --placement collector,request "${small[@]}" --ops 8 --rounds 4 --seed "$n" ;;
		program) set -- why --pairs 3 --seconds 1s --budget 5m --latency 5ms ;;
		why) set -- why 'placement=collector/window=4/size=64KiB/responses=16' --pairs 3 ;;
		peers) set -- peers --client go --placement collector "${small[@]}" --ops 8 --rounds 3 ;;
	esac
	set -- "$@" --out "$out"
	[ "$what" != program ] || set -- "$@" -- "$work/bin/client" '{upstream}/v1/payload?codec=json&size=64KiB' 4
	"$work/bin/collatebench" "$@" >"$work/said.txt" 2>&1 &
	runner=$!
}

resume() {
	local command=bench
	[ "$what" != program ] || command=why
	"$work/bin/collatebench" "$command" --resume "$run" >"$work/said.txt" 2>&1
}

state() { sed -n 's/^  "state": "\(.*\)",$/\1/p' "$run/run.json"; }

resumed=0 retaken=0 late=0 anew=0
whats=(bench)
if [ "$kills" -gt 5 ]; then
	whats=(bench compare program profiled compare bench compare why bench peers compare program)
	go test -c -o "$work/bin/bench.test" ./bench
	(cd profiles/outside/testdata/programs/go && go build -o "$work/bin/client" ./collector)
fi
kinds=(runner sample upstream)
for n in $(seq "$kills"); do
	kind=${kinds[$(((n - 1) % 3))]} what=${whats[$(((n - 1) / 3 % ${#whats[@]}))]}
	out=$work/runs-$n
	start
	compiling=$((RANDOM % 8)) # of 0, the runner dies while it compiles; the next start clears up
	while ! ls "$out"/2*/run.json >/dev/null 2>&1; do
		kill -0 "$runner" 2>/dev/null || fail "ended before its folder was made: $(cat "$work/said.txt")"
		if [ "$kind" = runner ] && [ "$compiling" -eq 0 ]; then break; fi
		sleep 0.05
	done
	pause 3
	pid=
	while kill -0 "$runner" 2>/dev/null && [ -z "$pid" ]; do pid=$(victim "$kind" "$runner"); done
	run=$(echo "$out"/2*)
	touch "$work/before"
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
	code=0
	if [ "$kind" = runner ]; then
		wait "$runner" 2>/dev/null || code=$?
		for _ in $(seq 100); do [ -z "$(ours)" ] && break; sleep 0.1; done
		[ -z "$(ours)" ] || fail "left behind: $(for p in $(ours); do tr '\0' ' ' <"/proc/$p/cmdline"; echo; done)"
	else
		# What is whole now must be there at the end.
		[ ! -e "$run/samples.jsonl" ] || cp "$run/samples.jsonl" "$work/before"
		wait "$runner" || code=$?
	fi
	if [ ! -e "$run/run.json" ]; then
		start # there is nothing to go on with
		wait "$runner" || fail "the next start: $(cat "$work/said.txt")"
		run=$(echo "$out"/2*)
		anew=$((anew + 1))
	elif [ "$kind" = runner ] && [ "$(state)" != complete ]; then
		cp "$run/samples.jsonl" "$work/before"
		if [ "$what" = why ] || [ "$what" = peers ]; then
			start # such a run is begun anew
			wait "$runner" || [ $? -eq 4 ] || fail "the next start: $(cat "$work/said.txt")"
			anew=$((anew + 1))
		else
			resume || [ $? -eq 4 ] || fail "resume: $(cat "$work/said.txt")"
			resumed=$((resumed + 1))
		fi
	elif [ "$code" -ne 0 ] && [ "$code" -ne 4 ]; then
		[ "$kind" = runner ] || fail "the run ended with $code: $(cat "$work/said.txt")"
		late=$((late + 1))
	elif grep -q 'was killed (SIGKILL)' "$run/log.txt"; then
		retaken=$((retaken + 1))
	else
		late=$((late + 1)) # it was in no sample, or over
	fi
	# A whole line ends in a newline; a torn last line is the sample in work.
	whole=$(wc -l <"$work/before")
	head -n "$whole" "$run/samples.jsonl" | cmp -s - <(head -n "$whole" "$work/before") || fail "a sample was lost"
	twice=$({ grep -o '"cell":"[^"]*","round":[0-9]*,"attempt":[0-9]*' "$run/samples.jsonl" || true; } | sort | uniq -d)
	[ -z "$twice" ] || fail "taken twice: $twice"
	if [ "$kind" != runner ] || { [ "$what" != why ] && [ "$what" != peers ]; }; then
		[ "$(state)" = complete ] || fail "the run is $(state)"
		go tool benchstat "$run/bench.txt" >"$work/table" 2>"$work/table-said"
		grep -q 'B/s' "$work/table" || fail "benchstat: $(cat "$work/table-said")"
	fi
	[ -z "$(ours)" ] || fail "left behind: $(for p in $(ours); do tr '\0' ' ' <"/proc/$p/cmdline"; echo; done)"
	left=$(find "$work/tmp" -mindepth 1 -maxdepth 1; find "$out" -name '.*' -o -name 'collatebench-*')
	[ -z "$left" ] || fail "left behind: $left"
	rm -rf "$out" "$work/before"
	echo "kill $n: $kind of $what at $whole samples"
done
echo "kill-anywhere: $kills kills good: $resumed resumed, $retaken taken again within the run, $anew begun anew, $late too late to matter; $SECONDS s"
