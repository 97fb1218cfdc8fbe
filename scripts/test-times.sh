#!/usr/bin/env bash
# Tells what the tests cost, after a build: the ten slowest, and the seconds of each room, of the end-to-end tests of each class: scripts/test-times.sh [golden|unit|e2e]
# Seconds are summed over tests, of which several run at once; what they cost alone is told where nothing else runs.
set -euo pipefail
case "${1:-}" in
    -h | --help) sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}"; exit 0 ;;
    "" | golden | unit | e2e) ;;
    *) echo "test-times.sh: there is no part '$1'; there are golden, unit and e2e" >&2; exit 2 ;;
esac
root="$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"
tests="$root/artifacts/bin/Dyad.Tests/release/Dyad.Tests.dll"
[ -f "$tests" ] || { echo "test-times.sh: there is no build of the tests; run ./test first" >&2; exit 2; }
filter=()
[ -z "${1:-}" ] || filter=(-trait "Category=$1")
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
dotnet "$tests" "${filter[@]}" -noColor -noLogo -xml "$work/tests.xml" >&2 || echo "test-times.sh: some tests failed" >&2

# One line a test: seconds, class, name.
grep -o '<test [^>]*>' "$work/tests.xml" | awk '
    function value(name) { return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
    { name = value("name"); gsub("&quot;", "\"", name); gsub("&lt;", "<", name); gsub("&gt;", ">", name); gsub("&amp;", "\\&", name)
      printf "%s\t%s\t%s\n", value("time"), value("type"), name }' > "$work/lines"
echo "| test | s |"
echo "|---|---|"
sort -t "$(printf '\t')" -k 1 -rn "$work/lines" > "$work/slowest"
head -n 10 "$work/slowest" | awk -F '\t' '{ sub("^Dyad[.]Tests[.]", "", $3); printf "| %s | %.1f |\n", substr($3, 1, 140), $1 }'
echo
echo "| room | tests | s |"
echo "|---|---|---|"
awk -F '\t' '{ room = $2; sub("^Dyad[.]Tests[.]", "", room); if (room !~ /^EndToEnd/) sub("[.][^.]*$", "", room); n[room]++; s[room] += $1 }
    END { for (room in n) printf "| %s | %d | %.0f |\n", room, n[room], s[room] }' "$work/lines" | sort
