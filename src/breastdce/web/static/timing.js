// Durations that tests and benchmarks look at; only the last ones are kept.

const KEPT = 1000;

/**
 * @param {number[]} list
 * @param {number} milliseconds
 */
export function note(list, milliseconds) {
  list.push(milliseconds);
  if (list.length > KEPT) list.shift();
}
