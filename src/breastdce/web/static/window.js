// Window and level as tables: 65,536 entries, so that a picture costs one look-up per element.

const LEVELS = 65536;
const LOWEST = -32768;

/** @typedef {{low: number, high: number}} Window in the volume's own unit */
/** @typedef {[number, number, number]} Rgb */

/** Color of the mask, and of the guides. Told apart by people who see no red or green, too. */
export const MASK_COLOR = /** @type {Rgb} */ ([255, 140, 26]);

/**
 * @param {number} r
 * @param {number} g
 * @param {number} b
 * @returns {number} opaque, as ImageData stores it on a little-endian machine
 */
export function pack(r, g, b) {
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/**
 * @param {number} under packed color
 * @param {Rgb} over
 * @param {number} share of the upper one, 0 to 1
 * @returns {number}
 */
export function mix(under, over, share) {
  const keep = 1 - share;
  return pack(
    Math.round((under & 255) * keep + over[0] * share),
    Math.round(((under >> 8) & 255) * keep + over[1] * share),
    Math.round(((under >> 16) & 255) * keep + over[2] * share),
  );
}

/** Tables of one window, rebuilt only when it or the mask's opacity changes. */
export class WindowTables {
  constructor() {
    this.grey = new Uint32Array(LEVELS);
    this.tinted = new Uint32Array(LEVELS);
    this.key = "";
  }

  /**
   * @param {Window} window
   * @param {{slope: number, intercept: number}} scale value = stored * slope + intercept
   * @param {number} opacity of the mask
   * @returns {boolean} whether anything changed
   */
  set(window, scale, opacity) {
    const key = [window.low, window.high, scale.slope, scale.intercept, opacity].join();
    if (key === this.key) return false;
    this.key = key;
    const shades = Array.from({ length: 256 }, (_, v) => pack(v, v, v));
    const tints = shades.map((shade) => mix(shade, MASK_COLOR, opacity));
    const gain = 255 / Math.max(window.high - window.low, 1e-6);
    for (let at = 0; at < LEVELS; at += 1) {
      const value = (at + LOWEST) * scale.slope + scale.intercept;
      const shade = Math.min(255, Math.max(0, Math.round((value - window.low) * gain)));
      this.grey[at] = shades[shade];
      this.tinted[at] = tints[shade];
    }
    return true;
  }
}

/**
 * Drag of the window: to the right wider, upward brighter, in steps of the present width.
 * @param {Window} window
 * @param {number} across share of the picture's width
 * @param {number} up share of its height
 * @returns {Window}
 */
export function dragged(window, across, up) {
  const width = window.high - window.low;
  const middle = (window.low + window.high) / 2 - up * width;
  const half = Math.max((width * Math.exp(across * 2)) / 2, 1e-4);
  return { low: middle - half, high: middle + half };
}

/**
 * A window of its own for a volume that came without one: 1 to 99.7 % of a sample of its values.
 * @param {Int16Array} data
 * @param {{slope: number, intercept: number}} scale
 * @returns {Window}
 */
export function windowOf(data, scale) {
  const step = Math.max(1, Math.floor(data.length / 50021));
  /** @type {number[]} */
  const sample = [];
  for (let n = 0; n < data.length; n += step) sample.push(data[n]);
  sample.sort((a, b) => a - b);
  const [low, high] = [0.01, 0.997].map((share) => sample[Math.floor(share * (sample.length - 1))]);
  return { low: low * scale.slope + scale.intercept, high: Math.max(high, low + 1) * scale.slope + scale.intercept };
}
