// Masks and their changes. Voxels are counted n = i + I * (j + J * k). A change is a list of runs
// (first, length, value): disjoint, ascending, only voxels that really change. On the wire it is
// uint32 little-endian, which is what the typed arrays of every supported browser hold.

/** @typedef {Uint32Array} Change triples of first voxel, number of voxels, new value */

/**
 * @param {ArrayLike<number>} voxels ascending voxel numbers
 * @param {(n: number) => number} value new value of a voxel
 * @returns {Change}
 */
export function runsOf(voxels, value) {
  /** @type {number[]} */
  const runs = [];
  let at = 0;
  while (at < voxels.length) {
    const first = voxels[at];
    const set = value(first);
    let length = 1;
    while (at + length < voxels.length && voxels[at + length] === first + length && value(first + length) === set) {
      length += 1;
    }
    runs.push(first, length, set);
    at += length;
  }
  return Uint32Array.from(runs);
}

/**
 * @param {Uint8Array} before
 * @param {Uint8Array} after
 * @returns {Change} what turns the one into the other
 */
export function between(before, after) {
  /** @type {number[]} */
  const runs = [];
  for (let n = 0; n < after.length; n += 1) {
    if (before[n] === after[n]) continue;
    const first = n;
    const value = after[n];
    while (n < after.length && before[n] !== after[n] && after[n] === value) n += 1;
    runs.push(first, n - first, value);
    n -= 1;
  }
  return Uint32Array.from(runs);
}

/**
 * @param {Uint8Array} mask changed in place
 * @param {Change} change
 */
export function apply(mask, change) {
  for (let at = 0; at < change.length; at += 3) {
    mask.fill(change[at + 2], change[at], change[at] + change[at + 1]);
  }
}

/**
 * @param {Change} change
 * @returns {Change} the change that takes it back
 */
export function turned(change) {
  const back = change.slice();
  for (let at = 2; at < back.length; at += 3) back[at] = 1 - back[at];
  return back;
}

/**
 * @param {Uint8Array} mask
 * @param {Change} change any runs, also of voxels that have their value already
 * @returns {Change} the part of it that changes this mask
 */
export function effective(mask, change) {
  /** @type {number[]} */
  const runs = [];
  for (let at = 0; at < change.length; at += 3) {
    const [first, length, value] = change.subarray(at, at + 3);
    let n = first;
    while (n < first + length) {
      while (n < first + length && mask[n] === value) n += 1;
      const begin = n;
      while (n < first + length && mask[n] !== value) n += 1;
      if (n > begin) runs.push(begin, n - begin, value);
    }
  }
  return Uint32Array.from(runs);
}

/**
 * @param {Change} change
 * @returns {number} voxels gained less voxels lost
 */
export function gain(change) {
  let sum = 0;
  for (let at = 0; at < change.length; at += 3) sum += change[at + 2] ? change[at + 1] : -change[at + 1];
  return sum;
}

/**
 * @param {Change} change
 * @param {(n: number, value: number) => void} visit
 */
export function eachVoxel(change, visit) {
  for (let at = 0; at < change.length; at += 3) {
    const end = change[at] + change[at + 1];
    for (let n = change[at]; n < end; n += 1) visit(n, change[at + 2]);
  }
}

/**
 * @param {Uint8Array} mask
 * @returns {number}
 */
export function count(mask) {
  let sum = 0;
  for (let n = 0; n < mask.length; n += 1) sum += mask[n];
  return sum;
}

/**
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 * @returns {boolean}
 */
export function equal(a, b) {
  return a.length === b.length && a.every((value, n) => value === b[n]);
}

/**
 * @param {Change} change
 * @returns {Uint8Array} as sent
 */
export function toBytes(change) {
  return new Uint8Array(change.buffer, change.byteOffset, change.byteLength);
}

/**
 * @param {ArrayBuffer} bytes as received
 * @returns {Change}
 */
export function fromBytes(bytes) {
  if (bytes.byteLength % 12) throw new RangeError("A change has 12 bytes per run.");
  return new Uint32Array(bytes);
}

/**
 * @param {string} text base64
 * @returns {Change}
 */
export function fromBase64(text) {
  return fromBytes(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}
