// Maximum intensity projection along a plane's stack, with the mask's shadow kept up to date.
import { eachVoxel } from "./mask.js";

/**
 * @param {Int16Array} data
 * @param {import("./plane.js").Plane} plane
 * @returns {{data: Int16Array, slices: Uint16Array}} maxima row by row, and the slice of each
 */
export function project(data, plane) {
  const { width, height, depth } = plane;
  const maxima = new Int16Array(width * height).fill(-32768);
  const slices = new Uint16Array(width * height);
  const right = plane.strides[0];
  for (let slice = 0; slice < depth; slice += 1) {
    let at = 0;
    for (let y = 0; y < height; y += 1) {
      let n = plane.number(0, y, slice);
      for (let x = 0; x < width; x += 1) {
        if (data[n] > maxima[at]) {
          maxima[at] = data[n];
          slices[at] = slice;
        }
        at += 1;
        n += right;
      }
    }
  }
  return { data: maxima, slices };
}

/** How many voxels of the mask lie behind each element of a projection. */
export class Shadow {
  /**
   * @param {import("./plane.js").Plane} plane
   * @param {number[]} shape
   */
  constructor(plane, shape) {
    this.plane = plane;
    this.shape = shape;
    this.counts = new Uint16Array(plane.width * plane.height);
    this.mask = new Uint8Array(plane.width * plane.height);
  }

  /** @param {Uint8Array} mask */
  whole(mask) {
    this.counts.fill(0);
    this.mask.fill(0);
    for (let n = mask.indexOf(1); n >= 0; n = mask.indexOf(1, n + 1)) this.add(n, 1);
  }

  /** @param {import("./mask.js").Change} change */
  follow(change) {
    eachVoxel(change, (n, value) => this.add(n, value ? 1 : -1));
  }

  /**
   * @param {number} n
   * @param {number} step
   */
  add(n, step) {
    const [I, J] = this.shape;
    const row = Math.floor(n / I);
    const { x, y } = this.plane.place([n - row * I, row % J, Math.floor(row / J)]);
    const at = x + this.plane.width * y;
    this.counts[at] += step;
    this.mask[at] = this.counts[at] ? 1 : 0;
  }
}

/** Projections and shadows that were asked for once. */
export class Projections {
  /**
   * @param {number[]} shape
   * @param {Uint8Array} mask that the shadows are of
   */
  constructor(shape, mask) {
    this.shape = shape;
    this.mask = mask;
    /** @type {Map<string, {data: Int16Array, slices: Uint16Array}>} */
    this.made = new Map();
    /** @type {Map<string, Shadow>} */
    this.shadows = new Map();
  }

  /**
   * @param {import("./volume.js").Volume} volume
   * @param {import("./plane.js").Plane} plane
   */
  has(volume, plane) {
    return this.made.has(`${volume.name} ${plane.name}`);
  }

  /**
   * @param {import("./volume.js").Volume} volume
   * @param {import("./plane.js").Plane} plane
   */
  of(volume, plane) {
    const key = `${volume.name} ${plane.name}`;
    let found = this.made.get(key);
    if (!found) this.made.set(key, (found = project(volume.data, plane)));
    return found;
  }

  /**
   * @param {import("./plane.js").Plane} plane
   * @returns {Uint8Array}
   */
  shadow(plane) {
    let shadow = this.shadows.get(plane.name);
    if (!shadow) {
      shadow = new Shadow(plane, this.shape);
      shadow.whole(this.mask);
      this.shadows.set(plane.name, shadow);
    }
    return shadow.mask;
  }

  /** @param {import("./mask.js").Change} change of the mask */
  follow(change) {
    for (const shadow of this.shadows.values()) shadow.follow(change);
  }

  /** The mask was replaced. */
  whole() {
    for (const shadow of this.shadows.values()) shadow.whole(this.mask);
  }
}

/**
 * @param {import("./plane.js").Plane} plane
 * @returns {import("./plane.js").Plane} of a picture that lies in memory row by row
 */
export function flat(plane) {
  return Object.assign(Object.create(Object.getPrototypeOf(plane)), {
    ...plane,
    depth: 1,
    strides: [1, plane.width, 0],
    origin: 0,
  });
}
