// The keyboard: one table, which the help dialog is made from, too.

/** @typedef {{keys: string, group: string, what: string, run: (event: KeyboardEvent) => void}} Key */

/** Elements that want the keys for themselves. */
const WRITES = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select";

/**
 * @param {KeyboardEvent} event
 * @returns {string} as written in the table: "Ctrl+Shift+z", "b", "ArrowLeft"
 */
export function nameOf(event) {
  const held = event.ctrlKey || event.metaKey;
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return `${held ? "Ctrl+" : ""}${held && event.shiftKey ? "Shift+" : ""}${letter === " " ? "Space" : letter}`;
}

/**
 * @param {Key[]} table
 * @returns {(event: KeyboardEvent) => void}
 */
export function listener(table) {
  /** @type {Map<string, Key>} */
  const known = new Map();
  for (const key of table) for (const name of key.keys.split(" ")) known.set(name, key);
  return (event) => {
    const target = /** @type {Element} */ (event.target);
    if (event.altKey || document.querySelector("dialog[open]") || target.matches?.(WRITES)) return;
    const key = known.get(nameOf(event));
    if (!key) return;
    const control = target.closest?.("button, a, input, summary, [role=radio]");
    if (control && /^(Space|Enter|Arrow)/.test(nameOf(event))) return;
    event.preventDefault();
    key.run(event);
  };
}

const WORDS = /** @type {Record<string, string>} */ ({
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  PageUp: "Page Up",
  PageDown: "Page Down",
});

/**
 * @param {Key[]} table
 * @returns {HTMLElement[]} a list a group, for the help dialog
 */
export function helpOf(table) {
  return [...new Set(table.map((key) => key.group))].map((group) => {
    const list = document.createElement("dl");
    const head = document.createElement("h3");
    head.textContent = group;
    for (const { keys, what } of table.filter((key) => key.group === group)) {
      const [term, text] = [document.createElement("dt"), document.createElement("dd")];
      keys.split(" ").forEach((name, at) => {
        const key = document.createElement("kbd");
        key.textContent = name.split("+").map((part) => WORDS[part] ?? capital(part)).join("+");
        term.append(at ? " " : "", key);
      });
      text.textContent = what;
      list.append(term, text);
    }
    const part = document.createElement("section");
    part.append(head, list);
    return part;
  });
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
