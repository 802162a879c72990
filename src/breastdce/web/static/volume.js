// Volumes as the server sends them: raw int16, first index fastest, with a slope and an intercept.
import { casePath, getBytes } from "./api.js";

/** One volume; value = stored * slope + intercept. */
export class Volume {
  /**
   * @param {string} name
   * @param {Int16Array} data
   * @param {number} slope
   * @param {number} intercept
   */
  constructor(name, data, slope, intercept) {
    this.name = name;
    this.data = data;
    this.slope = slope;
    this.intercept = intercept;
  }

  /**
   * @param {number} n voxel number
   * @returns {number} in the volume's unit
   */
  at(n) {
    return this.data[n] * this.slope + this.intercept;
  }

  /**
   * @param {number} value
   * @returns {number} the same as stored, not rounded
   */
  stored(value) {
    return (value - this.intercept) / this.slope;
  }
}

/** Volumes and masks of a case, each fetched once and only when wanted. */
export class Shelf {
  /**
   * @param {string} exam
   * @param {number} voxels how many a volume must have
   */
  constructor(exam, voxels) {
    this.exam = exam;
    this.voxels = voxels;
    /** @type {Map<string, Promise<any>>} */
    this.asked = new Map();
    /** @type {Map<string, Volume>} */
    this.volumes = new Map();
    /** @type {Map<string, Uint8Array>} */
    this.masks = new Map();
  }

  /**
   * @param {string} key
   * @param {() => Promise<any>} load
   * @returns {Promise<any>} of the first asking; after a failure it may be asked again
   */
  once(key, load) {
    let promise = this.asked.get(key);
    if (!promise) {
      promise = load();
      this.asked.set(key, promise);
      promise.catch(() => this.asked.delete(key));
    }
    return promise;
  }

  /**
   * @param {string} name
   * @param {ReturnType<typeof getBytes>} [asked] when it is on its way already
   * @returns {Promise<Volume>}
   */
  volume(name, asked) {
    return this.once(`volume ${name}`, async () => {
      const path = casePath(this.exam, `/volumes/${encodeURIComponent(name)}`);
      const { bytes, headers } = await (asked ?? getBytes(path));
      this.check(bytes.byteLength, 2, name);
      const number = (/** @type {string} */ header, /** @type {number} */ otherwise) =>
        Number(headers.get(header) ?? otherwise);
      const volume = new Volume(name, new Int16Array(bytes), number("X-Slope", 1), number("X-Intercept", 0));
      this.volumes.set(name, volume);
      return volume;
    });
  }

  /**
   * @param {string} name
   * @returns {Promise<Uint8Array>} 0 and 1
   */
  mask(name) {
    return this.once(`mask ${name}`, async () => {
      const { bytes } = await getBytes(casePath(this.exam, `/masks/${encodeURIComponent(name)}`));
      this.check(bytes.byteLength, 1, name);
      const mask = new Uint8Array(bytes);
      this.masks.set(name, mask);
      return mask;
    });
  }

  /** @param {string} name of a mask that may have changed on the server */
  forget(name) {
    this.asked.delete(`mask ${name}`);
    this.masks.delete(name);
  }

  /**
   * @param {number} bytes
   * @param {number} each
   * @param {string} name
   */
  check(bytes, each, name) {
    if (bytes !== this.voxels * each) {
      throw new RangeError(`"${name}" has ${bytes / each} voxels, the images have ${this.voxels}.`);
    }
  }
}
