// What a reader can take from a chart: the picture, and the numbers behind it.

/** A menu in a figure's corner; view() gives the chart as it is drawn now. */
export function addMenu(figure, name, spec, view) {
  const menu = document.createElement("details");
  menu.className = "menu";
  const summary = document.createElement("summary");
  summary.textContent = "Save";
  summary.setAttribute("aria-label", `Save this chart or its data: ${figure.querySelector("h3, h4")?.textContent ?? name}`);
  const list = document.createElement("ul");
  menu.append(summary, list);
  const offer = (text, file, blob) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", async () => {
      menu.open = false;
      save(await blob(), file);
    });
    item.append(button);
    list.append(item);
  };

  offer("Save as SVG", `${name}.svg`, async () => new Blob([await view().toSVG()], { type: "image/svg+xml" }));
  offer("Save as PNG", `${name}.png`, async () => picture(await view().toCanvas(3)));
  offer("Data (CSV)", `${name}.csv`, () => new Blob([csv(spec)], { type: "text/csv" }));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    summary.focus();
  });
  menu.addEventListener("focusout", (event) => { if (!menu.contains(event.relatedTarget)) menu.open = false; });
  figure.prepend(menu);
}

function picture(canvas) {
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
}

function save(blob, file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = file;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** The numbers of a chart: those of its lines, of its seeds, or of the curves of a plane. */
export function csv(spec) {
  const own = (values, kind) => values.map((row) => ({ kind, ...row }));
  const named = (name) => spec.layer.find((layer) => layer.data?.name === name)?.data.values ?? [];
  if (spec.data) {
    const seeds = own(named("seeds"), "seed").map((row) => ({ ...row, value: row.mean }));
    const lines = own(spec.data.values, "mean").map((row) => ({ ...row, value: row.mean }));
    return table(["line", "kind", "seed", spec.usermeta.xTitle, spec.usermeta.yTitle, "low", "high"],
      [...lines, ...seeds].map((row) => [row.series, row.kind, row.seed, row.x, row.value, row.low, row.high]));
  }

  const curves = spec.layer.filter((layer) => layer.mark.style === "trajectory").flatMap((layer) => layer.data.values);
  return table(["trajectory", "point", "x", "y"], curves.map((row) => [row.curve, row.i, row.x, row.y]));
}

function table(columns, rows) {
  const cell = (value) => {
    const text = value === undefined || value === null ? "" : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}
