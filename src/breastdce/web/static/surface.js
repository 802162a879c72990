// How far the surface of the mask lies from the one before: the server measures, this draws.
import { pack } from "./window.js";

/** Distance that has the full color, mm. */
const FULL_MM = 5;
/** Black around the picture, voxels. */
const MARGIN = 6;

/**
 * @typedef {object} Surface
 * @property {Uint32Array} numbers of the surface voxels
 * @property {Float32Array} moved mm: positive outside of the mask before, negative inside
 */

/**
 * @param {ArrayBuffer} bytes numbers of voxels, then as many distances
 * @returns {Surface}
 */
export function readSurface(bytes) {
  const half = bytes.byteLength / 2;
  return { numbers: new Uint32Array(bytes, 0, half / 4), moved: new Float32Array(bytes, half) };
}

/**
 * A surface in one plane: the farthest of all voxels behind each element, in a box around them.
 * @param {import("./plane.js").Plane} plane
 * @param {Surface} surface
 * @param {number[]} shape voxels along i, j, k
 * @returns {{width: number, height: number, moved: Float32Array}} row by row; NaN where there is none
 */
export function flatten(plane, { numbers, moved }, [I, J]) {
  const places = Array.from(numbers, (n) =>
    plane.place([n % I, Math.floor(n / I) % J, Math.floor(n / (I * J))]),
  );
  const [x, y] = [range(places.map((at) => at.x)), range(places.map((at) => at.y))];
  const [width, height] = [x, y].map(({ low, high }) => high - low + 1 + 2 * MARGIN);
  const farthest = new Float32Array(width * height).fill(NaN);
  places.forEach((at, n) => {
    const here = at.x - x.low + MARGIN + width * (at.y - y.low + MARGIN);
    if (!(Math.abs(farthest[here]) >= Math.abs(moved[n]))) farthest[here] = moved[n];
  });
  return { width, height, moved: farthest };
}

/**
 * @param {import("./plane.js").Plane} plane
 * @param {Surface} surface
 * @param {number[]} shape
 * @returns {HTMLCanvasElement} warm: outside of the mask before; cold: inside
 */
export function surfacePicture(plane, surface, shape) {
  const { width, height, moved } = flatten(plane, surface, shape);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const picture = new ImageData(width, height);
  new Uint32Array(picture.data.buffer).set(Uint32Array.from(moved, distanceColor));
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).putImageData(picture, 0, 0);
  const [w, h] = plane.mm;
  canvas.style.aspectRatio = String((width * w) / (height * h));
  return canvas;
}

/**
 * @param {number[]} values at least one
 * @returns {{low: number, high: number}}
 */
function range(values) {
  return values.reduce(
    ({ low, high }, value) => ({ low: Math.min(low, value), high: Math.max(high, value) }),
    { low: Infinity, high: -Infinity },
  );
}

/**
 * @param {number} mm
 * @returns {number} packed color
 */
function distanceColor(mm) {
  if (Number.isNaN(mm)) return pack(0, 0, 0);
  const share = Math.min(1, Math.abs(mm) / FULL_MM);
  const end = mm > 0 ? [255, 120, 10] : [40, 130, 255];
  const [r, g, b] = end.map((full) => Math.round(190 + (full - 190) * share));
  return pack(r, g, b);
}
