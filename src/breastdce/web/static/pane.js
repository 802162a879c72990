// One picture on the screen: a slice or a projection of a volume, with what lies over it.
import { LINE } from "./overlays.js";
import { fillPicture } from "./plane.js";
import { flat } from "./projection.js";

/** @typedef {import("./strokes.js").Point} Point */
/** @typedef {{path: Path2D, color: string, dashed?: boolean, width?: number}} Line */
/**
 * @typedef {object} Scene what a pane shows, asked of the view at each drawing
 * @property {import("./plane.js").Layers | null} layers null while the volume is on its way
 * @property {Line[]} lines in picture elements
 * @property {Point | null} cross
 * @property {{center: Point, radius: number} | null} brush radius in mm
 * @property {Point[]} sketch the outline being drawn
 * @property {string} title
 * @property {boolean} smooth
 */

const MOST_ZOOM = 40;

export class Pane {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./plane.js").Plane} plane
   * @param {{volume?: string, mip?: boolean}} [kind] a fixed volume; a projection
   */
  constructor(canvas, plane, kind = {}) {
    this.canvas = canvas;
    this.plane = plane;
    this.volume = kind.volume ?? "";
    this.mip = kind.mip ?? false;
    /** How the picture lies in what it is filled from. */
    this.source = this.mip ? flat(plane) : plane;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    this.picture = new ImageData(plane.width, plane.height);
    this.pixels = new Uint32Array(this.picture.data.buffer);
    this.off = new OffscreenCanvas(plane.width, plane.height);
    this.zoom = 1;
    /** Picture element in the middle of the pane. @type {Point} */
    this.center = { x: plane.width / 2, y: plane.height / 2 };
    this.stale = true;
    this.dirty = true;
    /** @type {DOMRect | null} */
    this.box = null;
    /** Size on the page, CSS pixels, and pixels of the device per CSS pixel. */
    this.width = 0;
    this.height = 0;
    this.ratio = 1;
    this.resize();
  }

  /** @returns {{left: number, top: number}} where the canvas begins; asked once, since it costs a layout */
  corner() {
    this.box ??= this.canvas.getBoundingClientRect();
    return this.box;
  }

  /** Follow the size that the page gives the canvas. */
  resize() {
    this.moved();
    this.ratio = devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.max(1, Math.round(this.width * this.ratio));
    this.canvas.height = Math.max(1, Math.round(this.height * this.ratio));
    this.dirty = true;
  }

  /** The canvas may be elsewhere now. */
  moved() {
    this.box = null;
  }

  /** @returns {[number, number]} CSS pixels per picture element, across and down */
  get scale() {
    const [w, h] = this.plane.mm;
    const fit = Math.min(this.width / (this.plane.width * w), this.height / (this.plane.height * h));
    return [fit * this.zoom * w, fit * this.zoom * h];
  }

  /**
   * @param {number} left CSS pixels from the canvas's edge
   * @param {number} top
   * @returns {Point} in picture elements
   */
  pictureAt(left, top) {
    const [sx, sy] = this.scale;
    return { x: (left - this.width / 2) / sx + this.center.x, y: (top - this.height / 2) / sy + this.center.y };
  }

  /**
   * @param {Point} point in picture elements
   * @returns {Point} CSS pixels
   */
  screenAt(point) {
    const [sx, sy] = this.scale;
    return { x: (point.x - this.center.x) * sx + this.width / 2, y: (point.y - this.center.y) * sy + this.height / 2 };
  }

  /**
   * Zoom about a place that stays where it is.
   * @param {number} factor
   * @param {number} left
   * @param {number} top
   */
  zoomAt(factor, left, top) {
    const fixed = this.pictureAt(left, top);
    this.zoom = Math.min(MOST_ZOOM, Math.max(1, this.zoom * factor));
    const moved = this.pictureAt(left, top);
    this.pan(fixed.x - moved.x, fixed.y - moved.y);
  }

  /**
   * @param {number} x picture elements
   * @param {number} y
   */
  pan(x, y) {
    const { width, height } = this.plane;
    const inside = (/** @type {number} */ at, /** @type {number} */ size) => Math.min(size, Math.max(0, at));
    this.center = { x: inside(this.center.x + x, width), y: inside(this.center.y + y, height) };
    if (this.zoom === 1) this.center = { x: width / 2, y: height / 2 };
    this.dirty = true;
  }

  /**
   * @param {number} slice
   * @param {Scene} scene
   */
  draw(slice, scene) {
    if (this.stale && scene.layers) {
      fillPicture(this.pixels, this.source, slice, scene.layers);
      const context = /** @type {OffscreenCanvasRenderingContext2D} */ (this.off.getContext("2d"));
      context.putImageData(this.picture, 0, 0);
      this.stale = false;
    }
    this.dirty = false;
    const { context } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#000";
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    const matrix = this.matrix();
    if (scene.layers) {
      context.setTransform(matrix);
      context.imageSmoothingEnabled = scene.smooth;
      context.drawImage(this.off, 0, 0);
    }
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    for (const line of scene.lines) this.stroke(line, matrix);
    this.marks(scene);
    this.words(scene);
  }

  /** @returns {DOMMatrix} picture elements to pixels of the device */
  matrix() {
    const [sx, sy] = this.scale;
    const { x, y } = this.screenAt({ x: 0, y: 0 });
    return new DOMMatrix([sx * this.ratio, 0, 0, sy * this.ratio, x * this.ratio, y * this.ratio]);
  }

  /**
   * @param {Line} line
   * @param {DOMMatrix} matrix
   */
  stroke(line, matrix) {
    const { context } = this;
    const placed = new Path2D();
    placed.addPath(line.path, new DOMMatrix().scale(1 / this.ratio).multiply(matrix));
    context.strokeStyle = line.color;
    context.lineWidth = line.width ?? 1.5;
    context.setLineDash(line.dashed ? [4, 3] : []);
    context.stroke(placed);
    context.setLineDash([]);
  }

  /** @param {Scene} scene */
  marks(scene) {
    const { context } = this;
    context.lineWidth = 1;
    if (scene.cross) this.crossLines(scene.cross);
    if (scene.sketch.length > 1) {
      context.strokeStyle = LINE.draft;
      context.lineWidth = 2;
      context.beginPath();
      for (const point of scene.sketch) {
        const { x, y } = this.screenAt(point);
        context.lineTo(x, y);
      }
      context.stroke();
    }
    if (scene.brush) {
      const { x, y } = this.screenAt(scene.brush.center);
      const [w, h] = this.plane.mm;
      const [sx, sy] = this.scale;
      context.beginPath();
      context.ellipse(x, y, (scene.brush.radius / w) * sx, (scene.brush.radius / h) * sy, 0, 0, 2 * Math.PI);
      context.lineWidth = 3;
      context.strokeStyle = "rgba(0, 0, 0, 0.6)";
      context.stroke();
      context.lineWidth = 1.5;
      context.strokeStyle = "#fff";
      context.stroke();
    }
  }

  /** @param {Point} cross a gap is left around the place itself */
  crossLines(cross) {
    const { context, width, height } = this;
    const { x, y } = this.screenAt(cross);
    const gap = 10;
    context.strokeStyle = "rgba(124, 184, 255, 0.75)";
    context.beginPath();
    for (const [x0, y0, x1, y1] of [
      [0, y, x - gap, y],
      [x + gap, y, width, y],
      [x, 0, x, y - gap],
      [x, y + gap, x, height],
    ]) {
      context.moveTo(Math.round(x0) + 0.5, Math.round(y0) + 0.5);
      context.lineTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
    }
    context.stroke();
  }

  /** @param {Scene} scene */
  words(scene) {
    const { context, width, height } = this;
    const [left, right, top, bottom] = this.plane.edges;
    context.font = "600 13px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    // In a narrow pane the title goes below the letter of the upper edge.
    const beside = context.measureText(scene.title).width + 20 < width / 2;
    /** @type {[string, number, number, CanvasTextAlign][]} */
    const words = [
      [left, 8, height / 2, "left"],
      [right, width - 8, height / 2, "right"],
      [top, width / 2, 14, "center"],
      [bottom, width / 2, height - 14, "center"],
      [scene.title, 8, beside ? 14 : 32, "left"],
    ];
    for (const [word, x, y, align] of words) {
      context.textAlign = align;
      context.lineWidth = 3;
      context.strokeStyle = "rgba(0, 0, 0, 0.8)";
      context.strokeText(word, x, y);
      context.fillStyle = "#e7ebf1";
      context.fillText(word, x, y);
    }
  }
}
