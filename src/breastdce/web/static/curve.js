// The time curve under the cursor: asked of the server, at most one question on its way.
import { casePath, getJson } from "./api.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [260, 120];
const MARGIN = { left: 38, right: 8, top: 8, bottom: 20 };

/** @typedef {{times_s: (number | null)[], signal: (number | null)[]}} Curve */

/** Asks for one voxel's curve; of the questions that come meanwhile only the last is asked. */
export class CurveFeed {
  /**
   * @param {string} exam
   * @param {(curve: Curve, voxel: import("./plane.js").Voxel) => void} show
   */
  constructor(exam, show) {
    this.exam = exam;
    this.show = show;
    this.busy = false;
    /** @type {import("./plane.js").Voxel | null} */
    this.next = null;
    this.answers = 0;
  }

  /** @param {import("./plane.js").Voxel} voxel */
  async ask(voxel) {
    this.next = voxel;
    if (this.busy) return;
    this.busy = true;
    while (this.next) {
      const [i, j, k] = this.next;
      this.next = null;
      try {
        this.show(await getJson(casePath(this.exam, `/curve?i=${i}&j=${j}&k=${k}`)), [i, j, k]);
        this.answers += 1;
      } catch {
        this.next = null; // the save state says that the server is away; the next movement asks again
      }
    }
    this.busy = false;
  }
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 */
function shape(name, attributes, text) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

/**
 * @param {SVGSVGElement} svg
 * @param {Curve} curve signal over time; phases are counted where times are unknown
 */
export function drawCurve(svg, curve) {
  const timed = curve.times_s.every((time) => time !== null);
  const points = curve.signal
    .map((signal, phase) => ({ t: timed ? Number(curve.times_s[phase]) : phase, s: signal }))
    .filter((point) => point.s !== null && Number.isFinite(point.s))
    .map(({ t, s }) => ({ t, s: Number(s) }));
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.replaceChildren();
  if (!points.length) return;
  const [times, signals] = [points.map(({ t }) => t), points.map(({ s }) => s)];
  const x = scale(Math.min(...times), Math.max(...times), MARGIN.left, WIDTH - MARGIN.right);
  const y = scale(Math.min(0, ...signals), Math.max(...signals) * 1.05, HEIGHT - MARGIN.bottom, MARGIN.top);
  axes(svg, x, y, points, timed);
  const line = points.map(({ t, s }) => `${x(t).toFixed(1)},${y(s).toFixed(1)}`).join(" ");
  svg.append(shape("polyline", { class: "line", points: line }));
  for (const { t, s } of points) svg.append(shape("circle", { class: "dot", cx: x(t), cy: y(s), r: 3 }));
  const words = points.map(({ t, s }) => `${t.toFixed(0)}${timed ? " s" : ""}: ${s.toPrecision(3)}`).join("; ");
  svg.setAttribute("aria-label", `Signal over time. ${words}`);
}

/**
 * @param {number} low
 * @param {number} high
 * @param {number} from
 * @param {number} to
 * @returns {(value: number) => number}
 */
function scale(low, high, from, to) {
  const span = high - low || 1;
  return (value) => from + ((value - low) / span) * (to - from);
}

/**
 * @param {SVGSVGElement} svg
 * @param {(value: number) => number} x
 * @param {(value: number) => number} y
 * @param {{t: number, s: number}[]} points
 * @param {boolean} timed
 */
function axes(svg, x, y, points, timed) {
  const bottom = HEIGHT - MARGIN.bottom;
  svg.append(shape("path", { class: "axis", d: `M${MARGIN.left} ${MARGIN.top}V${bottom}H${WIDTH - MARGIN.right}` }));
  const most = Math.max(...points.map(({ s }) => s));
  for (const value of [0, most]) {
    const at = { class: "tick", x: MARGIN.left - 4, y: y(value) + 4, "text-anchor": "end" };
    svg.append(shape("text", at, value === 0 ? "0" : value.toPrecision(3)));
  }
  const last = points[points.length - 1];
  for (const [t, anchor] of /** @type {[number, string][]} */ ([[points[0].t, "start"], [last.t, "end"]])) {
    const word = timed ? `${t.toFixed(0)} s` : `phase ${t + 1}`;
    svg.append(shape("text", { class: "tick", x: x(t), y: HEIGHT - 5, "text-anchor": anchor }, word));
  }
}
