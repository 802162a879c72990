// The dialog before signing: what changed against the mask that the draft began from.
import { casePath, explain, getBytes, getJson } from "./api.js";
import { byId, duration, el, number, signed } from "./dom.js";
import { readSurface, surfacePicture } from "./surface.js";

/** @typedef {import("./view.js").View} View */

/**
 * @param {import("./api.js").EditDelta} delta
 * @param {number[]} shape
 * @returns {[string, string][]} words and values
 */
export function deltaRows(delta, shape) {
  const change = delta.volume_ml - delta.parent_ml;
  const percent = delta.parent_ml > 0 ? ` (${signed((100 * change) / delta.parent_ml, 1, "%")})` : "";
  const touched = delta.slices_touched.map((slices, axis) => `${slices}/${shape[axis]}`).join(", ");
  return [
    ["Volume", number(delta.volume_ml, 2, "mL")],
    ["Volume before", number(delta.parent_ml, 2, "mL")],
    ["Change", signed(change, 2, "mL") + percent],
    ["Voxels added", number(delta.voxels_added, 0)],
    ["Voxels removed", number(delta.voxels_removed, 0)],
    ["Dice with the mask before", number(delta.dice_to_parent, 4)],
    ["HD95", number(delta.hd95_mm, 2, "mm")],
    ["Mean surface distance", number(delta.assd_mm, 2, "mm")],
    ["Slices touched (i, j, k)", touched],
    ["Time spent", duration(delta.seconds)],
  ];
}

/**
 * @param {import("./api.js").EditDelta} delta
 * @param {number[]} shape
 * @returns {HTMLElement}
 */
export function deltaTable(delta, shape) {
  const body = el("tbody");
  for (const [word, value] of deltaRows(delta, shape)) {
    body.append(el("tr", {}, el("th", { scope: "row" }, word), el("td", {}, value)));
  }
  return el("table", { class: "facts" }, body);
}

/** Asks, shows, signs. */
export class Signing {
  /**
   * @param {View} view
   * @param {import("./effort.js").Effort} effort
   * @param {(revision: import("./api.js").Revision) => void} signedAs
   */
  constructor(view, effort, signedAs) {
    this.view = view;
    this.effort = effort;
    this.signedAs = signedAs;
    this.dialog = byId("sign", HTMLDialogElement);
    this.comment = byId("sign-comment", HTMLTextAreaElement);
    this.button = byId("sign-now", HTMLButtonElement);
    byId("sign-cancel").onclick = () => this.dialog.close();
    byId("sign-form", HTMLFormElement).onsubmit = (event) => {
      event.preventDefault();
      this.sign();
    };
  }

  /** Show the dialog; the numbers follow when the server has counted. */
  async open() {
    const { draft, info } = this.view;
    const [facts, pictures] = [byId("sign-facts"), byId("sign-pictures")];
    this.say("");
    this.button.disabled = true;
    facts.replaceChildren(el("p", { class: "note" }, "Counting the changes …"));
    pictures.replaceChildren();
    this.dialog.showModal();
    try {
      await draft.settled();
      const path = (/** @type {string} */ rest) => casePath(info.exam, rest);
      const [delta, surface] = await Promise.all([getJson(path("/delta")), getBytes(path("/surface"))]);
      facts.replaceChildren(deltaTable({ ...delta, seconds: this.effort.seconds }, info.shape));
      pictures.replaceChildren(...this.figures(readSurface(surface.bytes)));
      this.button.disabled = false;
    } catch (error) {
      facts.replaceChildren();
      this.say(explain(error));
    }
  }

  /**
   * @param {import("./surface.js").Surface} surface
   * @returns {HTMLElement[]} its picture in each plane; none of an empty mask
   */
  figures(surface) {
    if (!surface.numbers.length) return [];
    const { info, planes } = this.view;
    return Object.values(planes).map((plane) => {
      const canvas = surfacePicture(plane, surface, info.shape);
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `Distance of the surface from the mask before, ${plane.name}`);
      return el("figure", {}, canvas, el("figcaption", {}, plane.name));
    });
  }

  async sign() {
    this.button.disabled = true;
    try {
      const revision = await this.view.draft.sign(this.comment.value.trim(), this.effort.seconds);
      this.effort.clear();
      this.comment.value = "";
      this.dialog.close();
      this.signedAs(revision);
    } catch (error) {
      this.say(explain(error));
      this.button.disabled = false;
    }
  }

  /** @param {string} text */
  say(text) {
    byId("sign-trouble").textContent = text;
  }
}
