// The script of a page of episodes: plays them, side by side where there are several policies.
// Sets data-ready on <html> when the first row is shown, or data-error with the reason.

import { readPage } from "./episode-data.js";
import { CanvasStage, canDraw } from "./episode-canvas.js";
import { SceneStage } from "./episode-scene.js";
import { Curves } from "./episode-charts.js";
import { film } from "./episode-film.js";

const page = document.documentElement;
const darkScheme = window.matchMedia("(prefers-color-scheme: dark)");
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const data = readPage();
const find = (name) => document.getElementById(name);
const controls = {
  play: find("play"), back: find("back"), on: find("on"), scrub: find("scrub"), clock: find("clock"),
  speed: find("speed"), episode: find("episode"), follow: find("follow"),
};

const stages = data.policies.map((policy, i) => ({ policy, figure: find(`stage-${i}`), drawing: null }));
const curves = new Curves(find("curves"), (row) => { pause(); seek(row); });

let row = 0;
let playing = false;
let before = 0;

const shown = () => stages.map(({ policy }) => ({ label: policy.label, episode: policy.episodes[Number(controls.episode.value)] }));
const last = () => Math.max(...shown().map(({ episode }) => episode.last));
const stepSeconds = () => shown()[0].episode.dt;

/** What draws a policy's episodes; null where the task says nothing that could be drawn. */
function drawingOf({ policy, figure }) {
  const view = figure.querySelector(".view");
  view.replaceChildren();
  const { scene } = policy.episodes[0];
  try {
    if (scene?.geoms) return new SceneStage(view, scene, darkScheme.matches);
    if (canDraw(scene)) return new CanvasStage(view);
    view.textContent = "This task does not say what to draw; its curves are below.";
  } catch {
    view.textContent = "This browser has no WebGL, which the picture needs; the curves are below.";
  }
  view.classList.add("empty");
  return null;
}

const number = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2)).replace("-", "\u2212");

function show() {
  const [whole, part] = [Math.floor(row), row - Math.floor(row)];
  shown().forEach(({ episode }, i) => {
    const at = Math.min(whole, episode.last);
    stages[i].drawing?.show(episode, at, at < episode.last ? part : 0);
    const ended = at === episode.last ? `, ${episode.end}` : "";
    stages[i].figure.querySelector(".readout").textContent = `step ${at}, return ${number(episode.returns[at])}${ended}`;
  });
  controls.scrub.value = whole;
  controls.clock.textContent = `${whole} / ${last()}`;
  controls.scrub.setAttribute("aria-valuetext", `step ${whole} of ${last()}`);
  curves.mark(row);
}

function seek(target) {
  row = Math.max(0, Math.min(last(), Math.round(target)));
  show();
}

function pause() {
  playing = false;
  controls.play.textContent = "Play";
}

function play() {
  if (row >= last()) row = 0;
  playing = true;
  before = performance.now();
  controls.play.textContent = "Pause";
  soon(tick);
}

/** The next frame, or a tenth of a second where the browser draws none, as of a hidden page. */
function soon(work) {
  let isDone = false;
  const once = () => {
    if (!isDone) work(performance.now());
    isDone = true;
  };
  requestAnimationFrame(once);
  setTimeout(once, 100);
}

/** Real time where the task has one and the speed is 1; a grid takes eight steps a second. */
function tick(now) {
  if (!playing) return;
  const isTimed = stepSeconds() < 1;
  const rate = Number(controls.speed.value) / (isTimed ? stepSeconds() : 0.125);
  row = Math.min(last(), row + ((now - before) / 1000) * rate);
  before = now;
  show();
  if (row >= last()) pause();
  else soon(tick);
}

async function start() {
  delete page.dataset.ready;
  for (const stage of stages) {
    stage.drawing = drawingOf(stage);
    if (stage.drawing instanceof SceneStage) stage.drawing.follows = controls.follow.checked;
  }
  find("camera").hidden = !stages.some((stage) => stage.drawing instanceof SceneStage);
  change();
  page.dataset.ready = "true";
}

/** Another episode was chosen. */
function change() {
  row = 0;
  controls.scrub.max = last();
  stages.forEach(({ drawing }) => drawing?.again?.());
  curves.draw(shown(), darkScheme.matches);
  show();
}

controls.play.addEventListener("click", () => (playing ? pause() : play()));
controls.back.addEventListener("click", () => { pause(); seek(Math.ceil(row) - 1); });
controls.on.addEventListener("click", () => { pause(); seek(Math.floor(row) + 1); });
controls.scrub.addEventListener("input", () => { pause(); seek(Number(controls.scrub.value)); });
controls.episode.addEventListener("change", change);
controls.follow.addEventListener("change", () => {
  for (const { drawing } of stages) if (drawing) drawing.follows = controls.follow.checked;
});
document.addEventListener("keydown", (event) => {
  if (event.target.closest("button, select, input, a")) return;
  const keys = { " ": () => controls.play.click(), ArrowLeft: () => controls.back.click(), ArrowRight: () => controls.on.click(),
    Home: () => { pause(); seek(0); }, End: () => { pause(); seek(last()); } };
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});
darkScheme.addEventListener("change", start);
window.addEventListener("resize", async () => { await curves.resize(); show(); });

// For whoever drives the page by a script: frames of a film, and tests.
window.dyad = { seek, last, stepSeconds, positionOf: (policy, geom) => stages[policy].drawing?.positionOf(geom) };

const isFilmed = window.location.hash === "#film";
start().then(() => { if (isFilmed) film({ stages, seek, last, stepSeconds }); else if (!calm.matches) play(); })
  .catch((error) => { page.dataset.error = error.message; });
