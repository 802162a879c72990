// The tools and their settings: those that the pointer draws with, and those that the server runs.
import { Stroke } from "./strokes.js";

/** @typedef {"look" | "brush" | "eraser" | "outline" | "threshold" | "grow"} ToolName */
/** @typedef {import("./plane.js").Voxel} Voxel */

/** Tools that show the brush's ring. */
const ROUND = new Set(["brush", "eraser", "threshold"]);
const LEAST_RADIUS_MM = 0.5;
const MOST_RADIUS_MM = 40;

export class Toolbox extends EventTarget {
  /**
   * @param {import("./draft.js").Draft} draft
   * @param {import("./volume.js").Shelf} shelf
   */
  constructor(draft, shelf) {
    super();
    this.draft = draft;
    this.shelf = shelf;
    /** @type {ToolName} */
    this.tool = "look";
    this.editable = false;
    this.radius = 4;
    /** Signal that the threshold brush and growing accept, in the unit of "post1". */
    this.range = { low: 0, high: 0 };
    this.growRadius = 25;
    this.nearMm = 20;
    this.busy = "";
  }

  /** @param {ToolName} name */
  choose(name) {
    if (name !== "look" && !this.editable) return;
    this.tool = name;
    this.announce();
  }

  /** @param {number} radius mm */
  resize(radius) {
    this.radius = Math.min(MOST_RADIUS_MM, Math.max(LEAST_RADIUS_MM, Math.round(radius * 2) / 2));
    this.announce();
  }

  /** @param {number} steps of half a millimeter, or of a tenth where the brush is large */
  resizeBy(steps) {
    this.resize(this.radius + steps * Math.max(0.5, Math.round(this.radius / 5) / 2));
  }

  /** @returns {number} radius of the ring that follows the pointer, mm; 0 for none */
  get ring() {
    return ROUND.has(this.tool) ? this.radius : 0;
  }

  /**
   * First guess of the accepted signal: from one deviation below the mask's mean upward, or the upper
   * half of the window where there is no mask yet.
   * @param {import("./window.js").Window} window
   */
  guessRange(window) {
    const volume = this.shelf.volumes.get("post1");
    if (!volume) return;
    let [number, sum, squares] = [0, 0, 0];
    const { mask } = this.draft;
    for (let n = mask.indexOf(1); n >= 0; n = mask.indexOf(1, n + 1)) {
      const value = volume.at(n);
      number += 1;
      sum += value;
      squares += value * value;
    }
    const mean = sum / number;
    const low = number ? mean - Math.sqrt(Math.max(0, squares / number - mean * mean)) : (window.low + window.high) / 2;
    const high = volume.data.reduce((most, value) => Math.max(most, value), -32768) * volume.slope + volume.intercept;
    this.range = { low: Number(low.toFixed(2)), high: Number(Math.max(high, low).toFixed(2)) };
    this.announce();
  }

  /**
   * @param {import("./plane.js").Plane} plane
   * @param {number} slice
   * @returns {Stroke | null} a new stroke of the tool in hand
   */
  stroke(plane, slice) {
    if (!this.editable || this.busy) return null;
    const value = this.tool === "eraser" ? 0 : 1;
    const accepts = this.tool === "threshold" ? this.accepts() : undefined;
    this.draft.stroke = new Stroke(this.draft.mask, plane, slice, value, accepts);
    return this.draft.stroke;
  }

  /** The stroke has ended: it becomes a change. */
  keep() {
    const { stroke } = this.draft;
    this.draft.stroke = null;
    if (stroke) this.draft.commit(stroke.finish());
  }

  /** @returns {boolean} */
  undo() {
    return this.free && this.draft.undo();
  }

  /** @returns {boolean} */
  redo() {
    return this.free && this.draft.redo();
  }

  /** @returns {boolean} whether the mask may be changed by something else than the pointer */
  get free() {
    return this.editable && !this.busy && !this.draft.stroke;
  }

  /** @returns {(n: number) => boolean} whether a voxel's signal is in the range */
  accepts() {
    const volume = this.shelf.volumes.get("post1");
    if (!volume) return () => false;
    const [low, high] = [volume.stored(this.range.low), volume.stored(this.range.high)];
    const { data } = volume;
    return (n) => data[n] >= low && data[n] <= high;
  }

  /**
   * @param {Readonly<Voxel>} seed
   * @returns {Promise<import("./mask.js").Change>}
   */
  grow(seed) {
    const { low, high } = this.range;
    return this.ask("grow", { seed, low, high, radius_mm: this.growRadius });
  }

  /**
   * @param {number} axis array axis that the drawn slices are stacked along
   * @returns {Promise<import("./mask.js").Change>}
   */
  between(axis) {
    return this.ask("between", { axis });
  }

  /** @returns {Promise<import("./mask.js").Change>} */
  largest() {
    return this.ask("largest", {});
  }

  /** @returns {Promise<import("./mask.js").Change>} */
  near() {
    return this.ask("near", { mm: this.nearMm });
  }

  /**
   * @param {string} name
   * @param {object} params
   * @returns {Promise<import("./mask.js").Change>}
   */
  async ask(name, params) {
    if (!this.editable) throw new Error("This mask cannot be edited here.");
    if (this.busy) throw new Error(`"${this.busy}" is still at work.`);
    if (this.draft.stroke) throw new Error("Finish the stroke first.");
    this.busy = name;
    this.announce();
    try {
      return await this.draft.ask(name, params);
    } finally {
      this.busy = "";
      this.announce();
    }
  }

  announce() {
    this.dispatchEvent(new Event("tool"));
  }
}
