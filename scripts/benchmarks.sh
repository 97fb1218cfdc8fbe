#!/usr/bin/env bash
# Measures, stores and writes the page: scripts/benchmarks.sh [kernels|updates|training|environments|processes]...
# All groups by default, about ten minutes; rows of docs/benchmarks.json are replaced by those of the groups. On a machine with other
# work run it at real-time priority (chrt -r 1), or the medians are of that work.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
case "${1:-}" in
    -h | --help) sed -n '2s/^# //p' "${BASH_SOURCE[0]}"; exit 0 ;;
esac
stored=docs/benchmarks.json
[ $# -gt 0 ] || set -- kernels updates training environments processes
for group in "$@"; do
    echo "benchmarks: $group ..." >&2
    ./dyad bench "$group" --json >"$stored.new"
    node -e '
        const fs = require("fs"), [stored, part] = process.argv.slice(1);
        const measured = JSON.parse(fs.readFileSync(part)), before = fs.existsSync(stored) ? JSON.parse(fs.readFileSync(stored)) : { rows: [] };
        const names = new Set(measured.rows.map(row => row.name));
        if (before.machine?.processor === measured.machine.processor && before.machine.vectorBits === measured.machine.vectorBits)
            measured.machine.peakGflops = Math.max(measured.machine.peakGflops, before.machine.peakGflops);
        const rows = [...before.rows.filter(row => !names.has(row.name)), ...measured.rows];
        fs.writeFileSync(stored, `{"machine": ${JSON.stringify(measured.machine)}, "rows": [\n${rows.map(row => JSON.stringify(row)).join(",\n")}\n]}\n`);
    ' "$stored" "$stored.new"
    rm "$stored.new"
done
./dyad bench --page "$stored" >docs/benchmarks.md
