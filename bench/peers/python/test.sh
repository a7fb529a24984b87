#!/usr/bin/env bash
# The tests of the client in Python itself, in the environment that building
# it has made.
set -euo pipefail
cd "$(dirname "$0")/../../.."
python=.build/peers/python/bin/python
[ -x "$python" ] || { echo "$0: no $python: run collatebench peers --list --client python" >&2; exit 1; }
"$python" -B -m unittest discover --quiet -s bench/peers/python/tests
