// A MuJoCo task in three.js: the model's geoms, where the simulator had them.

import * as three from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";

const poseSize = 7;
const endless = 60;

/** MuJoCo's shapes as geometries whose axis is z. */
function geometry({ kind, size: [a, b, c] }) {
  switch (kind) {
    case "sphere": return new three.SphereGeometry(a, 32, 20);
    case "capsule": return new three.CapsuleGeometry(a, 2 * b, 10, 24).rotateX(Math.PI / 2);
    case "cylinder": return new three.CylinderGeometry(a, a, 2 * b, 32).rotateX(Math.PI / 2);
    case "ellipsoid": return new three.SphereGeometry(1, 32, 20).scale(a, b, c);
    case "box": return new three.BoxGeometry(2 * a, 2 * b, 2 * c);
    case "plane": return new three.PlaneGeometry(2 * (a || endless), 2 * (b || endless));
    default: return new three.SphereGeometry(a || 0.02, 16, 12);
  }
}

/** Squares of a metre on an endless floor, so that motion can be seen. */
function floorTexture(isDark) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 64;
  const pen = canvas.getContext("2d");
  const [one, other] = isDark ? ["#262a33", "#2f343f"] : ["#e3e7ee", "#d3d9e3"];
  for (const [x, y] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
    pen.fillStyle = x === y ? one : other;
    pen.fillRect(32 * x, 32 * y, 32, 32);
  }
  const texture = new three.CanvasTexture(canvas);
  texture.wrapS = texture.wrapT = three.RepeatWrapping;
  texture.repeat.set(endless, endless);
  texture.colorSpace = three.SRGBColorSpace;
  texture.anisotropy = 8;
  return texture;
}

function mesh(shape, isDark) {
  const [red, green, blue, opacity] = shape.color;
  const isFloor = shape.kind === "plane";
  const material = new three.MeshStandardMaterial({
    color: isFloor ? 0xffffff : new three.Color().setRGB(red, green, blue, three.SRGBColorSpace),
    map: isFloor ? floorTexture(isDark) : null,
    roughness: isFloor ? 1 : 0.55,
    transparent: opacity < 1,
    opacity,
  });
  const result = new three.Mesh(geometry(shape), material);
  result.name = shape.name;
  result.castShadow = !isFloor;
  result.receiveShadow = true;
  result.visible = opacity > 0;
  return result;
}

export class SceneStage {
  /** Throws where the browser has no WebGL. */
  constructor(view, scene, isDark) {
    this.view = view;
    this.renderer = new three.WebGLRenderer({ antialias: true });
    this.renderer.shadowMap.enabled = true;
    this.renderer.setPixelRatio(window.devicePixelRatio || 1);
    view.append(this.renderer.domElement);
    this.scene = new three.Scene();
    this.scene.background = new three.Color(isDark ? 0x14161b : 0xf4f6f9);
    this.meshes = scene.geoms.map((shape) => mesh(shape, isDark));
    this.moving = scene.geoms.map((shape, i) => i).filter((i) => scene.geoms[i].body > 0);
    this.scene.add(...this.meshes, new three.HemisphereLight(0xffffff, 0x8890a0, 1.6));
    this.sun = new three.DirectionalLight(0xffffff, 2.2);
    this.sun.castShadow = true;
    this.sun.shadow.mapSize.set(1024, 1024);
    this.scene.add(this.sun, this.sun.target);
    this.camera = new three.PerspectiveCamera(40, 1, 0.02, 200);
    this.camera.up.set(0, 0, 1);
    this.orbit = new OrbitControls(this.camera, this.renderer.domElement);
    this.orbit.addEventListener("change", () => this.render());
    this.follows = true;
    this.centre = null;
  }

  show(episode, row, part) {
    const [now, next] = [episode.row(row), episode.row(row + 1)];
    const [from, to] = [new three.Quaternion(), new three.Quaternion()];
    this.meshes.forEach((geom, i) => {
      const at = i * poseSize;
      const mix = (k) => now[at + k] + part * (next[at + k] - now[at + k]);
      geom.position.set(mix(0), mix(1), mix(2));
      from.set(now[at + 4], now[at + 5], now[at + 6], now[at + 3]);
      to.set(next[at + 4], next[at + 5], next[at + 6], next[at + 3]);
      geom.quaternion.slerpQuaternions(from, to, part);
    });
    this.follow();
    this.render();
  }

  /** The camera keeps its place relative to what moves, in height only as much as at the start. */
  follow() {
    const centre = new three.Vector3();
    for (const i of this.moving) centre.addScaledVector(this.meshes[i].position, 1 / this.moving.length);
    if (!this.centre) {
      this.frame(centre);
    } else if (this.follows) {
      const shift = new three.Vector3(centre.x - this.centre.x, centre.y - this.centre.y, 0);
      this.camera.position.add(shift);
      this.orbit.target.add(shift);
      this.centre.copy(centre);
    }
    this.sun.position.copy(this.orbit.target).add(new three.Vector3(-2, -3, 6));
    this.sun.target.position.copy(this.orbit.target);
  }

  /** A first view from the side, far enough that all that moves has room. */
  frame(centre) {
    const box = new three.Box3();
    for (const i of this.moving) box.expandByObject(this.meshes[i]);
    const radius = Math.max(0.3, box.getSize(new three.Vector3()).length() / 2);
    this.centre = centre.clone();
    this.orbit.target.copy(centre);
    this.camera.position.copy(centre).add(new three.Vector3(0.6, -3.6, 1.2).multiplyScalar(radius));
    this.orbit.update();
    const reach = 3 * radius;
    Object.assign(this.sun.shadow.camera, { left: -reach, right: reach, top: reach, bottom: -reach, near: 0.5, far: 30 });
  }

  again() {
    this.centre = null;
  }

  render() {
    const { clientWidth: width, clientHeight: height } = this.view;
    const size = this.renderer.getSize(new three.Vector2());
    if (size.x !== width || size.y !== height) this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.renderer.render(this.scene, this.camera);
  }

  /** Where a geom is drawn. */
  positionOf(name) {
    return this.meshes.find((geom) => geom.name === name)?.position.toArray();
  }
}
