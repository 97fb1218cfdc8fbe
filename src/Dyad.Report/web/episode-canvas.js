// Classic control and grids on a canvas, as gym draws them, from the numbers of a row.

const world = {
  "cart-pole": { left: -2.6, right: 2.6, bottom: -0.8, top: 1.7 },
  pendulum: { left: -1.6, right: 1.6, bottom: -1.6, top: 1.6 },
  acrobot: { left: -2.3, right: 2.3, bottom: -2.3, top: 2.3 },
  "mountain-car": { left: -1.25, right: 0.65, bottom: -0.2, top: 1.3 },
};

/** Lengths of the pictures: a pole from axle to tip, the links of an acrobot. */
const pole = 1;

const drawings = {
  "cart-pole"(pen, [x, , theta], colours) {
    pen.line([[-2.6, 0], [2.6, 0]], colours.rule, 1.5);
    for (const limit of [-2.4, 2.4]) pen.line([[limit, -0.12], [limit, 0.12]], colours.rule, 1.5);
    pen.box(x - 0.25, -0.12, 0.5, 0.24, colours.body);
    pen.line([[x, 0.06], [x + pole * Math.sin(theta), 0.06 + pole * Math.cos(theta)]], colours.limb, 9);
    pen.dot(x, 0.06, 4, colours.joint);
  },

  // The angle is 0 upright and grows against the clock.
  pendulum(pen, [theta], colours) {
    pen.line([[0, 0], [-Math.sin(theta), Math.cos(theta)]], colours.limb, 16);
    pen.dot(0, 0, 5, colours.joint);
  },

  // Both angles are 0 hanging down; the second is relative to the first.
  acrobot(pen, [first, second], colours) {
    const elbow = [Math.sin(first), -Math.cos(first)];
    const tip = [elbow[0] + Math.sin(first + second), elbow[1] - Math.cos(first + second)];
    pen.line([[-2.3, 1], [2.3, 1]], colours.goal, 1.5);
    pen.line([[0, 0], elbow], colours.limb, 11);
    pen.line([elbow, tip], colours.body, 11);
    for (const joint of [[0, 0], elbow]) pen.dot(...joint, 5, colours.joint);
  },

  "mountain-car"(pen, [position], colours, episode) {
    const height = (x) => 0.45 * Math.sin(3 * x) + 0.55;
    const goal = episode.task.startsWith("MountainCarContinuous") ? 0.45 : 0.5;
    const hill = Array.from({ length: 96 }, (_, i) => -1.2 + (1.8 * i) / 95).map((x) => [x, height(x)]);
    pen.line(hill, colours.rule, 2);
    pen.line([[goal, height(goal)], [goal, height(goal) + 0.22]], colours.goal, 2);
    pen.fill([[goal, height(goal) + 0.22], [goal, height(goal) + 0.14], [goal + 0.07, height(goal) + 0.18]], colours.goal);
    pen.dot(position, height(position) + 0.045, 9, colours.body);
  },
};

/** Draws in the world's units, y upwards, scaled alike in both directions and centred. */
class Pen {
  constructor(canvas, { left, right, bottom, top }) {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    this.context = canvas.getContext("2d");
    this.context.scale(ratio, ratio);
    this.scale = Math.min(width / (right - left), height / (top - bottom));
    this.place = (x, y) => [
      width / 2 + (x - (left + right) / 2) * this.scale,
      height / 2 - (y - (bottom + top) / 2) * this.scale,
    ];
  }

  path(points) {
    this.context.beginPath();
    points.forEach(([x, y], i) => this.context[i ? "lineTo" : "moveTo"](...this.place(x, y)));
  }

  line(points, colour, width) {
    this.path(points);
    Object.assign(this.context, { strokeStyle: colour, lineWidth: width, lineCap: "round", lineJoin: "round" });
    this.context.stroke();
  }

  fill(points, colour) {
    this.path(points);
    this.context.fillStyle = colour;
    this.context.fill();
  }

  box(x, y, width, height, colour) {
    this.fill([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], colour);
  }

  dot(x, y, radius, colour) {
    this.context.beginPath();
    this.context.arc(...this.place(x, y), radius, 0, 2 * Math.PI);
    this.context.fillStyle = colour;
    this.context.fill();
  }
}

/** Where the agent stands on its grid: walls, goals, starts, how often each cell was visited so far, and the agent. */
function drawGrid(canvas, episode, scene, row, colours) {
  const [height, width] = [scene.rows.length, Math.max(...scene.rows.map((line) => line.length))];
  const pen = new Pen(canvas, { left: -0.2, right: width + 0.2, bottom: -0.2, top: height + 0.2 });
  const paint = (line, column, colour) => pen.box(column + 0.02, height - line - 0.98, 0.96, 0.96, colour);
  scene.rows.forEach((cells, line) => [...cells].forEach((cell, column) => {
    paint(line, column, cell === "#" ? colours.wall : cell === "G" ? colours.goal : cell === "S" ? colours.start : colours.free);
  }));
  const visits = new Map();
  for (let i = 0; i <= row; i++) visits.set(episode.row(i)[0], (visits.get(episode.row(i)[0]) ?? 0) + 1);
  const most = Math.max(...visits.values());
  pen.context.globalAlpha = 0.75;
  for (const [state, count] of visits) {
    const [line, column] = scene.cells[state];
    const side = 0.25 + 0.5 * Math.sqrt(count / most);
    pen.box(column + (1 - side) / 2, height - line - (1 + side) / 2, side, side, colours.visited);
  }
  pen.context.globalAlpha = 1;
  const [line, column] = scene.cells[episode.row(row)[0]];
  pen.dot(column + 0.5, height - line - 0.5, 0.32 * pen.scale, colours.body);
}

function coloursOf(element) {
  const style = getComputedStyle(element);
  const names = { rule: "--muted", body: "--draw-body", limb: "--draw-limb", joint: "--draw-joint", goal: "--draw-goal", wall: "--draw-wall",
    free: "--raised", start: "--draw-start", visited: "--draw-visited" };
  return Object.fromEntries(Object.entries(names).map(([name, variable]) => [name, style.getPropertyValue(variable).trim()]));
}

export class CanvasStage {
  constructor(view) {
    this.canvas = document.createElement("canvas");
    view.append(this.canvas);
  }

  /** Shows a row; part, from 0 to 1, is how far it is on the way to the next one. */
  show(episode, row, part) {
    const scene = episode.scene;
    const colours = coloursOf(this.canvas);
    if (scene.draw === "grid") {
      drawGrid(this.canvas, episode, scene, row, colours);
      return;
    }

    const [now, next] = [episode.row(row), episode.row(row + 1)];
    const numbers = Array.from(now, (value, i) => value + part * turn(next[i] - value));
    drawings[scene.draw](new Pen(this.canvas, world[scene.draw]), numbers, colours, episode);
  }
}

/** An angle that wrapped around goes on the short way. */
function turn(difference) {
  return Math.abs(difference) > Math.PI ? 0 : difference;
}

export function canDraw(scene) {
  return scene?.draw === "grid" || scene?.draw in drawings;
}
