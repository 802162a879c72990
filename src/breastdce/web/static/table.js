// A table that sorts by its heads; what is missing stays last.
import { el } from "./dom.js";

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} name
 * @property {string} label
 * @property {boolean} [numeric]
 * @property {(row: Row) => string | number | null | undefined} key to sort by
 * @property {(row: Row) => Node | string} cell
 */

/**
 * @param {string | number | null | undefined} a
 * @param {string | number | null | undefined} b
 * @returns {number}
 */
function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

/** @param {unknown} key */
const missing = (key) => key === null || key === undefined || key === "" || Number.isNaN(key);

/**
 * @template Row
 * @param {Row[]} rows
 * @param {(row: Row) => string | number | null | undefined} key
 * @param {boolean} up
 * @returns {Row[]} sorted copy; equal rows keep their order
 */
export function sorted(rows, key, up) {
  return [...rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (missing(x) || missing(y)) return Number(missing(x)) - Number(missing(y));
    return (up ? 1 : -1) * compare(x, y);
  });
}

/**
 * Fill the head of a table with buttons that sort.
 * @template Row
 * @param {HTMLTableElement} table
 * @param {Column<Row>[]} columns
 * @param {(column: Column<Row>, up: boolean) => void} sort
 */
export function heads(table, columns, sort) {
  const row = /** @type {HTMLTableSectionElement} */ (table.tHead).rows[0];
  for (const column of columns) {
    const button = el("button", { type: "button" }, column.label);
    const head = el("th", { scope: "col", "data-name": column.name }, button);
    if (column.numeric) head.classList.add("number");
    button.onclick = () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of row.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      sort(column, up);
    };
    row.append(head);
  }
}

/**
 * @template Row
 * @param {Row} row
 * @param {Column<Row>[]} columns
 * @returns {HTMLTableRowElement}
 */
export function line(row, columns) {
  const cells = columns.map((column, at) => {
    const cell = el(at ? "td" : "th", at ? {} : { scope: "row" }, column.cell(row));
    if (column.numeric) cell.classList.add("number");
    return cell;
  });
  return /** @type {HTMLTableRowElement} */ (el("tr", {}, ...cells));
}
