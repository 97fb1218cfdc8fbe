// The curves beneath an episode: reward, return and what the agent thinks, with a marker at the row that is shown.

import { drawChart } from "./draw.js";

/** The charts of some episodes played side by side: title, and lines of one number a step. */
function chartsOf(shown) {
  const alone = shown.length === 1;
  const charts = [
    { title: "Reward", lines: shown.map(({ label, episode }) => ({ label, numbers: episode.rewards.slice(1) })) },
    { title: "Return so far", lines: shown.map(({ label, episode }) => ({ label, numbers: episode.returns.slice(1) })) },
  ];
  const names = [...new Set(shown.flatMap(({ episode }) => episode.values.map((value) => value.name)))];
  const valued = (name) => shown.flatMap(({ label, episode }) => episode.values
    .filter((value) => value.name === name).map((value) => ({ label, numbers: value.numbers })));
  const critic = names.filter((name) => !name.startsWith("entropy"));
  if (alone && critic.length > 0) {
    charts.push({ title: critic.length > 1 ? "Values" : critic[0], lines: critic.flatMap((name) => valued(name).map((line) => ({ ...line, label: name }))) });
  } else {
    charts.push(...critic.map((name) => ({ title: name, lines: valued(name) })));
  }
  charts.push(...names.filter((name) => name.startsWith("entropy"))
    .map((name) => ({ title: name[0].toUpperCase() + name.slice(1), lines: valued(name) })));
  return charts;
}

/** A policy has one colour in all charts; lines of one policy's values are told apart among themselves. */
function spec({ title, lines }, policies) {
  const labels = lines.every((line) => policies.includes(line.label)) ? policies : lines.map((line) => line.label);
  const values = lines.flatMap(({ label, numbers }) => Array.from(numbers, (y, i) => ({ label, x: i + 1, y: Number.isFinite(y) ? y : null })));
  const legend = labels.length > 1 ? { title: null, orient: "top", symbolType: "stroke", labelLimit: 220 } : null;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `${title} over steps of the episode`,
    width: "container",
    height: 130,
    autosize: { type: "fit-x", contains: "padding" },
    data: { values },
    mark: { type: "line", strokeWidth: 1.4 },
    encoding: {
      x: { field: "x", type: "quantitative", title: "step", scale: { domainMin: 0, nice: false } },
      y: { field: "y", type: "quantitative", title, scale: { zero: false }, axis: { tickCount: 4, minExtent: 46, titlePadding: 4 } },
      color: { field: "label", type: "nominal", scale: { domain: labels }, legend },
    },
  };
}

export class Curves {
  /** Curves in a container; seek is called with the row that the reader clicks on. */
  constructor(container, seek) {
    this.container = container;
    this.seek = seek;
    this.charts = [];
  }

  draw(shown, isDark) {
    this.charts.forEach(({ view }) => view.finalize());
    this.container.replaceChildren();
    this.charts = [];
    for (const chart of chartsOf(shown)) {
      const figure = document.createElement("figure");
      figure.className = "curve";
      const plot = document.createElement("div");
      const marker = document.createElement("div");
      marker.className = "marker";
      figure.append(plot, marker);
      this.container.append(figure);
      const view = drawChart(plot, spec(chart, shown.map(({ label }) => label)), isDark);
      const drawn = { view, figure, marker };
      this.charts.push(drawn);
      plot.addEventListener("click", (event) => {
        const x = event.clientX - plot.getBoundingClientRect().left - view.origin()[0];
        this.seek(view.scale("x").invert(x));
      });
    }
  }

  mark(row) {
    for (const { view, marker } of this.charts) {
      const scale = view.scale("x");
      const [, last] = scale.domain();
      marker.style.left = `${view.origin()[0] + scale(Math.min(row, last))}px`;
      marker.style.top = `${view.origin()[1]}px`;
      marker.style.height = `${view.height()}px`;
    }
  }

  resize() {
    return Promise.all(this.charts.map(({ view }) => view.resize().runAsync()));
  }
}
