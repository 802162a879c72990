// Brush, eraser, filled outline and threshold brush: which voxels a movement of the pointer sets.
// Points are in picture elements of a plane; the element (x, y) reaches from x to x + 1.
import { runsOf } from "./mask.js";

/** @typedef {{x: number, y: number}} Point */
/** @typedef {(x: number, y: number) => void} Visit */

/**
 * Elements whose center lies within a distance of a segment, in mm: what a round brush sweeps.
 * The element below the end is always among them, however thin the brush.
 * @param {import("./plane.js").Plane} plane
 * @param {Point} from
 * @param {Point} to
 * @param {number} radius mm
 * @param {Visit} visit
 */
export function sweep(plane, from, to, radius, visit) {
  const [w, h] = plane.mm;
  const [ax, ay, bx, by] = [from.x * w, from.y * h, to.x * w, to.y * h];
  const [dx, dy] = [bx - ax, by - ay];
  const length2 = dx * dx + dy * dy;
  const limit = radius * radius;
  const [left, right] = range(Math.min(ax, bx) - radius, Math.max(ax, bx) + radius, w, plane.width);
  const [top, bottom] = range(Math.min(ay, by) - radius, Math.max(ay, by) + radius, h, plane.height);
  for (let y = top; y <= bottom; y += 1) {
    const cy = (y + 0.5) * h - ay;
    for (let x = left; x <= right; x += 1) {
      const cx = (x + 0.5) * w - ax;
      const along = length2 > 0 ? Math.min(1, Math.max(0, (cx * dx + cy * dy) / length2)) : 0;
      const [ex, ey] = [cx - along * dx, cy - along * dy];
      if (ex * ex + ey * ey <= limit) visit(x, y);
    }
  }
  const [x, y] = [Math.floor(to.x), Math.floor(to.y)];
  if (plane.holds(x, y)) visit(x, y);
}

/**
 * @param {number} low mm
 * @param {number} high mm
 * @param {number} step mm of an element
 * @param {number} size elements
 * @returns {[number, number]} first and last element that can have its center in between
 */
function range(low, high, step, size) {
  return [Math.max(0, Math.ceil(low / step - 0.5)), Math.min(size - 1, Math.floor(high / step - 0.5))];
}

/**
 * Elements whose center lies inside a closed outline, by scan line with the even-odd rule.
 * @param {import("./plane.js").Plane} plane
 * @param {Point[]} outline the last point is joined to the first
 * @param {Visit} visit
 */
export function fill(plane, outline, visit) {
  const ys = outline.map(({ y }) => y);
  const top = Math.max(0, Math.ceil(Math.min(...ys) - 0.5));
  const bottom = Math.min(plane.height - 1, Math.floor(Math.max(...ys) - 0.5));
  for (let y = top; y <= bottom; y += 1) {
    const cuts = crossings(outline, y + 0.5);
    for (let c = 0; c + 1 < cuts.length; c += 2) {
      const first = Math.max(0, Math.ceil(cuts[c] - 0.5));
      const last = Math.min(plane.width - 1, Math.ceil(cuts[c + 1] - 0.5) - 1);
      for (let x = first; x <= last; x += 1) visit(x, y);
    }
  }
}

/**
 * @param {Point[]} outline
 * @param {number} y
 * @returns {number[]} where the outline crosses a line, ascending
 */
function crossings(outline, y) {
  const cuts = [];
  for (let a = outline.length - 1, b = 0; b < outline.length; a = b, b += 1) {
    const [p, q] = [outline[a], outline[b]];
    if (p.y <= y !== q.y <= y) cuts.push(p.x + ((y - p.y) / (q.y - p.y)) * (q.x - p.x));
  }
  return cuts.sort((left, right) => left - right);
}

/** One stroke from press to release. The mask is changed as it goes; what changed is kept. */
export class Stroke {
  /**
   * @param {Uint8Array} mask
   * @param {import("./plane.js").Plane} plane
   * @param {number} slice
   * @param {0 | 1} value
   * @param {(n: number) => boolean} accepts which voxels may change
   */
  constructor(mask, plane, slice, value, accepts = () => true) {
    this.mask = mask;
    this.plane = plane;
    this.slice = slice;
    this.value = value;
    this.accepts = accepts;
    /** @type {number[]} */
    this.touched = [];
    /** @type {Visit} */
    this.set = (x, y) => {
      const n = plane.number(x, y, slice);
      if (mask[n] === value || !accepts(n)) return;
      mask[n] = value;
      this.touched.push(n);
    };
  }

  /**
   * @param {Point} from
   * @param {Point} to
   * @param {number} radius mm
   */
  sweep(from, to, radius) {
    sweep(this.plane, from, to, radius, this.set);
  }

  /** @param {Point[]} outline */
  fill(outline) {
    if (outline.length > 2) fill(this.plane, outline, this.set);
  }

  /** @returns {import("./mask.js").Change} all that the stroke changed */
  finish() {
    const voxels = Uint32Array.from(this.touched).sort();
    return runsOf(voxels, () => this.value);
  }
}
