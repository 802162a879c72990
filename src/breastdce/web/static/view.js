// What is looked at: cursor, volume, windows, guides, and the panes that show it. One animation
// frame per change; only panes that changed are drawn.
import { VOLUMES } from "./dom.js";
import { FIRST_VOLUME } from "./early.js";
import { Guides, colorize } from "./overlays.js";
import { Pane } from "./pane.js";
import { Projections } from "./projection.js";
import { note } from "./timing.js";
import { WindowTables, windowOf } from "./window.js";

/** @typedef {import("./plane.js").Plane} Plane */
/** @typedef {import("./plane.js").Voxel} Voxel */
/** @typedef {import("./strokes.js").Point} Point */

/** Volumes of one signal scale share their window. */
const SIGNAL = new Set(["pre", "post1", "post2"]);

export class View extends EventTarget {
  /**
   * @param {import("./api.js").CaseView} view
   * @param {Record<string, Plane>} planes
   * @param {import("./volume.js").Shelf} shelf
   * @param {import("./draft.js").Draft} draft
   */
  constructor(view, planes, shelf, draft) {
    super();
    this.info = view;
    this.planes = planes;
    this.shelf = shelf;
    this.draft = draft;
    /** @type {Voxel} */
    this.cursor = /** @type {Voxel} */ (view.shape.map((size) => Math.floor(size / 2)));
    this.volume = FIRST_VOLUME;
    this.before = "pre";
    /** @type {Map<string, import("./window.js").Window>} */
    this.windows = new Map([["signal", { ...view.window }]]);
    /** @type {Map<string, WindowTables>} */
    this.tables = new Map();
    this.masked = true;
    this.opacity = 0.45;
    this.smooth = true;
    this.crossed = true;
    /** @type {"none" | "pe" | "ser"} */
    this.overlay = "none";
    this.guides = new Guides();
    this.projections = new Projections(view.shape, draft.mask);
    /** @type {Pane[]} */
    this.panes = [];
    /** The pointer's place, the brush's radius in mm, the outline being drawn. */
    /** @type {{pane: Pane | null, at: Point, radius: number, sketch: Point[]}} */
    this.pointer = { pane: null, at: { x: 0, y: 0 }, radius: 0, sketch: [] };
    /** The voxel below the pointer that nobody has heard of yet. @type {Voxel | null} */
    this.under = null;
    this.frame = 0;
    this.counts = { frames: 0, panes: 0 };
    /** @type {number[]} */
    this.drawMs = [];
  }

  /**
   * Lay out panes anew.
   * @param {{canvas: HTMLCanvasElement, plane: string, volume?: string, mip?: boolean}[]} wanted
   */
  arrange(wanted) {
    this.panes = wanted.map(({ canvas, plane, volume, mip }) => new Pane(canvas, this.planes[plane], { volume, mip }));
    this.pointer.pane = null;
    this.refresh();
  }

  /**
   * @param {Pane} pane
   * @returns {string} name of the volume that a pane shows
   */
  shownIn(pane) {
    return pane.volume || this.volume;
  }

  /**
   * @param {Pane} pane
   * @returns {number} slice through the cursor
   */
  sliceOf(pane) {
    return pane.mip ? 0 : pane.plane.place(this.cursor).slice;
  }

  /**
   * The pointer is over a voxel; who wants to know hears of it once a frame.
   * @param {Voxel} voxel
   */
  hover(voxel) {
    this.under = voxel;
    this.schedule();
  }

  /** @param {Readonly<Voxel>} voxel moved into the volume where it lies outside */
  moveTo(voxel) {
    const before = this.cursor;
    this.cursor = /** @type {Voxel} */ (
      voxel.map((at, axis) => Math.min(this.info.shape[axis] - 1, Math.max(0, Math.round(at))))
    );
    for (const pane of this.panes) {
      if (!pane.mip && pane.plane.place(before).slice !== this.sliceOf(pane)) pane.stale = true;
    }
    this.redraw();
    this.dispatchEvent(new Event("cursor"));
  }

  /**
   * @param {Pane} pane
   * @param {number} steps
   */
  turn(pane, steps) {
    const { x, y, slice } = pane.plane.place(this.cursor);
    this.moveTo(pane.plane.voxel(x, y, Math.min(pane.plane.depth - 1, Math.max(0, slice + steps))));
  }

  /** @param {string} name */
  async show(name) {
    await this.shelf.volume(name);
    if (this.volume !== name) [this.before, this.volume] = [this.volume, name];
    this.refresh();
    this.dispatchEvent(new Event("volume"));
  }

  /** @param {"none" | "pe" | "ser"} name */
  async colorBy(name) {
    if (name !== "none") await this.shelf.volume("pe");
    if (name === "ser") await this.shelf.volume("ser");
    this.overlay = name;
    this.refresh();
  }

  /**
   * @param {string} name of a volume
   * @returns {import("./window.js").Window}
   */
  windowFor(name) {
    const key = SIGNAL.has(name) ? "signal" : name;
    let window = this.windows.get(key);
    const volume = this.shelf.volumes.get(name);
    if (!window && volume) {
      window = windowOf(volume.data, volume);
      this.windows.set(key, window);
    }
    return window ?? { low: 0, high: 1 };
  }

  /**
   * @param {string} name
   * @param {import("./window.js").Window} window
   */
  setWindow(name, window) {
    this.windows.set(SIGNAL.has(name) ? "signal" : name, window);
    this.refresh();
    this.dispatchEvent(new Event("window"));
  }

  /** Fill all pictures anew. */
  refresh() {
    for (const pane of this.panes) pane.stale = true;
    this.redraw();
  }

  /** Draw all panes; pictures are filled only where they are stale. */
  redraw() {
    for (const pane of this.panes) pane.dirty = true;
    this.schedule();
  }

  /**
   * The mask has changed between two voxels.
   * @param {Readonly<Voxel>} low
   * @param {Readonly<Voxel>} high
   */
  touched(low, high) {
    for (const pane of this.panes) {
      const axis = pane.plane.axes[2];
      const cut = !pane.mip && this.cursor[axis] >= low[axis] && this.cursor[axis] <= high[axis];
      if (cut) pane.stale = pane.dirty = true;
    }
    this.schedule();
  }

  /** @param {import("./mask.js").Change} change of the mask */
  changed(change) {
    this.projections.follow(change);
    this.refresh();
  }

  /** The mask was replaced as a whole. */
  replaced() {
    this.projections.whole();
    this.refresh();
  }

  schedule() {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.drawAll());
  }

  drawAll() {
    this.frame = 0;
    const began = performance.now();
    for (const pane of this.panes) {
      if (!pane.dirty && !pane.stale) continue;
      pane.draw(this.sliceOf(pane), this.scene(pane));
      this.counts.panes += 1;
    }
    this.counts.frames += 1;
    note(this.drawMs, performance.now() - began);
    if (this.under) this.dispatchEvent(new CustomEvent("hover", { detail: this.under }));
    this.under = null;
  }

  /**
   * @param {Pane} pane
   * @returns {import("./pane.js").Scene}
   */
  scene(pane) {
    const slice = this.sliceOf(pane);
    const { pointer } = this;
    const here = pointer.pane === pane && !pane.mip;
    const place = pane.plane.place(this.cursor);
    const name = this.shownIn(pane);
    const label = this.labelOf(name);
    return {
      layers: this.layers(pane, name),
      lines: pane.mip ? [] : this.guides.lines(pane.plane, slice),
      cross: this.crossed ? { x: place.x + 0.5, y: place.y + 0.5 } : null,
      brush: here && pointer.radius > 0 ? { center: pointer.at, radius: pointer.radius } : null,
      sketch: here ? pointer.sketch : [],
      title: pane.mip ? `MIP ${label}` : `${label} ${slice + 1}/${pane.plane.depth}`,
      smooth: this.smooth,
    };
  }

  /** @param {string} name */
  labelOf(name) {
    const known = this.info.volumes.find((volume) => typeof volume !== "string" && volume.name === name);
    return known && typeof known !== "string" ? known.label : (VOLUMES[name] ?? name);
  }

  /**
   * @param {Pane} pane
   * @param {string} name
   * @returns {import("./plane.js").Layers | null}
   */
  layers(pane, name) {
    const volume = this.shelf.volumes.get(name);
    if (!volume) return null;
    let tables = this.tables.get(name);
    if (!tables) this.tables.set(name, (tables = new WindowTables()));
    tables.set(this.windowFor(name), volume, this.opacity);
    const { grey, tinted } = tables;
    if (pane.mip) {
      const data = this.projected(volume, pane);
      return data && { data, grey, tinted, mask: this.masked ? this.projections.shadow(pane.plane) : null, color: null };
    }
    return { data: volume.data, grey, tinted, mask: this.masked ? this.draft.mask : null, color: this.color() };
  }

  /** @returns {((n: number, under: number) => number) | null} */
  color() {
    const pe = this.shelf.volumes.get("pe");
    if (this.overlay === "none" || !pe) return null;
    return colorize(this.overlay, pe, this.shelf.volumes.get("ser") ?? null, 0.6);
  }

  /**
   * @param {import("./volume.js").Volume} volume
   * @param {Pane} pane
   * @returns {Int16Array | null} null as long as it is not made: slices are drawn before
   */
  projected(volume, pane) {
    if (this.projections.has(volume, pane.plane)) return this.projections.of(volume, pane.plane).data;
    setTimeout(() => {
      this.projections.of(volume, pane.plane);
      pane.stale = true;
      this.schedule();
    });
    return null;
  }

  /**
   * Show the outline of a mask.
   * @param {string} name
   * @param {Uint8Array} mask
   * @param {{color: string, dashed?: boolean, shown?: boolean}} how
   */
  guide(name, mask, how) {
    this.guides.set(name, mask, how);
    this.redraw();
  }
}
