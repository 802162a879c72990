// What a case needs first, asked for before the rest of the editor has loaded.
import { casePath, getBytes, getJson } from "./api.js";

/** The volume that opens: the paper's masks are drawn on it. */
export const FIRST_VOLUME = "post1";

/** @returns {string} exam of this page's address */
function examHere() {
  return decodeURIComponent(location.pathname.split("/").filter(Boolean).at(-1) ?? "");
}

/** @type {Promise<import("./api.js").CaseView>} */
export const caseView = getJson(casePath(examHere()));
/** @type {Promise<{name: string, role: string}>} */
export const me = getJson("/api/me");
export const picture = getBytes(casePath(examHere(), `/volumes/${FIRST_VOLUME}`));

// Whoever waits for them hears of a failure; until somebody does, it is no error of the page.
for (const promise of [caseView, me, picture]) promise.catch(() => {});
