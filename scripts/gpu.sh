#!/usr/bin/env bash
# Measures many agents on a GPU, and checks them against the processor: scripts/gpu.sh build, then scripts/gpu.sh run [FOLDER] on a machine with a GPU
#
# build needs the .NET SDK and writes artifacts/gpu/check.tar.gz, a program with its runtime. run needs that file and this script alone, takes
# about half a minute, and writes gpu.md and gpu.json to FOLDER (artifacts/gpu): docs/results/gpu.md and docs/gpu-measured.json are those
# of the last measurement.
set -euo pipefail
here="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
made="$here/artifacts/gpu"
case "${1:-}" in
    build)
        rm -rf "$made/check"
        mkdir -p "$made"
        dotnet publish "$here/benchmarks/Dyad.GpuCheck" -c Release -v quiet -p:ForShipping=gpu-check -o "$made/check"
        tar -C "$made" -czf "$made/check.tar.gz" check
        rm -rf "$made/check"
        echo "$made/check.tar.gz: $(du -h "$made/check.tar.gz" | cut -f1)"
        ;;
    run)
        [ -f "$made/check.tar.gz" ] || { echo "gpu.sh: $made/check.tar.gz is missing: 'scripts/gpu.sh build' makes it where the .NET SDK is." >&2; exit 2; }
        out="${2:-$made}"
        unpacked="$(mktemp -d)"
        trap 'rm -rf "$unpacked"' EXIT
        tar -C "$unpacked" -xzf "$made/check.tar.gz"
        "$unpacked/check/Dyad.GpuCheck" report "$out" gpu
        ;;
    *)
        sed -n '2s/^# //p; 4,6s/^# //p' "${BASH_SOURCE[0]}"
        [ "${1:-}" = -h ] || [ "${1:-}" = --help ] || exit 2
        ;;
esac
