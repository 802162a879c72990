// The editor's page: loads a case, joins the parts, and answers the keyboard.
import { Revisions } from "./adjudicate.js";
import { casePath, getJson } from "./api.js";
import { keysOf, mouseHelp } from "./bindings.js";
import { bindGuides, bindTools, bindVolumes, bindWindow } from "./controls.js";
import { CurveFeed, drawCurve } from "./curve.js";
import { badge, byId, counted, el, flagWord, number } from "./dom.js";
import { Draft } from "./draft.js";
import { FIRST_VOLUME, caseView, me, picture } from "./early.js";
import { Effort } from "./effort.js";
import { helpOf, listener } from "./keys.js";
import { Layout } from "./layout.js";
import { count, gain } from "./mask.js";
import { complain, followSaving, followStale, notice } from "./notices.js";
import { Opening } from "./opening.js";
import { Outbox } from "./outbox.js";
import { LINE } from "./overlays.js";
import { Panel3d } from "./panel3d.js";
import { Plane } from "./plane.js";
import { Hand } from "./pointer.js";
import { Signing } from "./signing.js";
import { Toolbox } from "./tools.js";
import { View } from "./view.js";
import { Shelf } from "./volume.js";

/** @typedef {import("./plane.js").Voxel} Voxel */

const VOXEL_WORDS = "ijk";

/** Everything of one open case. */
export class Editor {
  /**
   * @param {import("./api.js").CaseView} info
   * @param {{name: string, role: string}} me
   */
  constructor(info, me) {
    const [voxels, planes] = [info.shape.reduce((product, size) => product * size, 1), Object.entries(info.planes)];
    this.info = info;
    this.me = me;
    this.shelf = new Shelf(info.exam, voxels);
    this.draft = new Draft(info.exam, new Outbox(info.exam, me.name), voxels);
    const cuts = planes.map(([name, plane]) => [name, new Plane(name, plane, info.shape, info.spacing_mm)]);
    this.view = new View(info, Object.fromEntries(cuts), this.shelf, this.draft);
    this.box = new Toolbox(this.draft, this.shelf);
    this.hand = new Hand(this.view, this.box, { seed: (voxel) => this.grow(voxel) });
    this.layout = new Layout(this.view, this.hand, byId("panes"));
    this.effort = new Effort(info.exam, me.name);
    this.panel = new Panel3d(this.view, byId("three"));
    this.opening = new Opening(this);
    /** @type {Voxel | null} */
    this.hovered = null;
    this.timings = /** @type {Record<string, number>} */ ({ opened: performance.now() });
  }

  /** First the picture, then the mask, then everything that can wait. */
  async start() {
    const first = this.shelf.volume(FIRST_VOLUME, picture);
    const draft = this.reads ? this.opening.open() : this.shelf.mask("start").then((mask) => this.look(mask));
    this.bind();
    await first;
    await this.layout.choose("planes");
    this.view.drawAll();
    this.timings.firstSlice = performance.now();
    byId("panes").setAttribute("aria-busy", "false");
    await draft;
    this.timings.ready = performance.now();
    this.goToMask();
    await this.loadGuide("ftv", "ftv", { color: LINE.ftv });
    for (const name of ["pre", "post2"]) if (this.names.includes(name)) await this.shelf.volume(name);
  }

  /** @returns {boolean} whether the own draft is opened at once; who decides looks at the readers' first */
  get reads() {
    const others = this.info.revisions.some(({ reader }) => reader !== this.me.name);
    return this.me.role === "reader" || (this.me.role === "admin" && !others);
  }

  /** @returns {string[]} names of the volumes, in the order of their keys */
  get names() {
    return this.info.volumes.map((volume) => (typeof volume === "string" ? volume : volume.name));
  }

  /** Put the cursor into the middle of the mask, so that the first look falls on the lesion. */
  goToMask() {
    const { mask } = this.draft;
    const [I, J, K] = this.info.shape;
    const sums = [0, 0, 0];
    let voxels = 0;
    for (let n = mask.indexOf(1); n >= 0; n = mask.indexOf(1, n + 1)) {
      const row = Math.floor(n / I);
      sums[0] += n - row * I;
      sums[1] += row % J;
      sums[2] += Math.floor(row / J) % K;
      voxels += 1;
    }
    if (voxels) this.view.moveTo(/** @type {Voxel} */ (sums.map((sum) => sum / voxels)));
    this.box.guessRange(this.view.windowFor("post1"));
  }

  /**
   * @param {string} name of the guide
   * @param {string} source name of the mask
   * @param {{color: string, dashed?: boolean}} how
   */
  async loadGuide(name, source, how) {
    if (!this.info.masks.includes(source)) return;
    const box = byId(`show-${name}`, HTMLInputElement);
    try {
      this.view.guide(name, await this.shelf.mask(source), { ...how, shown: box.checked });
      box.disabled = false;
    } catch (error) {
      complain(error);
    }
  }

  bind() {
    const { draft, view, box } = this;
    bindTools(box);
    bindVolumes(view, complain);
    bindWindow(view);
    bindGuides(view, complain);
    followSaving(draft);
    followStale(draft);
    this.revisions = new Revisions(view, this.me, notice, () => this.reload());
    this.revisions.show(this.info.revisions);
    this.signing = new Signing(view, this.effort, (revision) => this.signed(revision));
    draft.addEventListener("change", (event) => {
      view.changed(/** @type {CustomEvent} */ (event).detail);
      if (this.info.state === "todo") byId("case-state").replaceChildren(badge("in_progress"));
      this.count();
    });
    draft.addEventListener("replaced", () => {
      view.replaced();
      this.count();
    });
    view.addEventListener("look", (event) => this.look(/** @type {CustomEvent} */ (event).detail));
    const curve = /** @type {SVGSVGElement} */ (document.querySelector("#curve"));
    this.feed = new CurveFeed(this.info.exam, (answer) => drawCurve(curve, answer));
    curve.toggleAttribute("hidden", !this.info.curve);
    view.addEventListener("hover", (event) => this.hover(/** @type {CustomEvent} */ (event).detail));
    this.bindButtons();
    this.describe();
  }

  bindButtons() {
    const { box } = this;
    byId("undo").onclick = () => box.undo();
    byId("redo").onclick = () => box.redo();
    byId("between").onclick = () => this.between();
    byId("largest").onclick = () => this.tool(() => box.largest());
    byId("near").onclick = () => this.tool(() => box.near());
    byId("range-guess").onclick = () => box.guessRange(this.view.windowFor("post1"));
    byId("sign-open").onclick = () => this.signing?.open();
    byId("help-open").onclick = () => byId("help", HTMLDialogElement).showModal();
    byId("edit-own").onclick = () => this.opening.open().then(() => this.goToMask());
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-layout]"))) {
      button.onclick = () => this.arrange(/** @type {any} */ (button.dataset.layout));
    }
    this.layout.addEventListener("layout", () => this.followLayout());
    const table = keysOf(this);
    document.addEventListener("keydown", listener(table));
    byId("help-keys").replaceChildren(...helpOf(table), mouseHelp());
  }

  /** @param {import("./layout.js").LayoutName} name */
  arrange(name) {
    const plane = this.layout.active?.plane.name;
    return this.layout.choose(name, name === "planes" ? this.info.first : plane).catch(complain);
  }

  followLayout() {
    for (const button of document.querySelectorAll("button[data-layout]")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-layout") === this.layout.name));
    }
    const three = byId("three");
    if (three.hidden === (this.layout.name !== "3d")) return;
    three.hidden = this.layout.name !== "3d";
    if (three.hidden) this.panel.close();
    else this.panel.open();
  }

  /** @param {Voxel} voxel */
  hover(voxel) {
    this.hovered = voxel;
    if (this.info.curve) this.feed?.ask(voxel);
    const n = this.numberOf(voxel);
    const values = [...this.shelf.volumes.values()].map((volume) => `${this.view.labelOf(volume.name)} ${number(volume.at(n), 2)}`);
    byId("values").textContent = `${voxel.map((at, axis) => `${VOXEL_WORDS[axis]} ${at}`).join(", ")}: ${values.join(", ")}`;
  }

  /**
   * @param {Voxel} voxel
   * @returns {number}
   */
  numberOf([i, j, k]) {
    return i + this.info.shape[0] * (j + this.info.shape[1] * k);
  }

  /** @param {Voxel} seed */
  grow(seed) {
    const why = this.box.accepts()(this.numberOf(seed)) ? "" : " The signal there is not in the range.";
    this.tool(() => this.box.grow(seed), why);
  }

  between() {
    const plane = this.layout.active?.plane;
    if (plane) this.tool(() => this.box.between(plane.axes[2]));
  }

  /**
   * @param {() => Promise<import("./mask.js").Change>} ask the server
   * @param {string} [why] said when nothing has changed
   */
  async tool(ask, why = "") {
    try {
      const change = await ask();
      const sum = gain(change);
      const done = `${sum >= 0 ? "Added" : "Removed"} ${counted(Math.abs(sum), "voxel")}; undo takes it back.`;
      notice(change.length ? done : `Nothing changed.${why}`, "done");
    } catch (error) {
      if (this.draft.state !== "stale") complain(error);
    }
  }

  /** @param {Uint8Array} mask of a revision, for looking only */
  async look(mask) {
    await this.draft.settled().catch(complain);
    this.box.editable = false;
    this.box.choose("look");
    this.draft.mask.set(mask);
    this.draft.voxels = count(mask);
    this.draft.history.clear();
    this.view.replaced();
    this.goToMask();
    this.count();
  }

  /** @param {import("./api.js").Revision} revision */
  signed(revision) {
    this.box.editable = false;
    this.box.choose("look");
    this.draft.history.clear();
    notice(`Revision ${revision.number} is signed and stored.`);
    this.reload();
  }

  async reload() {
    try {
      this.info = await getJson(casePath(this.info.exam));
      this.revisions?.show(this.info.revisions);
      this.describe();
    } catch (error) {
      complain(error);
    }
  }

  describe() {
    document.title = `${this.info.exam} - breastdce review`;
    byId("exam").textContent = this.info.exam;
    byId("case-state").replaceChildren(badge(this.info.state));
    if (this.info.note && this.info.state === "sent_back") notice(`Sent back: ${this.info.note}`);
    this.count();
  }

  /** The volume of the mask beside that of the FTV, and the flags of the case. */
  count() {
    const voxel = this.info.spacing_mm.reduce((product, step) => product * step, 1) / 1000;
    const facts = el("dl", { class: "line" });
    facts.append(el("dt", {}, "Mask"), el("dd", { id: "volume" }, number(this.draft.voxels * voxel, 2, "mL")));
    if (this.info.ftv_ml !== undefined) facts.append(el("dt", {}, "FTV"), el("dd", {}, number(this.info.ftv_ml, 2, "mL")));
    const flags = el("ul", { class: "inline" }, ...(this.info.flags ?? []).map((flag) => el("li", { class: "flag" }, flagWord(flag))));
    byId("case-facts").replaceChildren(facts, flags);
  }
}

try {
  const editor = new Editor(await caseView, await me);
  /** @type {any} */ (window).__editor = editor;
  await editor.start();
} catch (error) {
  complain(error);
}
