// Drawing of one chart with Vega, at once and without waiting: also just before the page is printed.

import { parse, View, loader } from "vega";
import { compile } from "vega-lite";
import { chartConfig } from "./theme.js";

/** Nothing is fetched, whatever a chart names. */
const closed = loader();
closed.load = () => Promise.reject(new Error("pages fetch nothing"));

/** Draws a Vega-Lite chart into a container and returns its view. */
export function drawChart(container, spec, isDark) {
  const { spec: program } = compile(spec, { config: chartConfig(isDark), logger: quiet });
  const view = new View(parse(program), { renderer: "svg", loader: closed, container, hover: false, logLevel: 1 });
  container.replaceChildren();
  view.initialize(container).run();
  if (container.hasAttribute("role")) container.querySelector("svg.marks")?.setAttribute("aria-hidden", "true");
  return view;
}

/** Warnings are for whoever writes a chart, and tests look at them by the console; errors are thrown. */
const quiet = {
  level: () => quiet,
  error: (...words) => { console.error(...words); return quiet; },
  warn: (...words) => { console.warn(...words); return quiet; },
  info: () => quiet,
  debug: () => quiet,
};

/** As many columns as the legend has room for, and how wide a label may be. */
function legendRoom(container, spec) {
  const axis = 70;
  const room = Math.max(120, container.clientWidth - axis);
  return {
    legendColumns: Math.max(1, Math.floor(room / spec.usermeta.legendColumnWidth)),
    legendLabelLimit: room - 50,
  };
}

/** A plane has sides of the same scale, as wide as there is room for, within reason. */
function planeSize(container, spec) {
  const axis = 70;
  const width = Math.max(160, Math.min(400, container.clientWidth - axis));
  return { width, height: width * spec.usermeta.aspect };
}

export function isPlane(spec) {
  return spec.usermeta.aspect !== undefined;
}

/** Draws a chart of a report in the room that its container has. */
export function drawFitted(container, spec, isDark) {
  const room = legendRoom(container, spec);
  for (const param of spec.params) param.value = room[param.name];
  if (isPlane(spec)) Object.assign(spec, planeSize(container, spec));
  return drawChart(container, spec, isDark);
}

/** Fits a drawn chart to another width of its container. */
export function refit(view, container, spec) {
  for (const [name, value] of Object.entries(legendRoom(container, spec))) view.signal(name, value);
  if (isPlane(spec)) {
    const { width, height } = planeSize(container, spec);
    view.width(width).height(height);
  } else {
    view.signal("width", container.clientWidth);
  }
  view.resize().run();
}
