// The draft of one reader: the mask with its history, changed by strokes and by tools of the server.
import { casePath, postJson } from "./api.js";
import { Courier } from "./courier.js";
import { History } from "./history.js";
import { apply, count, effective, equal, fromBase64, fromBytes, gain, turned } from "./mask.js";

/** @typedef {import("./mask.js").Change} Change */

export class Draft extends Courier {
  /**
   * @param {string} exam
   * @param {import("./outbox.js").Outbox} outbox
   * @param {number} voxels
   */
  constructor(exam, outbox, voxels) {
    super(exam, outbox);
    this.mask = new Uint8Array(voxels);
    this.voxels = 0;
    this.history = new History();
    /** Name of the mask that it began from. */
    this.start = "";
    /** The stroke under the pointer: in the mask, not yet a change. @type {import("./strokes.js").Stroke | null} */
    this.stroke = null;
  }

  /**
   * Open the draft on the server, or begin it from the mask that is named.
   * @param {string} [start]
   * @returns {Promise<{replayed: number, orphans: number}>} strokes of an earlier page: sent again,
   *   and kept aside because the draft they belong to is gone
   */
  async open(start) {
    await this.take(start);
    const left = await this.outbox.all();
    const mine = left.filter((parcel) => parcel.parent === this.parent);
    let replayed = 0;
    for (const { id, change } of mine) {
      const rest = effective(this.mask, change);
      if (rest.length) {
        this.commit(rest, true);
        replayed += 1;
      }
      await this.outbox.remove(id);
    }
    this.history.clear();
    return { replayed, orphans: left.length - mine.length };
  }

  /**
   * Take the server's state as it is; the queue and the history are the caller's to mend.
   * @param {string} [start]
   */
  async take(start) {
    const head = await this.head(start);
    this.mask.set(head.mask);
    this.voxels = count(this.mask);
    [this.parent, this.sequence, this.start] = [head.parent, head.sequence, head.start];
  }

  /**
   * @param {string} [start]
   * @returns {Promise<{parent: string, sequence: number, start: string, mask: Uint8Array}>}
   */
  async head(start) {
    const answer = await postJson(casePath(this.exam, "/draft"), start ? { start } : {});
    const { parent, sequence, start: from, mask } = await answer.json();
    const whole = new Uint8Array(this.mask.length);
    apply(whole, fromBase64(mask));
    return { parent, sequence, start: from ?? "", mask: whole };
  }

  /**
   * Keep a change that was just made and send it.
   * @param {Change} change
   * @param {boolean} [pending] the mask does not have it yet
   */
  commit(change, pending = false) {
    if (!change.length) return;
    if (pending) apply(this.mask, change);
    this.history.push(change);
    this.follow(change);
  }

  /**
   * @param {Change} change in the mask already
   */
  follow(change) {
    this.voxels += gain(change);
    this.enqueue(change);
    this.announce("change", change);
  }

  /** @returns {boolean} whether there was something to take back */
  undo() {
    return this.step(this.history.undo());
  }

  /** @returns {boolean} whether there was something to do again */
  redo() {
    return this.step(this.history.redo());
  }

  /** @param {Change | undefined} change */
  step(change) {
    if (!change) return false;
    apply(this.mask, change);
    this.follow(change);
    return true;
  }

  /**
   * After a lost answer the server may be ahead by changes of ours. It is, if its mask is ours
   * without the last ones that wait.
   * @returns {Promise<boolean>} whether the queue was brought into line
   */
  async arrived() {
    const head = await this.head();
    if (head.parent !== this.parent) return false;
    const mask = this.mask.slice();
    for (const n of this.stroke?.touched ?? []) mask[n] = 1 - mask[n];
    for (let kept = this.queue.length; kept >= 0; kept -= 1) {
      if (equal(mask, head.mask)) {
        this.sequence = head.sequence;
        this.drop(kept);
        return true;
      }
      if (kept) apply(mask, turned(this.queue[kept - 1].change));
    }
    return false;
  }

  /**
   * A person has decided about a stale draft: take the server's, with own unsent strokes on top or not.
   * @param {boolean} keep
   */
  async resolve(keep) {
    await this.take();
    const waiting = this.queue.splice(0);
    this.history.clear();
    this.become("saved");
    this.announce("replaced");
    if (keep) for (const { change } of waiting) this.commit(effective(this.mask, change), true);
    for (const { id } of waiting) await this.outbox.remove(await id);
  }

  /**
   * Ask a tool of the server; what comes back is one change that can be undone.
   * @param {string} name
   * @param {object} params
   * @returns {Promise<Change>}
   */
  async ask(name, params) {
    await this.settled();
    const body = { params, parent: this.parent, sequence: this.sequence };
    const answer = await this.current(postJson(casePath(this.exam, `/tools/${name}`), body));
    const change = fromBytes(await answer.arrayBuffer());
    this.sequence = Number(answer.headers.get("X-Sequence") ?? this.sequence);
    apply(this.mask, change);
    this.voxels += gain(change);
    if (change.length) this.history.push(change);
    this.announce("change", change);
    return change;
  }

  /**
   * @param {string} comment
   * @param {number} seconds spent
   * @returns {Promise<import("./api.js").Revision>}
   */
  async sign(comment, seconds) {
    await this.settled();
    const body = { parent: this.parent, sequence: this.sequence, comment, seconds };
    const answer = await this.current(postJson(casePath(this.exam, "/sign"), body));
    this.become("closed");
    return answer.json();
  }
}
