#!/usr/bin/env bash
# Runs govulncheck. If its database can't be reached, it skips the check and prints a
# line that says so. GOVULNDB names another database.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

said=$(go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ${GOVULNDB:+-db "$GOVULNDB"} ./... 2>&1)
status=$?
case $said in
*"fetching vulnerabilities"*"dial tcp"* | *"vuln.go.dev"*"dial tcp"* | *"vuln.go.dev"*"no such host"*)
	echo "vulnerabilities: SKIPPED, its database can't be reached from here"
	exit 0
	;;
esac
[ $status -eq 0 ] || printf '%s\n' "$said"
exit $status
