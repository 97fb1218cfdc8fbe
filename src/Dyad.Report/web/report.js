// The script of a report page: draws charts when they come near the window, follows the reader's colour scheme, lets tables fit,
// copies commands. Sets data-ready on <html> when what is in the window is drawn, or data-error with the reason.

import { drawFitted, isPlane, refit } from "./draw.js";
import { addHover } from "./hover.js";
import { addMenu } from "./menu.js";
import { fitTable, fitTables } from "./tables.js";
import { startGrids } from "./grid.js";

const page = document.documentElement;
const darkScheme = window.matchMedia("(prefers-color-scheme: dark)");
const isFigurePage = page.hasAttribute("data-figures");

/** A chart: its data stays text until it is drawn. */
class Chart {
  constructor(figure) {
    this.figure = figure;
    this.container = figure.querySelector(".plot");
    this.view = null;
    this.spec = null;
    this.drawnDark = null;
  }

  draw() {
    const isDark = darkScheme.matches;
    if (this.view && this.drawnDark === isDark) return;
    const isFirst = this.spec === null;
    try {
      this.spec ??= JSON.parse(this.figure.querySelector("script").textContent);
      this.view?.finalize();
      this.view = drawFitted(this.container, this.spec, isDark);
      this.drawnDark = isDark;
      if (!isPlane(this.spec)) addHover(this.view, this.spec, this.container);
      if (isFirst && !isFigurePage) addMenu(this.figure, this.figure.id, this.spec, () => this.view);
    } catch (error) {
      this.container.textContent = `This chart could not be drawn: ${error.message}`;
      page.dataset.error = `${this.figure.id}: ${error.message}`;
    }
  }

  fit() {
    if (this.view && this.container.clientWidth > 0) refit(this.view, this.container, this.spec);
  }
}

const drawGrids = startGrids();
const charts = new Map([...document.querySelectorAll("figure.chart")].map((figure) => [figure, new Chart(figure)]));

function drawAll() {
  drawGrids();
  for (const chart of charts.values()) chart.draw();
}

/** Drawn before it is seen: a window's height ahead. */
const near = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) charts.get(target).draw();
  page.dataset.ready = "true";
}, { rootMargin: "100% 0px" });

function begin() {
  if (isFigurePage || charts.size === 0) {
    drawAll();
    page.dataset.ready = "true";
    return;
  }
  for (const figure of charts.keys()) near.observe(figure);
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

/** What is folded is on paper too: no reader can open it there. */
function openForPaper() {
  for (const folded of document.querySelectorAll("details.group:not([open])")) {
    folded.open = true;
    folded.dataset.opened = "for-paper";
  }
  drawAll();
}

window.addEventListener("beforeprint", openForPaper);
window.addEventListener("afterprint", () => {
  for (const folded of document.querySelectorAll("details[data-opened]")) {
    folded.open = false;
    delete folded.dataset.opened;
  }
});
darkScheme.addEventListener("change", () => {
  for (const chart of charts.values()) if (chart.view) chart.draw();
});

let waiting = 0;
window.addEventListener("resize", () => {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(() => { for (const chart of charts.values()) chart.fit(); });
});

fitTables();
begin();

// For whoever drives the page by a script.
window.dyad = { drawAll, openForPaper, fit: fitTable };
