#!/usr/bin/env bash
# Has 50 clients ask the view server for mixed things for a minute, with the
# race detector on: each answer has to be the right one, and the live heap must
# not grow beyond the bound in results/view/load_test.go.
#   scripts/view-soak.sh [DURATION]      60s by default, 5m at most
set -euo pipefail
cd "$(dirname "$0")/.."

VIEW_SOAK=${1:-60s} go test -race -count=1 -timeout 10m -v -run '^TestMixedLoad$' ./results/view
