#!/usr/bin/env bash
# Measures everything, stores it and writes the page of it: scripts/benchmarks.sh [DOCUMENT.json]
# With a document, only the page is written. About ten minutes; a machine without other work gives the figures that can be compared.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
stored=docs/benchmarks.json
if [ $# -eq 0 ]; then
    ./dyad bench everything --json >"$stored.new"
    mv "$stored.new" "$stored"
elif [ "$1" != "$stored" ]; then
    cp "$1" "$stored"
fi
./dyad bench --page "$stored" >docs/benchmarks.md
