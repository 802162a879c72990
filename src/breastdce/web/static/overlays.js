// What lies over the picture: outlines of guide masks, cached per slice, and the colors of PE and SER.
import { mix } from "./window.js";

/** @typedef {import("./window.js").Rgb} Rgb */

/** Least early enhancement that is colored, % : the threshold of the functional tumor volume. */
export const PE_THRESHOLD = 70;

/** Washout classes of the signal enhancement ratio: upper bound, color, word. */
export const SER_CLASSES = /** @type {const} */ ([
  { below: 0.9, color: /** @type {Rgb} */ ([75, 121, 238]), word: "persistent" },
  { below: 1.3, color: /** @type {Rgb} */ ([154, 99, 224]), word: "plateau" },
  { below: Infinity, color: /** @type {Rgb} */ ([217, 68, 68]), word: "washout" },
]);

/** Colors of outlines, by what they are of. */
export const LINE = { ftv: "#4dd0e1", parent: "#fff176", other: "#f48fb1", draft: "#ff8c1a" };

/**
 * The border of a mask in one slice, along the edges of the elements.
 * @param {Uint8Array} mask
 * @param {import("./plane.js").Plane} plane
 * @param {number} slice
 * @returns {Path2D} in picture elements
 */
export function outline(mask, plane, slice) {
  const path = new Path2D();
  const inside = (/** @type {number} */ x, /** @type {number} */ y) =>
    plane.holds(x, y) && mask[plane.number(x, y, slice)] === 1;
  edges(plane.width, plane.height, inside, (x, from, to) => {
    path.moveTo(x, from);
    path.lineTo(x, to);
  });
  edges(plane.height, plane.width, (y, x) => inside(x, y), (y, from, to) => {
    path.moveTo(from, y);
    path.lineTo(to, y);
  });
  return path;
}

/**
 * @param {number} across
 * @param {number} along
 * @param {(a: number, b: number) => boolean} inside
 * @param {(a: number, from: number, to: number) => void} line a border at a, as long as it goes
 */
function edges(across, along, inside, line) {
  for (let a = 0; a <= across; a += 1) {
    let from = -1;
    for (let b = 0; b <= along; b += 1) {
      const border = b < along && inside(a - 1, b) !== inside(a, b);
      if (border && from < 0) from = b;
      if (!border && from >= 0) {
        line(a, from, b);
        from = -1;
      }
    }
  }
}

/** @typedef {{mask: Uint8Array, color: string, dashed: boolean, shown: boolean}} Guide */

/** Masks that are shown by their outlines, each made once per plane and slice. */
export class Guides {
  constructor() {
    /** @type {Map<string, Guide>} */
    this.known = new Map();
    /** @type {Map<string, Path2D>} */
    this.paths = new Map();
  }

  /**
   * @param {string} name
   * @returns {Guide | undefined}
   */
  get(name) {
    return this.known.get(name);
  }

  /**
   * @param {string} name
   * @param {Uint8Array} mask
   * @param {{color: string, dashed?: boolean, shown?: boolean}} how
   */
  set(name, mask, { color, dashed = false, shown = true }) {
    for (const key of this.paths.keys()) if (key.startsWith(`${name} `)) this.paths.delete(key);
    this.known.set(name, { mask, color, dashed, shown });
  }

  /**
   * @param {import("./plane.js").Plane} plane
   * @param {number} slice
   * @returns {import("./pane.js").Line[]} outlines of what is shown
   */
  lines(plane, slice) {
    const shown = [...this.known].filter(([, guide]) => guide.shown);
    return shown.map(([name, { mask, color, dashed }]) => {
      const key = `${name} ${plane.name} ${slice}`;
      let path = this.paths.get(key);
      if (!path) this.paths.set(key, (path = outline(mask, plane, slice)));
      return { path, color, dashed };
    });
  }
}

/**
 * @param {number} percent early enhancement
 * @returns {Rgb} black-body scale from 70 to 270 %
 */
export function enhancementColor(percent) {
  const share = Math.min(1, Math.max(0, (percent - PE_THRESHOLD) / 200));
  return [Math.round(140 + 115 * share), Math.round(20 + 215 * share * share), Math.round(30 + 90 * share ** 4)];
}

/**
 * @param {"pe" | "ser"} name
 * @param {import("./volume.js").Volume} pe
 * @param {import("./volume.js").Volume | null} ser
 * @param {number} opacity
 * @returns {(n: number, under: number) => number} packed color of a voxel over the grey below it
 */
export function colorize(name, pe, ser, opacity) {
  if (name === "pe") {
    return (n, under) => {
      const percent = pe.at(n);
      return percent >= PE_THRESHOLD ? mix(under, enhancementColor(percent), opacity) : under;
    };
  }
  return (n, under) => {
    if (ser === null || pe.at(n) < PE_THRESHOLD) return under;
    const ratio = ser.at(n);
    const kind = SER_CLASSES.find(({ below }) => ratio < below) ?? SER_CLASSES[2];
    return mix(under, kind.color, opacity);
  };
}
