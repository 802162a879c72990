// What the pointer does in a pane. Left: the tool in hand. Right drag: window. Middle or Shift drag:
// pan. Ctrl or Alt click: cursor. Wheel: slices; with Ctrl: zoom.
import { note } from "./timing.js";
import { dragged } from "./window.js";

/** @typedef {import("./pane.js").Pane} Pane */
/** @typedef {import("./strokes.js").Point} Point */
/** @typedef {{move: (point: Point, event: PointerEvent) => void, end: () => void}} Gesture */

const WHEEL_STEP = 60; // one notch of most mice is 100 or 120

export class Hand {
  /**
   * @param {import("./view.js").View} view
   * @param {import("./tools.js").Toolbox} box
   * @param {{seed: (voxel: import("./plane.js").Voxel) => void}} calls
   */
  constructor(view, box, calls) {
    this.view = view;
    this.box = box;
    this.calls = calls;
    /** @type {Gesture | null} */
    this.gesture = null;
    this.wheel = 0;
    this.counts = { moves: 0, strokes: 0 };
    /** Time that each movement of the pointer took, ms. @type {number[]} */
    this.moveMs = [];
    box.addEventListener("tool", () => this.ring());
  }

  /** @param {Pane} pane whose canvas is new */
  attach(pane) {
    const { canvas } = pane;
    canvas.onpointerdown = (event) => this.press(pane, event);
    canvas.onpointermove = (event) => this.move(pane, event);
    canvas.onpointerup = canvas.onpointercancel = () => this.release();
    canvas.onpointerleave = () => this.leave();
    canvas.oncontextmenu = (event) => event.preventDefault();
    canvas.onwheel = (event) => this.roll(pane, event);
  }

  /**
   * @param {Pane} pane
   * @param {PointerEvent | WheelEvent} event
   * @returns {Point} in picture elements
   */
  at(pane, event) {
    const { left, top } = pane.corner();
    return pane.pictureAt(event.clientX - left, event.clientY - top);
  }

  /**
   * @param {Pane} pane
   * @param {PointerEvent} event
   */
  press(pane, event) {
    if (this.gesture) return;
    pane.canvas.setPointerCapture(event.pointerId);
    pane.canvas.focus({ preventScroll: true });
    event.preventDefault();
    this.gesture = this.begin(pane, event);
  }

  /**
   * @param {Pane} pane
   * @param {PointerEvent} event
   * @returns {Gesture | null}
   */
  begin(pane, event) {
    const point = this.at(pane, event);
    if (event.button === 2) return this.windowing(pane, event);
    if (event.button === 1 || event.shiftKey) return this.panning(pane, event);
    if (event.button !== 0) return null;
    const steers = event.ctrlKey || event.altKey || event.metaKey;
    if (pane.mip || steers || this.box.tool === "look" || !this.box.editable) return this.steering(pane, point);
    if (this.box.tool === "grow") return this.seeding(pane, point);
    return this.box.tool === "outline" ? this.outlining(pane, point) : this.brushing(pane, point);
  }

  /**
   * @param {Pane} pane
   * @param {PointerEvent} event
   */
  move(pane, event) {
    const began = performance.now();
    const merged = event.getCoalescedEvents?.() ?? [];
    for (const part of merged.length ? merged : [event]) {
      const point = this.at(pane, part);
      this.gesture?.move(point, part);
      this.counts.moves += 1;
    }
    this.hover(pane, this.at(pane, event));
    note(this.moveMs, performance.now() - began);
  }

  release() {
    const { gesture } = this;
    this.gesture = null;
    gesture?.end();
  }

  /**
   * @param {Pane} pane
   * @param {Point} point
   */
  hover(pane, point) {
    const { pointer } = this.view;
    if (pointer.pane && pointer.pane !== pane) pointer.pane.dirty = true;
    pointer.pane = pane;
    pointer.at = point;
    this.ring();
    const [x, y] = [Math.floor(point.x), Math.floor(point.y)];
    if (!pane.mip && pane.plane.holds(x, y)) {
      this.view.hover(pane.plane.voxel(x, y, this.view.sliceOf(pane)));
    }
  }

  /** Show the ring of the brush where the pointer is. */
  ring() {
    const { pointer } = this.view;
    pointer.radius = this.box.ring;
    if (!pointer.pane) return;
    pointer.pane.dirty = true;
    this.view.schedule();
  }

  leave() {
    const { pointer } = this.view;
    if (this.gesture || !pointer.pane) return;
    pointer.pane.dirty = true;
    pointer.pane = null;
    this.view.schedule();
  }

  /**
   * @param {Pane} pane
   * @param {WheelEvent} event
   */
  roll(pane, event) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      const { left, top } = pane.corner();
      pane.zoomAt(Math.exp(-event.deltaY / 300), event.clientX - left, event.clientY - top);
      this.view.schedule();
      return;
    }
    if (pane.mip) return;
    this.wheel += event.deltaMode === 0 ? event.deltaY : event.deltaY * WHEEL_STEP;
    const steps = Math.trunc(this.wheel / WHEEL_STEP);
    if (!steps) return;
    this.wheel = 0;
    this.view.turn(pane, Math.sign(steps));
    this.hover(pane, this.at(pane, event));
  }

  /**
   * @param {Pane} pane
   * @param {PointerEvent} event
   * @returns {Gesture}
   */
  windowing(pane, event) {
    const name = this.view.shownIn(pane);
    const start = { ...this.view.windowFor(name) };
    const [x, y] = [event.clientX, event.clientY];
    return {
      move: (_, now) =>
        this.view.setWindow(name, dragged(start, (now.clientX - x) / pane.width, (y - now.clientY) / pane.height)),
      end: () => {},
    };
  }

  /**
   * @param {Pane} pane
   * @param {PointerEvent} event
   * @returns {Gesture}
   */
  panning(pane, event) {
    let [x, y] = [event.clientX, event.clientY];
    return {
      move: (_, now) => {
        const [sx, sy] = pane.scale;
        pane.pan((x - now.clientX) / sx, (y - now.clientY) / sy);
        [x, y] = [now.clientX, now.clientY];
        this.view.schedule();
      },
      end: () => {},
    };
  }

  /**
   * The cursor follows; in a projection it goes to the brightest voxel behind the place.
   * @param {Pane} pane
   * @param {Point} point
   * @returns {Gesture}
   */
  steering(pane, point) {
    const go = (/** @type {Point} */ to) => {
      const [x, y] = [Math.floor(to.x), Math.floor(to.y)];
      if (!pane.plane.holds(x, y)) return;
      const volume = this.view.shelf.volumes.get(this.view.shownIn(pane));
      if (pane.mip && !volume) return;
      const slice =
        pane.mip && volume
          ? this.view.projections.of(volume, pane.plane).slices[x + y * pane.plane.width]
          : this.view.sliceOf(pane);
      this.view.moveTo(pane.plane.voxel(x, y, slice));
    };
    go(point);
    return { move: go, end: () => {} };
  }

  /**
   * @param {Pane} pane
   * @param {Point} point
   * @returns {null}
   */
  seeding(pane, point) {
    const [x, y] = [Math.floor(point.x), Math.floor(point.y)];
    if (pane.plane.holds(x, y)) this.calls.seed(pane.plane.voxel(x, y, this.view.sliceOf(pane)));
    return null;
  }

  /**
   * @param {Pane} pane
   * @param {Point} point
   * @returns {Gesture | null}
   */
  brushing(pane, point) {
    const stroke = this.box.stroke(pane.plane, this.view.sliceOf(pane));
    if (!stroke) return null;
    let last = point;
    const { radius } = this.box;
    const sweep = (/** @type {Point} */ to) => {
      stroke.sweep(last, to, radius);
      this.touch(pane, [last, to], radius);
      last = to;
    };
    sweep(point);
    return { move: sweep, end: () => this.keep(pane, stroke, last) };
  }

  /**
   * @param {Pane} pane
   * @param {Point} point
   * @returns {Gesture | null}
   */
  outlining(pane, point) {
    const stroke = this.box.stroke(pane.plane, this.view.sliceOf(pane));
    if (!stroke) return null;
    const { pointer } = this.view;
    pointer.sketch = [point];
    return {
      move: (to) => pointer.sketch.push(to),
      end: () => {
        const outline = pointer.sketch;
        pointer.sketch = [];
        stroke.fill(outline);
        this.keep(pane, stroke, outline[outline.length - 1]);
      },
    };
  }

  /**
   * @param {Pane} pane
   * @param {Point[]} points
   * @param {number} radius mm
   */
  touch(pane, points, radius) {
    const [w, h] = pane.plane.mm;
    const slice = this.view.sliceOf(pane);
    const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
    const [rx, ry] = [radius / w + 1, radius / h + 1];
    const a = pane.plane.voxel(Math.floor(Math.min(...xs) - rx), Math.floor(Math.min(...ys) - ry), slice);
    const b = pane.plane.voxel(Math.ceil(Math.max(...xs) + rx), Math.ceil(Math.max(...ys) + ry), slice);
    const [low, high] = [Math.min, Math.max].map((pick) => a.map((at, axis) => pick(at, b[axis])));
    this.view.touched(/** @type {any} */ (low), /** @type {any} */ (high));
  }

  /**
   * @param {Pane} pane
   * @param {import("./strokes.js").Stroke} stroke
   * @param {Point} last
   */
  keep(pane, stroke, last) {
    this.counts.strokes += 1;
    this.box.keep();
    const [x, y] = [Math.floor(last.x), Math.floor(last.y)];
    if (pane.plane.holds(x, y)) this.view.moveTo(pane.plane.voxel(x, y, stroke.slice));
    this.view.redraw();
  }
}
