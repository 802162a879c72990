// Revisions of a case: a reader sees the own ones, an adjudicator all, to choose from.
import { casePath, explain, postJson } from "./api.js";
import { byId, duration, el, moment, number } from "./dom.js";

/** Outlines of different readers, told apart by most people. */
const COLORS = ["#4dd0e1", "#fff176", "#f48fb1", "#a5d6a7", "#b39ddb", "#ffab91"];

/** Masks made of the last revisions of all readers, where there are two or more. */
const CONSENSUS = [
  ["majority", "Majority of the readers"],
  ["staple", "STAPLE of the readers"],
];

/** @typedef {import("./api.js").Revision} Revision */

export class Revisions {
  /**
   * @param {import("./view.js").View} view
   * @param {{name: string, role: string}} me
   * @param {(text: string) => void} tell
   * @param {() => void} changed what the server says about the case
   */
  constructor(view, me, tell, changed) {
    this.view = view;
    this.judges = me.role !== "reader";
    this.tell = tell;
    this.changed = changed;
    /** @type {Revision | null} */
    this.chosen = null;
    this.list = byId("revisions");
    const judging = byId("judging");
    judging.hidden = !this.judges;
    byId("accept", HTMLButtonElement).onclick = () => this.accept();
    byId("send-back", HTMLButtonElement).onclick = () => this.sendBack();
    byId("assign", HTMLFormElement).onsubmit = (event) => {
      event.preventDefault();
      const reader = byId("assignee", HTMLInputElement).value.trim();
      this.post("/assign", { reader }, `The case is assigned to ${reader}.`);
    };
    this.enable();
  }

  /** @param {Revision[]} revisions */
  show(revisions) {
    this.chosen = null;
    this.enable();
    const consensus = CONSENSUS.filter(([name]) => this.view.info.masks.includes(name));
    this.list.replaceChildren(
      ...revisions.map((revision, at) => this.row(revision, COLORS[at % COLORS.length])),
      ...consensus.map(([name, word], at) => el("li", {}, this.box(name, word, COLORS.at(-1 - at) ?? ""))),
    );
    if (!revisions.length) this.list.append(el("li", { class: "absent" }, "No revision has been signed yet."));
  }

  /**
   * @param {Revision} revision
   * @param {string} color
   * @returns {HTMLElement}
   */
  row(revision, color) {
    const { number: at, reader, created, delta, comment, tool } = revision;
    const item = el(
      "li",
      {},
      this.box(`revision:${at}`, `Revision ${at}, ${reader}`, color),
      el("p", { class: "note" }, `${moment(created)}, ${number(delta.volume_ml, 2, "mL")}, Dice to its parent ` +
        `${number(delta.dice_to_parent, 3)}, ${duration(revision.seconds)}, ${tool}`),
    );
    if (comment) item.append(el("p", { class: "comment" }, comment));
    if (this.judges) item.append(this.choice(revision));
    return item;
  }

  /**
   * @param {Revision} revision
   * @returns {HTMLElement}
   */
  choice(revision) {
    const radio = /** @type {HTMLInputElement} */ (el("input", { type: "radio", name: "revision" }));
    radio.setAttribute("aria-label", `Choose revision ${revision.number} of ${revision.reader}`);
    radio.onchange = () => this.choose(revision);
    return el("label", { class: "check" }, radio, "Choose");
  }

  /**
   * A check box that shows the outline of a mask.
   * @param {string} name
   * @param {string} word
   * @param {string} color
   * @returns {HTMLElement}
   */
  box(name, word, color) {
    const outline = /** @type {HTMLInputElement} */ (el("input", { type: "checkbox" }));
    outline.onchange = () => this.outline(name, color, outline.checked);
    const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = color;
    return el("label", { class: "check" }, outline, swatch, word);
  }

  /**
   * @param {string} name of a mask
   * @param {string} color
   * @param {boolean} shown
   */
  async outline(name, color, shown) {
    try {
      this.view.guide(name, await this.view.shelf.mask(name), { color, shown });
    } catch (error) {
      this.tell(explain(error));
    }
  }

  /**
   * Show a revision as the mask, for looking only.
   * @param {Revision} revision
   */
  async choose(revision) {
    try {
      const mask = await this.view.shelf.mask(`revision:${revision.number}`);
      this.chosen = revision;
      this.enable();
      this.view.dispatchEvent(new CustomEvent("look", { detail: mask }));
    } catch (error) {
      this.tell(explain(error));
    }
  }

  enable() {
    for (const id of ["accept", "send-back"]) byId(id, HTMLButtonElement).disabled = !this.chosen;
    byId("chosen").textContent = this.chosen
      ? `Chosen: revision ${this.chosen.number} of ${this.chosen.reader}.`
      : "Choose a revision to accept it or to send it back.";
  }

  async accept() {
    if (!this.chosen) return;
    const { number: at, reader } = this.chosen;
    await this.post("/accept", { number: at }, `Revision ${at} of ${reader} is accepted; the next run measures it.`);
  }

  async sendBack() {
    if (!this.chosen) return;
    const comment = byId("judge-comment", HTMLTextAreaElement).value.trim();
    if (!comment) {
      this.tell("Say in the comment what should be changed.");
      byId("judge-comment").focus();
      return;
    }
    await this.post("/send-back", { reader: this.chosen.reader, comment }, `Sent back to ${this.chosen.reader}.`);
  }

  /**
   * @param {string} path
   * @param {object} body
   * @param {string} done
   */
  async post(path, body, done) {
    try {
      await postJson(casePath(this.view.info.exam, path), body);
      this.tell(done);
      this.changed();
    } catch (error) {
      this.tell(explain(error));
    }
  }
}
