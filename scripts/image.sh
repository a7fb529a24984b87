#!/usr/bin/env bash
# Builds the container image of scripts/kubernetes: three static programs, and nothing else.
#   scripts/image.sh [IMAGE [ARCH]]      collatebench:latest, for this machine's architecture
# The programs stay in .build/image. Without a container engine it says what is missing, after
# they are built.
set -euo pipefail
cd "$(dirname "$0")/.."

image=${1:-collatebench:latest}
arch=${2:-$(go env GOARCH)}
context=.build/image
mkdir -p "$context"
export CGO_ENABLED=0 GOOS=linux GOARCH=$arch
go build -trimpath -o "$context/collatebench" ./cmd/collatebench
go test -trimpath -c -o "$context/bench.test" ./bench
go build -trimpath -o "$context/benchstat" golang.org/x/perf/cmd/benchstat
echo "built for linux/$arch: $(du -h "$context"/{collatebench,bench.test,benchstat} | awk '{ printf "%s%s (%s)", sep, $2, $1; sep = ", " }')"
for engine in docker podman buildah; do
	command -v "$engine" >/dev/null || continue
	if ! "$engine" info >/dev/null 2>&1; then
		missing+="$engine is installed, and does not run; "
		continue
	fi
	"$engine" build --platform "linux/$arch" --file scripts/kubernetes/Dockerfile --tag "$image" "$context"
	case $image in
	*/*) echo "image $image; a registry of your cluster takes it by: $engine push $image" ;;
	*) echo "image $image: of this machine alone; with a registry in its name your cluster can have it" ;;
	esac
	exit
done
echo "no image: ${missing:-no container engine is here; }docker, podman or buildah makes it of scripts/kubernetes/Dockerfile and $context" >&2
exit 1
