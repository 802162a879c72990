// Elements, numbers and dates, as the pages write them.

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} [kind]
 * @returns {T} the element, which must be there
 */
export function byId(id, kind = /** @type {any} */ (HTMLElement)) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`The page has no ${kind.name} "${id}".`);
  return element;
}

/**
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/**
 * @param {number | null | undefined} value
 * @param {number} [digits] after the point
 * @param {string} [unit]
 * @returns {string}
 */
export function number(value, digits = 1, unit = "") {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const text = value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit ? `${text}\u00a0${unit}` : text;
}

/**
 * @param {number} value
 * @param {number} digits
 * @param {string} [unit]
 * @returns {string} with its sign, a true minus
 */
export function signed(value, digits, unit = "") {
  const sign = value > 0 ? "+" : value < 0 ? "−" : "";
  return sign + number(Math.abs(value), digits, unit);
}

/**
 * @param {number} seconds
 * @returns {string}
 */
export function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/**
 * @param {string | null | undefined} iso UTC
 * @returns {string} to the minute, in the reader's own time
 */
export function moment(iso) {
  if (!iso) return "–";
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/**
 * @param {number} count
 * @param {string} noun that has its plural by an s
 * @returns {string} as "1 voxel"
 */
export function counted(count, noun) {
  return `${number(count, 0)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Names of volumes that the server gives no label for. */
export const VOLUMES = /** @type {Record<string, string>} */ ({
  pre: "Pre-contrast",
  post1: "First post-contrast",
  post2: "Second post-contrast",
  sub1: "First subtraction",
  sub2: "Second subtraction",
  pe: "Enhancement, %",
  ser: "SER",
  spread: "Spread of the networks",
});

/** Words for the states of a case. */
export const STATES = /** @type {Record<string, string>} */ ({
  todo: "To do",
  in_progress: "In progress",
  submitted: "Submitted",
  accepted: "Accepted",
  sent_back: "Sent back",
});

/**
 * @param {string} state
 * @returns {HTMLElement}
 */
export function badge(state) {
  return el("span", { class: "badge", "data-state": state }, STATES[state] ?? state);
}

/**
 * @param {string} name code of a caveat
 * @returns {string} the code as words
 */
export function flagWord(name) {
  return name.toLowerCase().replaceAll("_", " ");
}
