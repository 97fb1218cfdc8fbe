// Pictures of grids: walls, start and goal, values as shade, the policy as arrows, visits as dots, over training.

import { floats } from "./episode-data.js";

const svgSpace = "http://www.w3.org/2000/svg";

function shape(name, attributes) {
  const part = document.createElementNS(svgSpace, name);
  for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
  return part;
}

/** Up, right, down, left: as the actions are numbered. */
const directions = [[0, -1], [1, 0], [0, 1], [-1, 0]];

class GridFigure {
  constructor(figure) {
    this.figure = figure;
    this.data = JSON.parse(figure.querySelector("script").textContent);
    this.container = figure.querySelector(".grids");
    const find = (name) => figure.querySelector(`.grid-${name}`);
    this.controls = { line: find("line"), step: find("step"), clock: find("clock"), visits: find("visits"), arrows: find("arrows") };
    find("controls").hidden = false;
    for (const name of ["line", "step", "visits", "arrows"]) this.controls[name].addEventListener("input", () => this.show());
    this.controls.step.value = this.controls.step.max;

    // The learner that has most to show comes first; a choice of one is none.
    const panels = this.data.lines.map((line) => line.frames[0]?.values.length ?? 0);
    this.controls.line.value = String(panels.indexOf(Math.max(...panels)));
    this.controls.line.parentElement.hidden = panels.length === 1;
    this.show();
  }

  show() {
    const line = this.data.lines[Number(this.controls.line.value)];
    const frame = line?.frames[Math.min(Number(this.controls.step.value), line.frames.length - 1)];
    if (!frame) return;
    const step = new Intl.NumberFormat("en").format(frame.step);
    this.controls.clock.textContent = `step ${step}`;
    this.controls.step.setAttribute("aria-valuetext", `step ${step}`);

    // One scale for all panels and all of training, so that shades can be compared.
    const all = line.frames.flatMap(({ values }) => values.flatMap((value) => [...floats(value.values)])).filter(Number.isFinite);
    const scale = Math.max(1e-9, ...all.map(Math.abs));
    const [policy, visits] = [floats(frame.policy), floats(frame.visits)];
    this.container.replaceChildren(...frame.values.map(({ name, values }) => this.panel(name, floats(values), scale, policy, visits)));
  }

  panel(name, values, scale, policy, visits) {
    const { rows, cells } = this.data;
    const width = Math.max(...rows.map((row) => row.length));
    const picture = shape("svg", { viewBox: `0 0 ${width} ${rows.length}`, role: "img" });
    const state = new Map(values.length === 0 ? [] : Array.from(values, (_, s) => [`${cells[2 * s]},${cells[2 * s + 1]}`, s]));
    const [least, most] = [Math.min(...values), Math.max(...values)];
    picture.setAttribute("aria-label", `${name}: from ${least.toPrecision(3)} to ${most.toPrecision(3)}`);
    rows.forEach((row, y) => [...row.padEnd(width, "#")].forEach((cell, x) => {
      if (cell === "#") {
        picture.append(shape("rect", { x, y, width: 1, height: 1, class: "wall" }));
        return;
      }
      const s = state.get(`${y},${x}`);
      const value = s === undefined ? 0 : values[s];
      const square = shape("rect", { x: x + 0.02, y: y + 0.02, width: 0.96, height: 0.96, class: value < 0 ? "value negative" : "value", "fill-opacity": (Math.abs(value) / scale).toFixed(3) });
      const title = shape("title", {});
      title.textContent = `row ${y}, column ${x}: ${value.toPrecision(4)}`;
      square.append(title);
      picture.append(shape("rect", { x: x + 0.02, y: y + 0.02, width: 0.96, height: 0.96, class: "free" }), square);
      if (cell === "G") picture.append(shape("rect", { x: x + 0.08, y: y + 0.08, width: 0.84, height: 0.84, class: "goal" }));
      if (cell === "S") picture.append(shape("rect", { x: x + 0.08, y: y + 0.08, width: 0.84, height: 0.84, class: "start" }));
    }));
    const busiest = Math.max(1e-12, ...visits);
    for (const [place, s] of state) {
      const [y, x] = place.split(",").map(Number);
      if (this.controls.visits.checked) picture.append(shape("circle", { cx: x + 0.5, cy: y + 0.5, r: (0.3 * Math.sqrt(visits[s] / busiest)).toFixed(3), class: "visits" }));
      if (this.controls.arrows.checked) picture.append(...this.arrows(x + 0.5, y + 0.5, policy.subarray(4 * s, 4 * s + 4)));
    }
    const panel = document.createElement("div");
    panel.className = "panel";
    const heading = document.createElement("p");
    heading.textContent = name;
    panel.append(heading, picture);
    return panel;
  }

  /** As long as the action is more probable than by chance. */
  arrows(x, y, probabilities) {
    return directions.flatMap(([dx, dy], a) => {
      const length = 0.46 * Math.max(0, (probabilities[a] - 0.25) / 0.75);
      if (length < 0.05) return [];
      const [tx, ty] = [x + dx * length, y + dy * length];
      const head = 0.13;
      return [
        shape("line", { x1: x, y1: y, x2: tx, y2: ty, class: "arrow" }),
        shape("path", { d: `M${tx + dx * head} ${ty + dy * head} L${tx + dy * head} ${ty - dx * head} L${tx - dy * head} ${ty + dx * head} Z`, class: "arrow-head" }),
      ];
    });
  }
}

/** Draws each picture when it comes near the window. */
export function startGrids() {
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) draw(target);
  }, { rootMargin: "100% 0px" });
  for (const figure of document.querySelectorAll("figure.grid-chart")) near.observe(figure);

  function draw(figure) {
    near.unobserve(figure);
    if (!figure.dataset.drawn) new GridFigure(figure);
    figure.dataset.drawn = "true";
  }

  return () => document.querySelectorAll("figure.grid-chart").forEach(draw);
}
