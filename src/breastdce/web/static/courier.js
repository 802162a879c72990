// The way of changes to the server: posted one after the other, each with the sequence number that the
// server must be at; kept until it has answered.
import { ApiError, Unreachable, casePath, postBytes } from "./api.js";
import { toBytes } from "./mask.js";

/** @typedef {import("./mask.js").Change} Change */
/** @typedef {"saved" | "saving" | "offline" | "stale" | "refused" | "closed"} SaveState */
/** @typedef {{change: Change, id: Promise<number | undefined>}} Waiting */

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;

export class Courier extends EventTarget {
  /**
   * @param {string} exam
   * @param {import("./outbox.js").Outbox} outbox
   */
  constructor(exam, outbox) {
    super();
    this.exam = exam;
    this.outbox = outbox;
    /** Digest of the mask that the draft began from, and how far the server is. */
    this.parent = "";
    this.sequence = 0;
    /** @type {Waiting[]} */
    this.queue = [];
    this.posted = 0;
    /** @type {SaveState} */
    this.state = "saved";
    /** @type {unknown} */
    this.trouble = null;
    this.sending = Promise.resolve();
    this.busy = false;
    this.wake = () => {};
    addEventListener("online", () => this.send());
  }

  /**
   * @param {Change} change in the mask already
   */
  enqueue(change) {
    this.queue.push({ change, id: this.outbox.put(this.parent, change) });
    this.send();
  }

  /** Send what waits, unless that is being done or a person has to decide first. */
  send() {
    this.wake();
    if (this.busy || this.state === "stale" || this.state === "closed") return;
    this.busy = true;
    this.sending = this.drain().finally(() => {
      this.busy = false;
      if (this.queue.length && this.state === "saved") this.send(); // something came at the very end
    });
  }

  async drain() {
    let pause = FIRST_PAUSE_MS;
    while (this.queue.length) {
      if (this.state !== "offline") this.become("saving");
      const outcome = await this.post(this.queue[0]);
      if (outcome === "stop") return;
      if (outcome === "again") {
        await this.rest(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      } else {
        pause = FIRST_PAUSE_MS;
        this.become("saving");
      }
    }
    this.become("saved");
  }

  /** @param {number} milliseconds to wait, unless something wakes us */
  rest(milliseconds) {
    return new Promise((resolve) => {
      const clock = setTimeout(() => resolve(undefined), milliseconds);
      this.wake = () => {
        clearTimeout(clock);
        this.wake = () => {};
        resolve(undefined);
      };
    });
  }

  /**
   * @param {Waiting} first
   * @returns {Promise<"next" | "again" | "stop">}
   */
  async post(first) {
    const query = `?parent=${encodeURIComponent(this.parent)}&sequence=${this.sequence}`;
    try {
      const answer = await postBytes(casePath(this.exam, `/changes${query}`), toBytes(first.change));
      this.sequence = (await answer.json()).sequence;
      this.posted += 1;
      this.drop(1);
      return "next";
    } catch (error) {
      return this.fail(error);
    }
  }

  /**
   * @param {unknown} error
   * @returns {Promise<"next" | "again" | "stop">}
   */
  async fail(error) {
    if (error instanceof Unreachable || (error instanceof ApiError && error.status >= 500)) {
      this.become("offline", error);
      return "again";
    }
    if (error instanceof ApiError && error.status === 409) {
      try {
        if (await this.arrived()) return "next";
      } catch (second) {
        if (!(second instanceof ApiError) || second.status >= 500) return this.fail(new Unreachable(String(second)));
      }
      this.become("stale", error);
      return "stop";
    }
    this.become("refused", error);
    return "stop";
  }

  /**
   * After a lost answer the server may be ahead by changes of ours.
   * @returns {Promise<boolean>} whether the queue was brought into line
   */
  async arrived() {
    return false;
  }

  /** @param {number} number of the first in the queue, which the server has */
  drop(number) {
    for (const { id } of this.queue.splice(0, number)) id.then((known) => this.outbox.remove(known));
  }

  /** Wait until the server has everything; thrown when it cannot be reached or refuses. */
  async settled() {
    this.send();
    while (this.state === "saving") {
      await new Promise((resolve) => this.addEventListener("state", resolve, { once: true }));
    }
    if (this.state !== "saved") throw this.trouble ?? new Unreachable("Changes wait to be sent.");
  }

  /**
   * @template T
   * @param {Promise<T>} asked
   * @returns {Promise<T>} the answer; a refusal because the draft has moved on makes it stale here, too
   */
  async current(asked) {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) this.become("stale", error);
      throw error;
    }
  }

  /**
   * @param {SaveState} state
   * @param {unknown} [trouble]
   */
  become(state, trouble = null) {
    const news = state !== this.state;
    this.state = state;
    this.trouble = trouble;
    if (news) this.announce("state");
  }

  /**
   * @param {string} kind
   * @param {unknown} [detail]
   */
  announce(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}
