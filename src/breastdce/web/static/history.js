// Undo and redo without limit: what is kept of a stroke is its change, some hundred bytes.
import { turned } from "./mask.js";

/** @typedef {import("./mask.js").Change} Change */

export class History {
  constructor() {
    /** @type {Change[]} */
    this.past = [];
    /** @type {Change[]} */
    this.future = [];
  }

  /** @param {Change} change just made */
  push(change) {
    this.past.push(change);
    this.future.length = 0;
  }

  /** @returns {Change | undefined} the change to make now in order to take the last one back */
  undo() {
    const last = this.past.pop();
    if (!last) return undefined;
    this.future.push(last);
    return turned(last);
  }

  /** @returns {Change | undefined} the change to make now in order to have it again */
  redo() {
    const next = this.future.pop();
    if (!next) return undefined;
    this.past.push(next);
    return next;
  }

  /** Forget all, when the mask was replaced by another one. */
  clear() {
    this.past.length = 0;
    this.future.length = 0;
  }

  /** @returns {number} bytes held */
  get size() {
    return [...this.past, ...this.future].reduce((sum, change) => sum + change.byteLength, 0);
  }
}
