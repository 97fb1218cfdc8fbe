#!/usr/bin/env bash
# Draws a chart of a stored summary as an SVG beside it, by the report's own page in a headless browser:
#   scripts/figure.sh docs/results/zheng2021/fig3a.json train-return     writes docs/results/zheng2021/fig3a.svg
# The chart is named by its id in the summary, the first one if none is named; a third argument names another file to write.
set -euo pipefail
summary="$(readlink -f "${1:?give a summary: scripts/figure.sh FILE.json [CHART [FILE.svg]]}")"
chart="${2:-}"
target="$(readlink -m "${3:-${summary%.json}.svg}")"
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir "$work/study"
cp "$summary" "$work/study/summary.json"
./dyad report "$work/study" -o "$work/report.html" >/dev/null
chromium --headless --no-sandbox --disable-gpu --no-first-run --user-data-dir="$work/browser" --virtual-time-budget=10000 \
  --window-size=900,900 --dump-dom "file://$work/report.html" >"$work/page.html" 2>/dev/null
node - "$work" "$chart" "$target" <<'JS'
const fs = require("fs");
const [work, chart, target] = process.argv.slice(2);
const charts = JSON.parse(fs.readFileSync(`${work}/study/summary.json`, "utf8")).charts;
const index = chart === "" ? 0 : charts.findIndex(x => x.id === chart);
const drawn = fs.readFileSync(`${work}/page.html`, "utf8").match(/<svg[^>]*class="marks"[\s\S]*?<\/svg>/g) ?? [];
if (index < 0 || index >= drawn.length) {
  console.error(`figure.sh: no chart '${chart}'; there are ${charts.map(x => x.id).join(", ")}`);
  process.exit(2);
}
fs.writeFileSync(target, drawn[index] + "\n");
console.log(target);
JS
