// The agreement of readers as a table; the page with plots: `breastdce review agreement OUT --out FOLDER`.
import { getJson } from "./api.js";
import { byId, el, number } from "./dom.js";
import { complain } from "./notices.js";
import { heads, line, sorted } from "./table.js";

/** @typedef {Record<string, any>} Row */
/** @typedef {{columns: {name: string, label: string, unit?: string}[], rows: Row[], note?: string}} Table */

/**
 * @param {unknown} value
 * @returns {string}
 */
function word(value) {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : number(value, 3);
  return value === null || value === undefined ? "–" : String(value);
}

/**
 * @param {Table} table
 * @returns {HTMLElement}
 */
function grid(table) {
  const columns = table.columns.map(({ name, label, unit }) => ({
    name,
    label: unit ? `${label}, ${unit}` : label,
    numeric: table.rows.every((row) => typeof (row[name] ?? 0) === "number"),
    key: (/** @type {Row} */ row) => row[name],
    cell: (/** @type {Row} */ row) => word(row[name]),
  }));
  const element = /** @type {HTMLTableElement} */ (el("table", {}, el("thead", {}, el("tr")), el("tbody")));
  const fill = (/** @type {Row[]} */ rows) => element.tBodies[0].replaceChildren(...rows.map((row) => line(row, columns)));
  heads(element, columns, (column, up) => fill(sorted(table.rows, column.key, up)));
  fill(table.rows);
  return el("div", { class: "scroll" }, element);
}

try {
  /** @type {Table} */
  const table = await getJson("/api/agreement");
  const room = byId("tables");
  if (table.rows.length) room.append(grid(table));
  else room.append(el("p", { class: "absent" }, "No case has been read by two readers yet."));
  if (table.note) room.append(el("p", { class: "note" }, table.note));
  room.setAttribute("aria-busy", "false");
} catch (error) {
  complain(error);
}
