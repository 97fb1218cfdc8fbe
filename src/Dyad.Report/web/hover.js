// Reading values off a chart: a rule at the nearest position, a dot on each line, and one tooltip for all of them.
// Only the handful of hovered rows enters the chart's dataflow, so thousands of points stay quick.

/** Adds the reading rule and its tooltip to a rendered chart; rows() gives the rows of its lines as they are now. */
export function addHover(view, spec, container, rows = () => spec.data.values) {
  const tooltip = document.createElement("div");
  tooltip.className = "reading";
  tooltip.hidden = true;
  container.append(tooltip);
  let shown = "";

  const show = (near, event) => {
    const key = near.map((row) => `${row.series} ${row.x} ${row.mean}`).join();
    if (key !== shown) {
      shown = key;
      view.data("reading", near).runAsync();
      fill(tooltip, near, view.scale("color"), spec.usermeta.xTitle);
    }
    tooltip.hidden = near.length === 0;
    if (!tooltip.hidden) place(tooltip, container, event);
  };

  // A chart that is drawn anew has a new drawing: listeners on it go with it.
  const svg = container.querySelector("svg.marks");
  const rowsAt = (event) => {
    const box = svg.getBoundingClientRect();
    const zoom = box.width / svg.width.baseVal.value;
    const pixel = (event.clientX - box.left) / zoom - view.origin()[0];
    if (pixel < -8 || pixel > view.width() + 8) return [];
    return nearestRows(linesOf(rows()), view.scale("x").invert(pixel));
  };

  svg.addEventListener("pointermove", (event) => show(rowsAt(event), event));
  svg.addEventListener("pointerleave", (event) => show([], event));
}

function linesOf(rows) {
  const lines = new Map();
  for (const row of rows) {
    if (row.mean === null) continue;
    if (!lines.has(row.series)) lines.set(row.series, []);
    lines.get(row.series).push(row);
  }
  return [...lines.values()];
}

/** The row of each line that is nearest to x; the nearest of all carries the rule. */
function nearestRows(lines, x) {
  const distance = (row) => Math.abs(row.x - x);
  const rows = lines.map((line) => {
    const right = firstAtLeast(line, x);
    return right > 0 && distance(line[right - 1]) < distance(line[right]) ? line[right - 1] : line[right];
  });
  const least = Math.min(...rows.map(distance));
  const ruled = rows.findIndex((row) => distance(row) === least);
  return rows.map((row, index) => ({ ...row, rule: index === ruled }));
}

/** Index of the first row at or after x, or of the last row; positions increase. */
function firstAtLeast(line, x) {
  let low = 0;
  let high = line.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (line[middle].x < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const position = new Intl.NumberFormat("en", { maximumSignificantDigits: 9 });

function format(value) {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e7) ? value.toExponential(2) : number.format(value);
}

function fill(tooltip, rows, colour, xTitle) {
  const ruled = rows.find((row) => row.rule);
  const table = document.createElement("table");
  for (const row of rows) {
    const line = table.insertRow();
    const swatch = document.createElement("i");
    swatch.style.background = colour(row.series);
    line.insertCell().append(swatch, row.series);
    line.insertCell().textContent = format(row.mean);
    const band = row.low === undefined || row.low === null ? "" : `${format(row.low)} to ${format(row.high)}`;
    line.insertCell().textContent = ruled.x === row.x ? band : `${band} (at ${position.format(row.x)})`.trim();
  }
  const heading = document.createElement("p");
  heading.textContent = ruled ? `${xTitle}: ${position.format(ruled.x)}` : "";
  tooltip.replaceChildren(heading, table);
}

function place(tooltip, container, event) {
  const box = container.getBoundingClientRect();
  const gap = 14;
  const right = event.clientX - box.left + gap;
  const fits = right + tooltip.offsetWidth <= box.width;
  const left = fits ? right : Math.max(0, right - 2 * gap - tooltip.offsetWidth);
  tooltip.style.transform = `translate(${left}px, ${event.clientY - box.top + gap}px)`;
}
