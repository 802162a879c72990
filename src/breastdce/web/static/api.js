// The one door to the server: every request of the pages goes through here.

/** An answer of the server that is not a success. */
export class ApiError extends Error {
  /**
   * @param {number} status HTTP status
   * @param {{code?: string, message?: string, remedy?: string, head?: Head}} body
   */
  constructor(status, body) {
    super(body.message ?? `The server answered ${status}.`);
    this.status = status;
    this.code = body.code ?? "UNKNOWN";
    this.remedy = body.remedy ?? "";
    this.head = body.head;
  }
}

/** No answer at all: the server is down or the network is. */
export class Unreachable extends Error {}

/** @typedef {{parent: string, sequence: number}} Head */
/** @typedef {{name: string, label: string, unit: string}} VolumeInfo */
/**
 * @typedef {object} PlaneInfo
 * @property {string} right signed array axis that the picture runs along to the right, as "-i"
 * @property {string} down the same, downward
 * @property {string} slice axis of the stack
 * @property {string[]} [edges] letters of the left, right, top and bottom edge
 */
/**
 * @typedef {object} EditDelta
 * @property {number} voxels_added
 * @property {number} voxels_removed
 * @property {number} volume_ml
 * @property {number} parent_ml
 * @property {number | null} dice_to_parent
 * @property {number | null} hd95_mm
 * @property {number | null} assd_mm
 * @property {number[]} slices_touched slices with a change along i, j, k
 * @property {number} seconds
 */
/**
 * @typedef {object} Revision
 * @property {string} exam
 * @property {number} number
 * @property {string} reader
 * @property {string} created
 * @property {string} parent
 * @property {string} mask
 * @property {string} tool
 * @property {string} comment
 * @property {number} seconds
 * @property {EditDelta} delta
 */
/**
 * @typedef {object} CaseView
 * @property {string} exam
 * @property {number[]} shape
 * @property {number[]} spacing_mm
 * @property {Record<string, PlaneInfo>} planes
 * @property {string} [first] plane of acquisition
 * @property {(VolumeInfo | string)[]} volumes
 * @property {string[]} masks
 * @property {{low: number, high: number}} window
 * @property {string} state
 * @property {Revision[]} revisions
 * @property {(number | null)[]} [times_s]
 * @property {boolean} curve
 * @property {string[]} [flags]
 * @property {number | null} [ftv_ml]
 * @property {string} [note] what whoever sent the case back has said
 */

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>} a success; anything else is thrown
 */
async function request(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    throw new Unreachable(error instanceof Error ? error.message : String(error));
  }
  if (answer.ok) return answer;
  let body = {};
  try {
    body = await answer.json();
  } catch {
    body = { message: `The server answered ${answer.status} ${answer.statusText}.` };
  }
  throw new ApiError(answer.status, body);
}

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
export async function getJson(path) {
  return (await request(path, { headers: { Accept: "application/json" } })).json();
}

/**
 * @param {string} path
 * @returns {Promise<{bytes: ArrayBuffer, headers: Headers}>}
 */
export async function getBytes(path) {
  const answer = await request(path);
  return { bytes: await answer.arrayBuffer(), headers: answer.headers };
}

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<Response>}
 */
export function postJson(path, body) {
  return request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Breastdce": "1" },
    body: JSON.stringify(body),
  });
}

/**
 * @param {string} path
 * @param {Uint8Array} bytes
 * @returns {Promise<Response>}
 */
export function postBytes(path, bytes) {
  return request(path, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream", "X-Breastdce": "1" },
    body: /** @type {BodyInit} */ (bytes),
  });
}

/**
 * @param {string} exam
 * @param {string} [rest]
 * @returns {string} path of a case in the API
 */
export function casePath(exam, rest = "") {
  return `/api/cases/${encodeURIComponent(exam)}${rest}`;
}

/**
 * @param {unknown} error
 * @returns {string} what happened and what to do, for a person
 */
export function explain(error) {
  if (error instanceof Unreachable) return "The server cannot be reached.";
  if (error instanceof ApiError) return error.remedy ? `${error.message} ${error.remedy}` : error.message;
  return error instanceof Error ? error.message : String(error);
}
