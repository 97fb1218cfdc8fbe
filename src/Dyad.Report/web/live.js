// The script of the live view: follows what the server tells of the runs, and draws the charts that are in the window as they grow.
// Sets data-ready on <html> when the first state is shown.

import { drawFitted, refit } from "./draw.js";
import { addHover } from "./hover.js";
import { fitTables } from "./tables.js";

const page = document.documentElement;
const darkScheme = window.matchMedia("(prefers-color-scheme: dark)");
const state = document.getElementById("state");
const container = document.getElementById("groups");

/** Charts are drawn anew at most so often: the runs need the processor. */
const shortestPause = 1000;

const element = (name, className = "", text = "") => Object.assign(document.createElement(name), { className, textContent: text });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const number = (value, format = short) => (value === null || value === undefined ? "\u2013" : format.format(value).replace("-", "\u2212"));

function clock(seconds) {
  if (seconds === null || seconds === undefined) return "\u2013";
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return `${hours}:${String(minutes).padStart(2, "0")}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

/** One chart: asked for when it is in the window and its group has new rows. */
class Chart {
  constructor(group, metric) {
    this.group = group;
    this.metric = metric;
    this.figure = element("figure", "chart");
    this.figure.id = `${group.id}-${metric}`.replace(/[^A-Za-z0-9]+/g, "-");
    this.figure.dataset.metric = metric;
    this.plot = element("div", "plot");
    this.plot.setAttribute("role", "img");
    this.plot.setAttribute("aria-label", `${metric} over steps`);
    this.caption = element("figcaption");
    this.figure.append(element("h3", "", metric), this.plot, this.caption);
    this.shownRevision = -1;
    this.isVisible = false;
    this.isBusy = false;
    this.drawnAt = 0;
    visible.observe(this.figure);
    charts.set(this.figure, this);
  }

  get isDue() {
    return this.isVisible && !document.hidden && this.shownRevision !== this.group.revision && !this.isBusy;
  }

  async update() {
    if (!this.isDue) return;
    const wait = this.drawnAt + shortestPause - performance.now();
    if (wait > 0) {
      setTimeout(() => this.update(), wait);
      return;
    }
    this.isBusy = true;
    const { revision } = this.group;
    try {
      const address = `/chart?group=${encodeURIComponent(this.group.id)}&metric=${encodeURIComponent(this.metric)}`;
      const answer = await fetch(address);
      if (answer.ok) {
        const { spec, caption } = await answer.json();
        this.draw(spec, caption);
        this.shownRevision = revision;
      }
    } catch (error) {
      console.info(`${this.metric} is asked for again later: ${error.message}`);
    } finally {
      this.isBusy = false;
      this.drawnAt = performance.now();
    }
    if (this.isDue) this.update();
  }

  draw(spec, caption) {
    this.view?.finalize();
    this.spec = spec;
    this.view = drawFitted(this.plot, spec, darkScheme.matches);
    this.caption.textContent = caption;
    this.figure.dataset.points = Math.max(0, ...Object.values(Object.groupBy(spec.data.values, (row) => row.series)).map((rows) => rows.length));
    addHover(this.view, spec, this.plot);
  }

  forget() {
    this.view?.finalize();
    visible.unobserve(this.figure);
    charts.delete(this.figure);
    this.figure.remove();
  }
}

const charts = new Map();
const visible = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const chart = charts.get(target);
    if (!chart) continue;
    chart.isVisible = isIntersecting;
    chart.update();
  }
}, { rootMargin: "20% 0px" });

const columns = [
  { name: "run", text: (run) => run.label },
  { name: "seed", number: true, text: (run) => String(run.seed) },
  { name: "state", text: (run) => (run.ended_by ? `${run.status}, ${run.ended_by}` : run.status) },
  { name: "step", number: true, text: (run) => number(run.step, whole) },
  { name: "of", number: true, text: (run) => number(run.steps, whole) },
  { name: "return", number: true, text: (run) => number(run.return) },
  { name: "best", number: true, text: (run) => number(run.best) },
  { name: "steps/s", number: true, text: (run) => number(run.steps_per_s) },
  { name: "left", number: true, text: (run) => clock(run.left_s) },
];

/** A study on a task: where its runs stand, its return, and the other metrics folded by what they tell of. */
class Section {
  constructor(id) {
    this.id = id;
    this.revision = -1;
    this.charts = new Map();
    this.root = element("section", "study");
    this.title = element("h2");
    this.summary = element("p", "source");
    this.progress = element("progress");
    this.progress.max = 1;
    this.main = element("div", "charts one");
    this.box = element("div", "scroll runs");
    this.box.setAttribute("role", "region");
    this.folds = new Map();
    this.root.append(this.title, this.summary, this.progress, this.main, this.box);
    container.append(this.root);
    fitTables(this.root);
  }

  show(group) {
    this.revision = group.revision;
    this.title.textContent = group.environment;
    const counts = Object.entries(group.counts).filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${kind}`);
    const speed = group.steps_per_s > 0 ? `${number(group.steps_per_s, whole)} steps/s in all` : "";
    const left = group.left_s === null ? "" : `${clock(group.left_s)} left for what runs`;
    this.summary.textContent = [group.study, counts.join(", "), speed, left].filter((part) => part !== "").join(" \u00b7 ");
    this.progress.value = group.fraction;
    this.progress.setAttribute("aria-label", `Share of the steps that is done: ${Math.round(100 * group.fraction)} %`);
    this.box.setAttribute("aria-label", `Runs on ${group.environment}`);
    this.box.replaceChildren(this.table(group));
    delete this.box.dataset.width;
    for (const metric of group.metrics) if (!this.charts.has(metric.name)) this.add(metric);
    for (const [name, chart] of this.charts) {
      if (!group.metrics.some((metric) => metric.name === name)) {
        chart.forget();
        this.charts.delete(name);
      }
    }
    for (const chart of this.charts.values()) chart.update();
  }

  add({ name, group }) {
    const chart = new Chart(this, name);
    this.charts.set(name, chart);
    if (group === "Return") {
      this.main.append(chart.figure);
      return;
    }
    if (!this.folds.has(group)) {
      const fold = element("details", "group");
      const inner = element("div", "charts several");
      fold.append(element("summary", "", group), inner);
      this.folds.set(group, inner);
      this.root.append(fold);
    }
    this.folds.get(group).append(chart.figure);
  }

  table(group) {
    const table = element("table");
    const head = table.createTHead().insertRow();
    for (const column of columns) {
      const cell = element("th", column.number ? "number" : "text", column.name);
      cell.scope = "col";
      head.append(cell);
    }
    const body = table.createTBody();
    for (const run of group.runs) {
      const row = body.insertRow();
      row.className = `is-${run.status}`;
      columns.forEach((column, i) => {
        const cell = element(i === 0 ? "th" : "td", column.number ? "number" : "text", column.text(run));
        if (i === 0) cell.scope = "row";
        cell.dataset.column = column.name;
        row.append(cell);
      });
      const trouble = [run.error, ...run.warnings].filter(Boolean);
      if (trouble.length > 0) {
        const cell = body.insertRow().insertCell();
        cell.colSpan = columns.length;
        cell.className = "trouble";
        cell.textContent = trouble.join("; ");
      }
    }
    if (group.hidden > 0) {
      const cell = body.insertRow().insertCell();
      cell.colSpan = columns.length;
      cell.textContent = `and ${group.hidden} more`;
    }
    return table;
  }

  forget() {
    for (const chart of this.charts.values()) chart.forget();
    this.root.remove();
  }
}

const sections = new Map();

function show({ groups }) {
  for (const group of groups) {
    if (!sections.has(group.id)) sections.set(group.id, new Section(group.id));
    sections.get(group.id).show(group);
  }
  for (const [id, section] of sections) {
    if (!groups.some((group) => group.id === id)) {
      section.forget();
      sections.delete(id);
    }
  }
  const running = groups.reduce((sum, group) => sum + group.counts.running, 0);
  const runs = groups.reduce((sum, group) => sum + Object.values(group.counts).reduce((a, b) => a + b, 0), 0);
  state.textContent = runs === 0 ? "No run has begun here yet; the first row of one will appear by itself." : `${running} of ${runs} runs go on.`;
  page.dataset.ready = "true";
}

const events = new EventSource("/events");
events.addEventListener("message", (event) => show(JSON.parse(event.data)));
events.addEventListener("error", () => { state.textContent = "Not connected: what is below is as of the last word. This page asks again by itself."; });
document.addEventListener("visibilitychange", () => { for (const chart of charts.values()) chart.update(); });
darkScheme.addEventListener("change", () => { for (const chart of charts.values()) if (chart.spec) chart.draw(chart.spec, chart.caption.textContent); });

let waiting = 0;
window.addEventListener("resize", () => {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(() => { for (const { view, plot, spec } of charts.values()) if (view && plot.clientWidth > 0) refit(view, plot, spec); });
});
