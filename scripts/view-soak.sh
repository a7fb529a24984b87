#!/usr/bin/env bash
# Runs 50 clients against the view server for a minute, with the race detector on.
# Each answer must be right, and the live heap must stay below the bound in
# results/view/load_test.go.
#   scripts/view-soak.sh [DURATION]      60s by default, 5m at most
set -euo pipefail
cd "$(dirname "$0")/.."

VIEW_SOAK=${1:-60s} go test -race -count=1 -timeout 10m -v -run '^TestMixedLoad$' ./results/view
