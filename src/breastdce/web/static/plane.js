// Which voxel a picture element shows. The server says how a plane lies in the array; nothing here
// knows about patients, orientation or NIfTI.

const AXES = "ijk";

/** @typedef {[number, number, number]} Voxel i, j, k */
/** @typedef {{x: number, y: number, slice: number}} Place of a voxel in a plane */

/**
 * @param {string} text as "-i"
 * @returns {{axis: number, down: boolean}} array axis, and whether its index falls
 */
function signedAxis(text) {
  const axis = AXES.indexOf(text.slice(-1));
  if (axis < 0) throw new RangeError(`"${text}" is no axis.`);
  return { axis, down: text.startsWith("-") };
}

/** One of the three ways to cut the volume. */
export class Plane {
  /**
   * @param {string} name
   * @param {import("./api.js").PlaneInfo} info
   * @param {number[]} shape voxels along i, j, k
   * @param {number[]} spacing mm along i, j, k
   */
  constructor(name, info, shape, spacing) {
    const steps = [1, shape[0], shape[0] * shape[1]];
    const [right, down, stack] = [info.right, info.down, info.slice].map(signedAxis);
    this.name = name;
    this.axes = [right.axis, down.axis, stack.axis];
    this.edges = info.edges ?? ["", "", "", ""];
    this.width = shape[right.axis];
    this.height = shape[down.axis];
    this.depth = shape[stack.axis];
    /** Size of a picture element, mm. */
    this.mm = [spacing[right.axis], spacing[down.axis]];
    this.falls = [right.down, down.down, stack.down];
    this.strides = [right, down, stack].map(({ axis, down: falls }) => (falls ? -steps[axis] : steps[axis]));
    /** Voxel number at x = y = slice = 0. */
    this.origin = [right, down, stack].reduce(
      (sum, { axis, down: falls }) => sum + (falls ? (shape[axis] - 1) * steps[axis] : 0),
      0,
    );
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} slice
   * @returns {number} voxel number
   */
  number(x, y, slice) {
    return this.origin + x * this.strides[0] + y * this.strides[1] + slice * this.strides[2];
  }

  /**
   * @param {Readonly<Voxel>} voxel
   * @returns {Place}
   */
  place(voxel) {
    const sizes = [this.width, this.height, this.depth];
    const [x, y, slice] = this.axes.map((axis, a) => (this.falls[a] ? sizes[a] - 1 - voxel[axis] : voxel[axis]));
    return { x, y, slice };
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} slice
   * @returns {Voxel}
   */
  voxel(x, y, slice) {
    /** @type {Voxel} */
    const voxel = [0, 0, 0];
    const sizes = [this.width, this.height, this.depth];
    [x, y, slice].forEach((at, a) => {
      voxel[this.axes[a]] = this.falls[a] ? sizes[a] - 1 - at : at;
    });
    return voxel;
  }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {boolean}
   */
  holds(x, y) {
    return x >= 0 && y >= 0 && x < this.width && y < this.height;
  }
}

/**
 * What a picture is made of. Tables are indexed by stored value + 32768 and hold packed RGBA.
 * @typedef {object} Layers
 * @property {Int16Array} data
 * @property {Uint32Array} grey
 * @property {Uint8Array | null} mask
 * @property {Uint32Array} tinted the grey table below the mask's color
 * @property {((n: number, under: number) => number) | null} color laid over the grey
 */

/**
 * Fill a picture: one loop over its elements.
 * @param {Uint32Array} out packed RGBA, row by row
 * @param {Plane} plane
 * @param {number} slice
 * @param {Layers} layers
 */
export function fillPicture(out, plane, slice, layers) {
  const { data, grey, tinted, color } = layers;
  const mask = layers.mask ?? NO_MASK;
  const right = plane.strides[0];
  let at = 0;
  for (let y = 0; y < plane.height; y += 1) {
    let n = plane.number(0, y, slice);
    for (let x = 0; x < plane.width; x += 1) {
      const table = mask[n] === 1 ? tinted : grey;
      const under = table[data[n] + 32768];
      out[at] = color === null ? under : color(n, under);
      at += 1;
      n += right;
    }
  }
}

const NO_MASK = new Uint8Array(0);
