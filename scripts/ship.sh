#!/usr/bin/env bash
# Makes what others install, in artifacts/packages or FOLDER: scripts/ship.sh [library|tool|single-file] [FOLDER]
# The library as a NuGet package with symbols, the command line as a .NET tool, and as one file for linux-x64; all three without a word.
# With DYAD_SHIP_QUICK=1 the one file has no code compiled ahead of time, and starts more slowly.
set -euo pipefail
case "${1:-}" in
    -h | --help) sed -n '2,4s/^# //p' "${BASH_SOURCE[0]}"; exit 0 ;;
    library | tool | single-file) parts=("$1") ;;
    "") parts=(library tool single-file) ;;
    *) echo "ship.sh: there is no '$1'; there are library, tool and single-file" >&2; exit 2 ;;
esac
folder="$(realpath -m "${2:-$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../artifacts/packages}")"
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/build.sh"
cd "$root"
need_tools
mkdir -p "$folder" artifacts
exec 9>artifacts/ship.lock
flock 9
# The projects are a chain: a second process of MSBuild would only cost its start.
for part in "${parts[@]}"; do
    case "$part" in
        library) dotnet pack src/Dyad -c Release -v quiet -m:1 -o "$folder" ;;
        tool) dotnet pack src/Dyad.Cli -c Release -v quiet -m:1 -p:ForShipping=tool -o "$folder" ;;
        single-file)
            dotnet publish src/Dyad.Cli -c Release -v quiet -m:1 -p:ForShipping=single-file ${DYAD_SHIP_QUICK:+-p:PublishReadyToRun=false} -o artifacts/ship/single-file/published
            cp artifacts/ship/single-file/published/Dyad.Cli "$folder/dyad.partial"
            mv "$folder/dyad.partial" "$folder/dyad" ;;
    esac
done
ls -1 "$folder"
