"use strict";
// Filter and sort the table of exams; the page is complete without it.
const table = document.getElementById("exam-list");
if (table) {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, (row) => ({ row, text: row.textContent.toLowerCase() }));
  const shown = document.getElementById("shown");
  const box = document.getElementById("words");
  const filter = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { row, text } of rows) {
      const fits = words.every((word) => text.includes(word));
      row.hidden = !fits;
      count += fits;
    }
    shown.textContent = words.length ? `${count} of ${rows.length} exam${rows.length === 1 ? "" : "s"}` : "";
  };
  box.addEventListener("input", filter);
  document.getElementById("filter").hidden = false;
  document.getElementById("keys").hidden = false;

  // Keys: "/" to the filter, Escape clears it, arrows go from exam to exam.
  const link = (row) => row.querySelector("th a");
  const step = (from, by) => {
    const seen = Array.from(body.rows).filter((row) => !row.hidden);
    const to = seen[seen.indexOf(from) + by];
    if (to) link(to).focus();
    else if (by < 0) box.focus();
  };
  document.addEventListener("keydown", (event) => {
    const at = document.activeElement;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && at !== box) box.focus();
    else if (event.key === "Escape" && at === box) { box.value = ""; filter(); }
    else if (event.key === "ArrowDown" && at === box) step(null, 1);
    else if (event.key === "ArrowDown" && body.contains(at)) step(at.closest("tr"), 1);
    else if (event.key === "ArrowUp" && body.contains(at)) step(at.closest("tr"), -1);
    else return;
    event.preventDefault();
  });

  const key = (row, column, kind) => {
    const cell = row.cells[column];
    const text = cell.dataset.value ?? cell.textContent.trim();
    return kind === "number" ? (text === "" ? NaN : Number(text)) : text;
  };
  const order = (a, b, kind) => {
    if (kind === "text") return a.localeCompare(b, "en", { numeric: true });
    return Number.isNaN(a) - Number.isNaN(b) || a - b;
  };
  for (const head of table.tHead.rows[0].querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of table.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const keyed = rows.map(({ row }) => ({ row, k: key(row, head.cellIndex, head.dataset.sort) }));
      keyed.sort((a, b) => {
        const missing = Number.isNaN(a.k) - Number.isNaN(b.k);
        return missing || (up ? 1 : -1) * order(a.k, b.k, head.dataset.sort);
      });
      body.append(...keyed.map(({ row }) => row));
    });
  }
}
