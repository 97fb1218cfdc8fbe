// The script of a report page: draws the charts, follows the reader's colour scheme, copies commands.
// Sets data-ready on <html> when every chart is drawn, or data-error with the reason.

import embed from "vega-embed";
import { chartConfig } from "./theme.js";
import { addHover } from "./hover.js";

const page = document.documentElement;
const darkScheme = window.matchMedia("(prefers-color-scheme: dark)");

const charts = [...document.querySelectorAll("figure.chart")].map((figure) => ({
  container: figure.querySelector(".plot"),
  spec: JSON.parse(figure.querySelector("script").textContent),
  name: figure.id,
  drawn: null,
}));

/** As many columns as the legend has room for, between the vertical axis and the right edge. */
function legendColumns(chart) {
  const axis = 70;
  return Math.max(1, Math.floor((chart.container.clientWidth - axis) / chart.spec.usermeta.legendColumnWidth));
}

function isPlane(chart) {
  return chart.spec.usermeta.aspect !== undefined;
}

/** A plane has sides of the same scale, as wide as there is room for, within reason. */
function fitPlane(chart) {
  const axis = 70;
  chart.spec.width = Math.max(160, Math.min(400, chart.container.clientWidth - axis));
  chart.spec.height = chart.spec.width * chart.spec.usermeta.aspect;
}

async function draw(chart) {
  chart.drawn?.finalize();
  if (isPlane(chart)) fitPlane(chart);
  chart.spec.params[0].value = legendColumns(chart);
  chart.drawn = await embed(chart.container, chart.spec, {
    config: chartConfig(darkScheme.matches),
    renderer: "svg",
    tooltip: false,
    downloadFileName: chart.name,
    scaleFactor: { svg: 1, png: 3 },
    actions: { export: { svg: true, png: true }, source: true, compiled: false, editor: false },
  });
  if (!isPlane(chart)) addHover(chart.drawn.view, chart.spec, chart.container);
}

function fitWidth() {
  for (const chart of charts) {
    const view = chart.drawn?.view;
    if (!view) continue;
    if (isPlane(chart)) {
      fitPlane(chart);
      view.width(chart.spec.width).height(chart.spec.height);
    }
    view.signal("legendColumns", legendColumns(chart)).resize().runAsync();
  }
}

async function drawAll() {
  delete page.dataset.ready;
  delete page.dataset.error;
  for (const chart of charts) {
    try {
      await draw(chart);
    } catch (error) {
      chart.container.textContent = `This chart could not be drawn: ${error.message}`;
      page.dataset.error = `${chart.name}: ${error.message}`;
    }
  }
  page.dataset.ready = "true";
}

/** Copies through the clipboard, or through the selection where the browser keeps the clipboard to itself. */
async function copy(block) {
  try {
    await navigator.clipboard.writeText(block.textContent);
  } catch {
    window.getSelection().selectAllChildren(block);
    document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(button.parentElement.querySelector("code"));
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}

// One drawing at a time: a scheme that changes while charts are drawn waits for its turn.
let drawing = drawAll();
darkScheme.addEventListener("change", () => { drawing = drawing.then(drawAll); });
window.addEventListener("resize", () => { drawing = drawing.then(fitWidth); });
