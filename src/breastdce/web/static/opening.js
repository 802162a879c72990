// How the own draft is opened: by one tab only, with what an earlier page left behind; and how it is
// thrown away to begin anew from another mask.
import { ApiError, casePath, explain, postJson } from "./api.js";
import { byId, counted, el } from "./dom.js";
import { complain, notice } from "./notices.js";
import { LINE } from "./overlays.js";

/** Masks that a draft may begin from, with their words. */
const STARTS = /** @type {Record<string, string>} */ ({
  "stv-auto": "Network's mask",
  "stv-candidate": "Cleaned FTV",
  ftv: "FTV",
  majority: "Majority of the readers",
  staple: "STAPLE of the readers",
  empty: "Nothing",
});

export class Opening {
  /** @param {import("./editor.js").Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.held = false;
    const { masks, revisions } = editor.info;
    const own = revisions.filter(({ reader }) => reader === editor.me.name).map((revision) => revision.number);
    const words = { ...Object.fromEntries(own.map((at) => [`revision:${at}`, `Own revision ${at}`])), ...STARTS };
    const known = Object.entries(words).filter(([name]) => name === "empty" || masks.includes(name));
    byId("start", HTMLSelectElement).append(...known.map(([value, word]) => el("option", { value }, word)));
    byId("begin").onclick = () => this.askToBegin(byId("start", HTMLSelectElement).value);
  }

  /** Open the draft for editing, or say why it is only shown. */
  async open() {
    const { box, draft, view } = this.editor;
    if (!(await this.alone())) {
      notice("This case is open in another tab of this browser. Edit it there, or close that tab and reload this page.");
      return;
    }
    byId("save").textContent = "Opening the mask …"; // nothing can be drawn before it is there
    try {
      const { replayed, orphans } = await draft.open();
      if (!(await draft.outbox.kept)) notice("This browser keeps no database for this page: strokes drawn without a server are lost with the tab.");
      if (replayed) notice(`Sent again what had not reached the server: ${counted(replayed, "stroke")}.`);
      if (orphans) this.askAboutOrphans(orphans);
      box.editable = true;
      box.announce();
      view.replaced();
      this.editor.count();
      await this.editor.loadGuide("parent", "start", { color: LINE.parent, dashed: true });
      byId("start", HTMLSelectElement).value = draft.start;
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "REVIEW_STATE") return complain(error);
      notice(`${explain(error)} The mask is shown for looking only.`);
      await this.editor.look(await this.editor.shelf.mask("start")).catch(complain);
    } finally {
      draft.announce("state");
    }
  }

  /** @returns {Promise<boolean>} whether no other tab of this browser edits the case */
  alone() {
    if (this.held || !navigator.locks) return Promise.resolve(true);
    const name = `breastdce ${this.editor.info.exam} ${this.editor.me.name}`;
    return new Promise((resolve) => {
      navigator.locks.request(name, { ifAvailable: true }, (lock) => {
        this.held = lock !== null;
        resolve(this.held);
        return lock ? new Promise(() => {}) : null; // held until the tab is closed
      });
    });
  }

  /** @param {number} strokes of a draft that has been signed or replaced since */
  askAboutOrphans(strokes) {
    const line = notice(`Never reached the server, and its draft is closed: ${counted(strokes, "stroke")}.`, "trouble");
    const drop = el("button", { type: "button" }, "Forget them");
    drop.onclick = async () => {
      await this.editor.draft.outbox.clear();
      line.remove();
    };
    line.firstElementChild?.append(" ", drop);
  }

  /** @param {string} start name of a mask */
  askToBegin(start) {
    const line = notice(`Throw this draft away and begin from: ${STARTS[start] ?? start}?`, "trouble");
    const begin = el("button", { type: "button" }, "Begin anew");
    begin.onclick = () => {
      line.remove();
      this.begin(start).catch(complain);
    };
    line.firstElementChild?.append(" ", begin);
    begin.focus();
  }

  /** @param {string} start name of a mask */
  async begin(start) {
    const { box, draft, shelf } = this.editor;
    if (!box.free) throw new Error("The draft cannot be thrown away now.");
    await draft.settled();
    const { parent, sequence, exam } = draft;
    await postJson(casePath(exam, "/discard"), { parent, sequence });
    await draft.take(start);
    draft.history.clear();
    draft.announce("replaced");
    shelf.forget("start");
    await this.editor.loadGuide("parent", "start", { color: LINE.parent, dashed: true });
  }
}
