// Chart colours for light and dark pages. Lines take the Okabe-Ito palette, which readers with any colour vision can
// tell apart; its order puts the strongest contrasts first, and black gives way to white on a dark page.

const light = {
  background: "#ffffff",
  text: "#5b6270",
  title: "#2b303b",
  axis: "#c4c9d2",
  grid: "#eceef2",
  stream: "#b3b9c4",
  lines: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c7a00"],
};

const dark = {
  background: "#14161b",
  text: "#a3abb9",
  title: "#d8dce4",
  axis: "#474d5a",
  grid: "#272b34",
  stream: "#59616f",
  lines: ["#56b4e9", "#f07a2a", "#1fc497", "#dd9bc0", "#e69f00", "#3f8fd0", "#ffffff", "#f0e442"],
};

const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', sans-serif";

/** The Vega-Lite config of a page that is dark or not. */
export function chartConfig(isDark) {
  const colours = isDark ? dark : light;
  return {
    background: colours.background,
    font,
    padding: 2,
    range: { category: colours.lines },
    view: { stroke: null },
    line: { strokeWidth: 1.8, strokeJoin: "round", strokeCap: "butt" },
    point: { size: 46, filled: true, opacity: 1, stroke: colours.background, strokeWidth: 1.2 },
    rule: { color: colours.text, strokeWidth: 1 },
    style: {
      band: { opacity: isDark ? 0.22 : 0.16 },
      "faint-band": { opacity: isDark ? 0.09 : 0.06 },
      seed: { strokeWidth: 0.8, opacity: 0.4 },
      streamline: { color: colours.stream, strokeWidth: 0.9 },
      arrowhead: { color: colours.stream, strokeWidth: 0, size: 34 },
      trajectory: { strokeWidth: 2.2 },
      landmark: { color: colours.title, stroke: colours.background, strokeWidth: 1.2, size: 60 },
      "landmark-label": { color: colours.title, fontSize: 12, dx: 6, dy: -5 },
    },
    axis: {
      labelColor: colours.text,
      labelFontSize: 11,
      labelPadding: 6,
      titleColor: colours.title,
      titleFontSize: 12,
      titleFontWeight: 500,
      titlePadding: 10,
      gridColor: colours.grid,
      domainColor: colours.axis,
      tickColor: colours.axis,
      tickSize: 4,
    },
    axisX: { grid: false },
    axisY: { domain: false, ticks: false },
    legend: {
      labelColor: colours.title,
      labelFontSize: 12,
      labelOffset: 6,
      symbolStrokeWidth: 2.4,
      symbolSize: 420,
      rowPadding: 4,
      columnPadding: 18,
      offset: 10,
    },
  };
}
