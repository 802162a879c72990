// How the panes are laid out: three planes with a projection, one plane, phases side by side, or one
// plane beside the 3D panel.
import { el } from "./dom.js";

/** @typedef {"planes" | "one" | "phases" | "3d"} LayoutName */
/** @typedef {import("./pane.js").Pane} Pane */

const PHASES = ["pre", "post1", "post2", "sub1"];

export class Layout extends EventTarget {
  /**
   * @param {import("./view.js").View} view
   * @param {import("./pointer.js").Hand} hand
   * @param {HTMLElement} room
   */
  constructor(view, hand, room) {
    super();
    this.view = view;
    this.hand = hand;
    this.room = room;
    /** @type {LayoutName} */
    this.name = "planes";
    this.choice = 0;
    this.plane = view.info.first ?? Object.keys(view.planes)[0];
    /** @type {Pane | null} */
    this.active = null;
    this.observer = new ResizeObserver(() => this.resize());
    for (const kind of ["scroll", "resize"]) {
      addEventListener(kind, () => view.panes.forEach((pane) => pane.moved()), { capture: true, passive: true });
    }
    view.addEventListener("cursor", () => this.describe());
    view.addEventListener("volume", () => this.describe());
  }

  /**
   * @param {LayoutName} name
   * @param {string} plane
   * @returns {{plane: string, volume?: string, mip?: boolean}[]}
   */
  wanted(name, plane) {
    if (name === "one" || name === "3d") return [{ plane }];
    if (name === "phases") {
      const names = this.view.info.volumes.map((volume) => (typeof volume === "string" ? volume : volume.name));
      return PHASES.filter((phase) => names.includes(phase)).map((volume) => ({ plane, volume }));
    }
    const others = Object.keys(this.view.planes).filter((other) => other !== plane);
    return [...[plane, ...others].map((each) => ({ plane: each })), { plane, mip: true }];
  }

  /**
   * @param {LayoutName} name
   * @param {string} [plane]
   */
  async choose(name, plane = this.plane) {
    const choice = (this.choice += 1);
    const wanted = this.wanted(name, plane);
    await Promise.all(wanted.map(({ volume }) => (volume ? this.view.shelf.volume(volume) : null)));
    if (choice !== this.choice) return; // another layout was chosen meanwhile
    [this.name, this.plane] = [name, plane];
    this.observer.disconnect();
    const canvases = wanted.map(() => document.createElement("canvas"));
    this.room.replaceChildren(...canvases.map((canvas) => el("figure", { class: "pane" }, canvas)));
    this.room.dataset.layout = name;
    this.room.dataset.panes = String(wanted.length);
    this.view.arrange(wanted.map((pane, at) => ({ ...pane, canvas: canvases[at] })));
    for (const pane of this.view.panes) this.prepare(pane);
    this.active = this.view.panes[0];
    this.describe();
    this.dispatchEvent(new Event("layout"));
  }

  /** @param {Pane} pane */
  prepare(pane) {
    const { canvas } = pane;
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-roledescription", pane.mip ? "projection" : "slice");
    canvas.dataset.plane = pane.plane.name;
    canvas.dataset.kind = pane.mip ? "mip" : "slice";
    canvas.addEventListener("pointerenter", () => {
      this.active = pane;
      pane.moved();
    });
    canvas.addEventListener("focus", () => (this.active = pane));
    this.hand.attach(pane);
    this.observer.observe(canvas);
  }

  resize() {
    for (const pane of this.view.panes) pane.resize();
    this.view.drawAll();
  }

  /** Say in words what each pane shows, for people who cannot see it. */
  describe() {
    for (const pane of this.view.panes) {
      const label = this.view.labelOf(this.view.shownIn(pane));
      const slice = this.view.sliceOf(pane) + 1;
      const words = pane.mip
        ? `${pane.plane.name} maximum intensity projection, ${label}`
        : `${pane.plane.name} slice ${slice} of ${pane.plane.depth}, ${label}`;
      pane.canvas.setAttribute("aria-label", words);
    }
  }

  /** Zoom all panes out and center them. */
  fit() {
    for (const pane of this.view.panes) {
      pane.zoom = 1;
      pane.pan(0, 0);
    }
    this.view.schedule();
  }

  /** The active pane's plane alone, or all again. */
  maximize() {
    const plane = this.active?.plane.name ?? this.plane;
    return this.name === "one" ? this.choose("planes") : this.choose("one", plane);
  }
}
