#!/usr/bin/env bash
# Makes the pictures of docs/images from runs of a few minutes: the report of the demo, the live view while it follows a training, a replay.
# Usage: scripts/screenshots.sh [FOLDER]   the folder keeps the runs, so that a second call has less to do
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/build.sh"
cd "$root"
work="${1:-$root/artifacts/screenshots}"
images="$root/docs/images"
mkdir -p "$work" "$images"
need chromium "screenshots: chromium is needed (on Debian: apt-get install chromium)"
build_if_stale
dotnet build tests/Dyad.Tests -c Release -v quiet

shoot() { # shoot LINES
    printf '%s\n' "$1" >"$work/shots"
    DYAD_SHOTS="$work/shots" dotnet artifacts/bin/Dyad.Tests/release/Dyad.Tests.dll -class 'Dyad.Tests.EndToEnd.Screenshots' -explicit only -diagnostics -noColor -noLogo
}

echo "== report"
./dyad demo --out "$work/demo" >/dev/null
shoot "file://$work/demo/report.html|$images/report.png|1180|760|light|document.querySelector('svg.marks')|(() => { document.querySelector('.study').scrollIntoView({ behavior: 'instant' }); window.scrollBy({ top: -24, behavior: 'instant' }) })()
file://$work/demo/report.html|$images/report-grid.png|1180|580|light|document.querySelector('svg.marks')|(() => { window.dyad.drawAll(); const line = document.querySelector('.grid-line'); line.value = '3'; line.dispatchEvent(new Event('input')); document.querySelector('.grid-chart').scrollIntoView({ behavior: 'instant' }); window.scrollBy({ top: -24, behavior: 'instant' }) })()"

echo "== replay"
task=HalfCheetah-v4
ls /usr/lib/*/libmujoco.so.2.2.2 >/dev/null 2>&1 || [ -n "${DYAD_MUJOCO:-}" ] || task=Pendulum-v1
for method in ddpg stddpg-al; do
    ./dyad train "$method" "$task" --steps 30000 --seed 0 --label "$method" --out "$work/replay" --resume >/dev/null
done
./dyad play "$work/replay/train/ddpg/$task/seed-0" "$work/replay/train/stddpg-al/$task/seed-0" --episodes 1 -o "$work/episodes.html" >/dev/null
shoot "file://$work/episodes.html|$images/replay.png|920|600|light|window.dyad|(() => { document.getElementById('play').click(); window.dyad.seek(130) })()"

echo "== live view"
rm -rf "$work/live"
mkdir -p "$work/live"
coproc WATCH { exec ./dyad watch "$work/live" --port 0 --json; }
trap 'kill $WATCH_PID 2>/dev/null || true' EXIT
read -r _ <&"${WATCH[0]}"
read -r address <&"${WATCH[0]}"
address="$(sed 's/.*"url": "\([^"]*\)".*/\1/' <<<"$address")"
./dyad train stsac-al Pendulum-v1 --steps 20000 --measure-every 500 --seeds 2 --out "$work/live" --set hidden_width=64 >/dev/null 2>&1 &
train=$!
shoot "$address|$images/live.png|1180|860|dark|[...document.querySelectorAll('[data-points]')].some(x => Number(x.dataset.points) >= 24)|"
kill -TERM "$train" 2>/dev/null || true
wait "$train" 2>/dev/null || true
ls -l "$images"
