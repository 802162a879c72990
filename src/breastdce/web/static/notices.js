// Messages to the reader: a line that stays until it is closed, and the state of saving.
import { ApiError, explain } from "./api.js";
import { byId, el } from "./dom.js";

const WORDS = /** @type {Record<import("./courier.js").SaveState, string>} */ ({
  saved: "Saved",
  saving: "Saving …",
  offline: "Not saved: no server",
  stale: "Not saved: changed elsewhere",
  refused: "Not saved: refused",
  closed: "Signed",
});

const AWAY = "The server is away. Strokes are kept in this browser and sent when it is back.";

/**
 * @param {string} text
 * @param {"info" | "done" | "trouble"} [kind] of what was done only the last is said
 * @returns {HTMLElement} the notice, for buttons to be added
 */
export function notice(text, kind = "info") {
  const close = el("button", { type: "button", class: "quiet", "aria-label": "Close this message" }, "×");
  const line = el("div", { class: "notice", "data-kind": kind }, el("p", {}, text), close);
  close.onclick = () => line.remove();
  const room = byId("notices");
  for (const other of [...room.children]) {
    const last = kind === "done" && other.getAttribute("data-kind") === kind;
    if (last || other.firstElementChild?.textContent === text) other.remove();
  }
  room.append(line);
  return line;
}

/** @param {unknown} error */
export function complain(error) {
  const line = notice(explain(error), "trouble");
  if (error instanceof ApiError && error.status === 401) {
    line.firstElementChild?.append(" ", el("a", { href: "/login" }, "Sign in"));
  }
}

/**
 * Show how the draft is kept.
 * @param {import("./draft.js").Draft} draft
 */
export function followSaving(draft) {
  const status = byId("save");
  /** @type {HTMLElement | null} */
  let away = null;
  const follow = () => {
    status.textContent = WORDS[draft.state];
    status.dataset.state = draft.state;
    if (draft.state === "refused") {
      complain(draft.trouble);
      notice("Strokes that the server did not take are kept; reload this page to put them on its draft.", "trouble");
    }
    if (draft.state === "offline") away = notice(AWAY, "trouble");
    if (draft.state === "saved") away?.remove();
  };
  draft.addEventListener("state", follow);
  follow();
}

/**
 * Ask what to do about a draft that another page has changed.
 * @param {import("./draft.js").Draft} draft
 */
export function followStale(draft) {
  const dialog = byId("stale", HTMLDialogElement);
  draft.addEventListener("state", () => {
    if (draft.state !== "stale" || dialog.open) return;
    const waiting = draft.queue.length;
    const strokes = waiting === 1 ? "1 stroke of this page is" : `${waiting} strokes of this page are`;
    byId("stale-text").textContent =
      "Another page or tab has changed or signed this draft since it was opened here (409, stale)." +
      (waiting ? ` ${strokes} not on the server.` : "");
    byId("stale-keep").hidden = waiting === 0;
    dialog.showModal();
  });
  dialog.oncancel = (event) => event.preventDefault();
  for (const [id, keep] of /** @type {const} */ ([["stale-drop", false], ["stale-keep", true]])) {
    byId(id).onclick = () => {
      dialog.close();
      draft.resolve(keep).catch((error) => {
        complain(error);
        draft.become("stale", error);
      });
    };
  }
}
