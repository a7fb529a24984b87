#!/usr/bin/env bash
# Builds one language's programs: build.sh LANGUAGE OUT makes OUT/LANGUAGE/NAME, which takes URL WINDOW.
# Everything that building leaves behind is below OUT. Exit code 3: the language's tools are not here.
set -euo pipefail

need() {
  command -v "$1" >/dev/null && return
  echo "$language: $1 is missing" >&2
  exit 3
}

# launcher NAME COMMAND...: a script that becomes the command, so that its process is the interpreter's.
launcher() {
  local name=$1
  shift
  printf '#!/bin/sh\nexec%s "$@"\n' "$(printf ' %q' "$@")" >"$bin/$name"
  chmod +x "$bin/$name"
}

build_go() {
  need go
  (cd "$source" && go build -o "$bin/" ./...)
}

build_rust() {
  need cargo
  cargo build --quiet --release --locked --manifest-path "$source/Cargo.toml" --target-dir "$work"
  local program
  for program in "$source"/src/bin/*.rs; do
    cp "$work/release/$(basename "$program" .rs)" "$bin/"
  done
}

build_python() {
  need python3
  if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    echo "python: the module venv is missing" >&2
    exit 3
  fi
  [ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --disable-pip-version-check -r "$source/requirements.txt"
  cp "$source"/*.py "$work/" # an import leaves its cache beside the source
  local program
  for program in "$work"/*.py; do
    launcher "$(basename "$program" .py)" "$work/venv/bin/python" "$program"
  done
}

build_node() {
  need node
  local program
  for program in "$source"/*.js; do
    launcher "$(basename "$program" .js)" node "$program"
  done
}

build_java() {
  need javac
  need java
  javac -d "$work" "$source"/*.java
  local program
  for program in "$source"/*.java; do
    ! grep -q 'void main(' "$program" || launcher "$(basename "$program" .java)" java -cp "$work" "$(basename "$program" .java)"
  done
}

build_cpp() {
  need g++
  if ! echo '#include <nlohmann/json.hpp>' | g++ -std=c++17 -fsyntax-only -x c++ - 2>/dev/null; then
    echo "cpp: nlohmann/json.hpp is missing (Debian: nlohmann-json3-dev)" >&2
    exit 3
  fi
  local program
  for program in "$source"/*.cpp; do
    g++ -std=c++17 -O2 -Wall -Wextra -pthread -o "$bin/$(basename "$program" .cpp)" "$program"
  done
}

language=${1:-}
case $language in
go | rust | python | node | java | cpp) ;;
*)
  echo "usage: build.sh go|rust|python|node|java|cpp OUT" >&2
  exit 2
  ;;
esac
source=$(cd "$(dirname "$0")" && pwd)/$language
mkdir -p "${2:?usage: build.sh LANGUAGE OUT}"
out=$(cd "$2" && pwd)
bin=$out/$language work=$out/build/$language
mkdir -p "$bin" "$work"
"build_$language"
