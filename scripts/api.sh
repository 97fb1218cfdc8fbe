#!/usr/bin/env bash
# Writes down anew what is public in the library, src/Dyad/PublicAPI.Shipped.txt: scripts/api.sh
# The build holds the library against that file: what was added, changed or taken away must be in it, so that a diff shows it.
set -euo pipefail
case "${1:-}" in
    -h | --help) sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}"; exit 0 ;;
esac
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/build.sh"
cd "$root"
need dotnet "api.sh: the .NET 10 SDK is needed, and 'dotnet' is not on the PATH."
list=src/Dyad/PublicAPI.Shipped.txt
before="$(grep -c . "$list" || true)"
echo '#nullable enable' | tee "$list" > src/Dyad/PublicAPI.Unshipped.txt
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
dotnet build src/Dyad -c Release -v quiet -p:TreatWarningsAsErrors=false >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
sed -n "s/.*warning RS0016: Symbol '\(.*\)' is not part of the declared public API.*/\1/p" "$log" | LC_ALL=C sort -u >> "$list"
dotnet build src/Dyad -c Release -v quiet
echo "api.sh: $(( $(grep -c . "$list") - 1 )) public symbols, $(( before - 1 )) before; see 'git diff $list'"
