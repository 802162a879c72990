// Which key does what in the editor.
import { byId, el } from "./dom.js";
import { toggle } from "./controls.js";
import { complain } from "./notices.js";

/** @typedef {import("./editor.js").Editor} Editor */
/** @typedef {import("./keys.js").Key} Key */

const DRAWS = /** @type {[string, import("./tools.js").ToolName, string][]} */ ([
  ["v", "look", "look"],
  ["b", "brush", "brush"],
  ["e", "eraser", "eraser"],
  ["o", "outline", "filled outline"],
  ["t", "threshold", "threshold brush"],
]);

const BOXES = [
  ["x s", "show-mask", "mask on or off"],
  ["f", "show-ftv", "FTV outline on or off"],
  ["q", "show-parent", "mask before on or off"],
  ["c", "crosshair", "cross-hair on or off"],
];

/**
 * @param {Editor} editor
 * @returns {Key[]}
 */
export function keysOf(editor) {
  return [...toolKeys(editor), ...placeKeys(editor), ...viewKeys(editor)];
}

/**
 * @param {Editor} editor
 * @returns {Key[]}
 */
function toolKeys(editor) {
  const { box } = editor;
  const group = "Tools";
  return [
    ...DRAWS.map(([keys, tool, what]) => ({ keys, group, what, run: () => box.choose(tool) })),
    { keys: "g", group, what: "grow; again: from the voxel under the pointer", run: () => growHere(editor) },
    { keys: "[ ]", group, what: "smaller, larger brush", run: (event) => box.resizeBy(event.key === "]" ? 1 : -1) },
    { keys: "i", group, what: "fill between the drawn slices of the pane", run: () => editor.between() },
    { keys: "l", group, what: "keep the largest part", run: () => editor.tool(() => box.largest()) },
    { keys: "n", group, what: "keep the largest part and those within 2 cm", run: () => editor.tool(() => box.near()) },
    { keys: "Ctrl+z", group, what: "undo", run: () => box.undo() },
    { keys: "Ctrl+Shift+z Ctrl+y", group, what: "redo", run: () => box.redo() },
    { keys: "Enter", group, what: "use the tool at the cursor", run: () => stamp(editor) },
  ];
}

/**
 * @param {Editor} editor
 * @returns {Key[]}
 */
function placeKeys(editor) {
  const group = "Places";
  const turn = (/** @type {number} */ steps) => {
    if (editor.layout.active) editor.view.turn(editor.layout.active, steps);
  };
  const arrows = /** @type {Record<string, [number, number]>} */ ({
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  });
  return [
    { keys: "PageUp ,", group, what: "slice before", run: () => turn(-1) },
    { keys: "PageDown .", group, what: "slice after", run: () => turn(1) },
    {
      keys: Object.keys(arrows).join(" "),
      group,
      what: "move the cursor in the pane",
      run: (event) => nudge(editor, ...arrows[event.key]),
    },
    { keys: "+ -", group, what: "zoom in, out", run: (event) => zoom(editor, event.key === "+" ? 1.25 : 0.8) },
    { keys: "0", group, what: "whole pictures", run: () => editor.layout.fit() },
  ];
}

/**
 * @param {Editor} editor
 * @returns {Key[]}
 */
function viewKeys(editor) {
  const { layout, view } = editor;
  const group = "View";
  const names = editor.names.slice(0, 9);
  const show = (/** @type {string} */ name) => view.show(name).catch(complain);
  return [
    {
      keys: names.map((_, at) => String(at + 1)).join(" "),
      group,
      what: "volume by its number",
      run: (event) => show(names[Number(event.key) - 1]),
    },
    { keys: "Space", group, what: "back to the volume before", run: () => names.includes(view.before) && show(view.before) },
    ...BOXES.map(([keys, id, what]) => ({ keys, group, what, run: () => toggle(id) })),
    { keys: "m", group, what: "pane alone, and back", run: () => layout.maximize().catch(complain) },
    {
      keys: "p",
      group,
      what: "phases side by side, and back",
      run: () => editor.arrange(layout.name === "phases" ? "planes" : "phases"),
    },
    { keys: "?", group, what: "this list", run: () => byId("help", HTMLDialogElement).showModal() },
  ];
}

/**
 * @param {Editor} editor
 * @param {number} x picture elements
 * @param {number} y
 */
function nudge(editor, x, y) {
  const plane = editor.layout.active?.plane;
  if (!plane) return;
  const place = plane.place(editor.view.cursor);
  editor.view.moveTo(plane.voxel(place.x + x, place.y + y, place.slice));
  editor.view.hover(editor.view.cursor);
}

/**
 * @param {Editor} editor
 * @param {number} factor
 */
function zoom(editor, factor) {
  const pane = editor.layout.active;
  if (!pane) return;
  const { x, y } = pane.screenAt(pane.plane.place(editor.view.cursor));
  pane.zoomAt(factor, x, y);
  editor.view.schedule();
}

/**
 * What a click at the cursor would do, from the keyboard.
 * @param {Editor} editor
 */
function stamp(editor) {
  const { box, hand, layout, view } = editor;
  const pane = layout.active;
  if (!pane || pane.mip || box.tool === "look" || box.tool === "outline") return;
  if (box.tool === "grow") return editor.grow(view.cursor);
  const { x, y } = pane.plane.place(view.cursor);
  hand.brushing(pane, { x: x + 0.5, y: y + 0.5 })?.end();
}

/** @param {Editor} editor */
function growHere(editor) {
  if (editor.box.tool !== "grow") editor.box.choose("grow");
  else if (editor.hovered) editor.grow(editor.hovered);
}

/** @returns {HTMLElement} */
export function mouseHelp() {
  const list = el("dl");
  for (const [what, does] of [
    ["Left", "use the tool"],
    ["Ctrl or Alt + left", "move the cursor"],
    ["Wheel", "slices"],
    ["Ctrl + wheel", "zoom"],
    ["Shift + drag, middle drag", "move the picture"],
    ["Right drag", "window: across its width, up and down its level"],
    ["Click in the MIP", "cursor to the brightest voxel behind"],
  ]) {
    list.append(el("dt", {}, what), el("dd", {}, does));
  }
  return el("section", { class: "mouse" }, el("h3", {}, "Mouse"), list);
}
