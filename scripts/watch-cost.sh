#!/usr/bin/env bash
# What training loses by a page that is open: pairs of the same run, with and without the live view and a browser on it. Tells processor
# and wall seconds of the training process for each, and the median of the ratios.
# Usage: scripts/watch-cost.sh [PAIRS] [METHOD TASK STEPS]
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/build.sh"
pairs="${1:-5}" method="${2:-sac}" task="${3:-Pendulum-v1}" steps="${4:-6000}"
need chromium "watch-cost: chromium is needed (on Debian: apt-get install chromium)"
build_if_stale
work="$(mktemp -d)"
browser=
trap 'kill $browser 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

train() { # train FOLDER [MORE]: processor and wall seconds of the run, by itself
    dotnet "$published/Dyad.Cli.dll" train "$method" "$task" --steps "$steps" --measure-every $((steps / 20)) --out "$@" >/dev/null 2>&1
    cat "$1"/train/*/*/seed-0/run.json | tr -d ' ,' | awk -F: '/"cpu_s"/ { cpu = $2 } /"wall_s"/ { wall = $2 } END { print cpu, wall }'
}

printf '%s\n' "pair  cpu_s without  cpu_s with  wall_s without  wall_s with"
for ((i = 1; i <= pairs; i++)); do
    read -r cpu wall < <(train "$work/without-$i")
    mkdir -p "$work/with-$i"
    coproc WATCH { exec dotnet "$published/Dyad.Cli.dll" watch "$work/with-$i" --port 0 --json; }
    view=$WATCH_PID
    read -r _ <&"${WATCH[0]}"
    read -r line <&"${WATCH[0]}"
    url="$(sed 's/.*"url": "\([^"]*\)".*/\1/' <<<"$line")"
    chromium --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --remote-debugging-port=0 "$url" >/dev/null 2>&1 &
    browser=$!
    sleep 3
    read -r cpu_with wall_with < <(train "$work/with-$i")
    kill $browser "$view" 2>/dev/null || true
    wait 2>/dev/null || true
    echo "$i $cpu $cpu_with $wall $wall_with" | tee -a "$work/pairs" | awk '{ printf "%4d  %13.2f  %10.2f  %14.2f  %11.2f\n", $1, $2, $3, $4, $5 }'
done
for column in "cpu 2 3" "wall 4 5"; do
    read -r name a b <<<"$column"
    awk -v a="$a" -v b="$b" '{ print $b / $a }' "$work/pairs" | sort -n | awk -v name="$name" '{ x[NR] = $1 } END { m = NR % 2 ? x[(NR + 1) / 2] : (x[NR / 2] + x[NR / 2 + 1]) / 2; printf "%s time with a page open: %+.1f %% (median of %d pairs, %+.1f to %+.1f)\n", name, 100 * (m - 1), NR, 100 * (x[1] - 1), 100 * (x[NR] - 1) }'
done
