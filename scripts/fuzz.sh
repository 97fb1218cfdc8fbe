#!/usr/bin/env bash
# Changes valid files and command lines at random and holds that each is read or refused in one sentence: scripts/fuzz.sh [MINUTES [SEED]]
# Without a seed, one of the clock; it is printed, and with it the same inputs come again. What breaks is kept in artifacts/fuzz.
set -euo pipefail
case "${1:-}" in
    -h | --help) sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}"; exit 0 ;;
esac
export DYAD_FUZZ_MINUTES="${1:-10}" DYAD_FUZZ_SEED="${2:-$(( $(date +%s) % 1000000 ))}"
if ! [[ "$DYAD_FUZZ_MINUTES" =~ ^[0-9]+(\.[0-9]+)?$ && "$DYAD_FUZZ_SEED" =~ ^[0-9]{1,9}$ ]]; then
    echo "fuzz.sh: minutes are '$DYAD_FUZZ_MINUTES' and the seed '$DYAD_FUZZ_SEED'; both must be numbers, the seed a whole one" >&2
    exit 2
fi
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/build.sh"
cd "$root"
need_tools
dotnet build tests/Dyad.Tests -c Release -v quiet
echo "fuzz.sh: $DYAD_FUZZ_MINUTES minutes from seed $DYAD_FUZZ_SEED"
exec dotnet artifacts/bin/Dyad.Tests/release/Dyad.Tests.dll -class 'Dyad.Tests.Fuzz.*' -noColor -noLogo
