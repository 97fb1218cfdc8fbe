#!/usr/bin/env bash
# Trains, evaluates and acts at once and holds that memory and handles stay: scripts/soak.sh [MINUTES [FILE]]
# An hour by default; FILE receives what was seen, as JSON. Exit code 1 where something grows.
set -euo pipefail
case "${1:-}" in
    -h | --help) sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}"; exit 0 ;;
esac
file="${2:+$(realpath -m "$2")}"
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/build.sh"
cd "$root"
need dotnet "soak.sh: the .NET 10 SDK is needed, and 'dotnet' is not on the PATH."
dotnet build tests/Dyad.Soak -c Release -v quiet
exec dotnet artifacts/bin/Dyad.Soak/release/Dyad.Soak.dll "${1:-60}" ${file:+"$file"}
