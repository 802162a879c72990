// The worklist: cases with state, assignee, flags and volumes; filters, sorting, keyboard.
import { getJson, postJson } from "./api.js";
import { STATES, badge, byId, el, flagWord, moment, number } from "./dom.js";
import { complain } from "./notices.js";
import { heads, line, sorted } from "./table.js";

/**
 * @typedef {object} CaseRow
 * @property {string} exam
 * @property {string} state
 * @property {{name: string, state: string}[]} [readers] who has begun, with the state of each
 * @property {string[]} [assigned] who was asked
 * @property {string[]} [flags]
 * @property {number | null} [ftv_ml]
 * @property {number | null} [stv_ml]
 * @property {number | null} [look] place among the exams by doubt, the most doubtful first
 * @property {number | null} [chance_bad] that the mask is bad
 * @property {string | null} [doubt] what raises it
 * @property {number} [revisions]
 * @property {string | null} [changed]
 */

const ORDER = Object.keys(STATES);
/** States in which somebody of a role has something to do. */
const WAITING = /** @type {Record<string, string[]>} */ ({
  reader: ["todo", "in_progress", "sent_back"],
  adjudicator: ["submitted"],
  admin: ["todo", "in_progress", "sent_back", "submitted"],
});

/**
 * @param {CaseRow} row
 * @returns {string[]} who was asked to read the case, or reads it
 */
const assignees = (row) => [...new Set([...(row.assigned ?? []), ...(row.readers ?? []).map(({ name }) => name)])];

/** @type {import("./table.js").Column<CaseRow>[]} */
const COLUMNS = [
  { name: "exam", label: "Exam", key: (row) => row.exam, cell: (row) => el("a", { href: caseUrl(row), tabindex: "-1" }, row.exam) },
  { name: "state", label: "State", key: (row) => ORDER.indexOf(row.state), cell: (row) => badge(row.state) },
  { name: "readers", label: "Assignee", key: (row) => assignees(row).join(" "), cell: readersCell },
  { name: "flags", label: "Flags", key: (row) => (row.flags ?? []).length, cell: flagsCell },
  { name: "doubt", label: "Doubt", numeric: true, key: (row) => row.look, cell: doubtCell },
  { name: "ftv", label: "FTV, mL", numeric: true, key: (row) => row.ftv_ml, cell: (row) => number(row.ftv_ml, 2) },
  { name: "stv", label: "STV, mL", numeric: true, key: (row) => row.stv_ml, cell: (row) => number(row.stv_ml, 2) },
  { name: "revisions", label: "Revisions", numeric: true, key: (row) => row.revisions, cell: (row) => String(row.revisions ?? 0) },
  { name: "changed", label: "Changed", key: (row) => row.changed, cell: (row) => moment(row.changed) },
];

/** @param {CaseRow} row */
function caseUrl(row) {
  return `/case/${encodeURIComponent(row.exam)}`;
}

/** @param {CaseRow} row */
function readersCell(row) {
  const names = assignees(row);
  if (!names.length) return "–";
  const list = el("ul", { class: "inline" });
  for (const name of names) {
    const state = row.readers?.find((reader) => reader.name === name)?.state ?? "todo";
    const mark = el("span", { class: "dot", "data-state": state, "aria-hidden": "true" });
    list.append(el("li", { title: STATES[state] ?? state }, mark, name));
  }
  return list;
}

/** @param {CaseRow} row */
function flagsCell(row) {
  const list = el("ul", { class: "inline" });
  for (const flag of row.flags ?? []) list.append(el("li", { class: "flag" }, flagWord(flag)));
  return list.childElementCount ? list : "–";
}

/** @param {CaseRow} row */
function doubtCell(row) {
  if (!row.look) return "–";
  const chance = row.chance_bad ?? null;
  const words = chance === null ? "empty" : `${number(100 * chance, 0)} %`;
  const why = chance === null ? "The mask is empty" : `Chance that the mask is bad; raised by: ${row.doubt ?? "nothing in particular"}`;
  return el("span", { title: why }, words);
}

/** The table with its filters. */
class Worklist {
  /**
   * @param {CaseRow[]} rows
   * @param {string} role of who asks
   */
  constructor(rows, role) {
    this.rows = rows;
    this.waiting = new Set(WAITING[role]);
    this.body = byId("cases", HTMLTableElement).tBodies[0];
    this.lines = new Map(rows.map((row) => [row, line(row, COLUMNS)]));
    for (const [row, tr] of this.lines) this.prepare(row, tr);
    heads(byId("cases", HTMLTableElement), COLUMNS, (column, up) => this.sort(column.key, up));
    this.fillFilters();
    this.sort((row) => row.look, true);
    this.sort((row) => (this.waiting.has(row.state) ? 0 : 1), true);
  }

  /**
   * @param {CaseRow} row
   * @param {HTMLTableRowElement} tr
   */
  prepare(row, tr) {
    tr.tabIndex = -1;
    tr.dataset.exam = row.exam;
    tr.onclick = (event) => {
      if (!(/** @type {Element} */ (event.target).closest("a"))) location.href = caseUrl(row);
    };
    tr.onfocus = () => this.mark(tr);
  }

  fillFilters() {
    const states = byId("states");
    for (const state of ORDER) {
      const count = this.rows.filter((row) => row.state === state).length;
      const box = el("input", { type: "checkbox", value: state });
      states.append(el("label", { class: "check" }, box, `${STATES[state]} ${count}`));
    }
    this.options("assignee", this.rows.flatMap(assignees), (name) => name);
    this.options("flag", this.rows.flatMap((row) => row.flags ?? []), flagWord);
    byId("filters", HTMLFormElement).oninput = () => this.filter();
    byId("filters", HTMLFormElement).onsubmit = (event) => {
      event.preventDefault();
      this.visible()[0]?.focus();
    };
  }

  /**
   * @param {string} id
   * @param {string[]} values
   * @param {(value: string) => string} word
   */
  options(id, values, word) {
    const select = byId(id, HTMLSelectElement);
    const known = [...new Set(values)].sort();
    select.append(...known.map((value) => el("option", { value }, word(value))));
    /** @type {HTMLElement} */ (select.parentElement).hidden = known.length === 0;
  }

  /**
   * @param {(row: CaseRow) => string | number | null | undefined} key
   * @param {boolean} up
   */
  sort(key, up) {
    this.rows = sorted(this.rows, key, up);
    this.body.replaceChildren(...this.rows.map((row) => /** @type {HTMLElement} */ (this.lines.get(row))));
    this.filter();
  }

  filter() {
    const words = byId("words", HTMLInputElement).value.toLowerCase().split(/\s+/).filter(Boolean);
    const states = [...byId("states").querySelectorAll("input")].filter((box) => box.checked).map((box) => box.value);
    const [assignee, flag] = ["assignee", "flag"].map((id) => byId(id, HTMLSelectElement).value);
    let count = 0;
    for (const [row, tr] of this.lines) {
      const text = /** @type {string} */ (tr.textContent).toLowerCase();
      const fits =
        words.every((word) => text.includes(word)) &&
        (!states.length || states.includes(row.state)) &&
        (!assignee || assignees(row).includes(assignee)) &&
        (!flag || (row.flags ?? []).includes(flag));
      tr.hidden = !fits;
      count += Number(fits);
    }
    byId("shown").textContent = `${count} of ${this.rows.length} cases`;
    const marked = this.body.querySelector("tr[tabindex='0']");
    if (!(marked instanceof HTMLElement) || marked.hidden) this.mark(this.visible()[0]);
  }

  /** @returns {HTMLTableRowElement[]} */
  visible() {
    return [...this.body.rows].filter((tr) => !tr.hidden);
  }

  /** @param {HTMLTableRowElement | undefined} tr the one that Tab comes to */
  mark(tr) {
    for (const other of this.body.rows) other.tabIndex = other === tr ? 0 : -1;
  }

  /** @param {number} step */
  move(step) {
    const rows = this.visible();
    const at = rows.indexOf(/** @type {any} */ (document.activeElement?.closest("tr")));
    rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))]?.focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {Element} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input:not([type=checkbox]), select")) return;
    const run = {
      ArrowDown: () => this.move(1),
      ArrowUp: () => this.move(-1),
      j: () => this.move(1),
      k: () => this.move(-1),
      Home: () => this.visible()[0]?.focus(),
      End: () => this.visible().at(-1)?.focus(),
      "/": () => byId("words").focus(),
      n: () => this.next(),
    }[event.key];
    const row = target.closest("tbody tr");
    if (event.key === "Enter" && row instanceof HTMLElement) row.querySelector("a")?.click();
    if (!run) return;
    event.preventDefault();
    run();
  }

  /** Open the first shown case that waits for work. */
  next() {
    const exam = this.visible()[0] && this.visible().map((tr) => tr.dataset.exam);
    const row = this.rows.find((each) => this.waiting.has(each.state) && exam?.includes(each.exam));
    if (row) location.href = caseUrl(row);
  }
}

try {
  const [me, rows] = await Promise.all([getJson("/api/me"), getJson("/api/cases")]);
  byId("me").textContent = `${me.name}, ${me.role}`;
  byId("to-readers").hidden = me.role === "reader";
  byId("sign-out").hidden = !me.session;
  byId("sign-out").onclick = () => postJson("/api/logout", {}).then(() => location.assign("/login"), complain);
  const list = new Worklist(rows, me.role);
  document.addEventListener("keydown", (event) => list.key(event));
} catch (error) {
  byId("shown").textContent = "";
  complain(error);
}
