// The side panel and the toolbar: what they set, and how they follow.
import { byId, el } from "./dom.js";

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./tools.js").Toolbox} Toolbox */
/** @typedef {import("./tools.js").ToolName} ToolName */

/**
 * @param {string} id
 * @returns {HTMLInputElement}
 */
const input = (id) => byId(id, HTMLInputElement);

/**
 * Buttons of the tools: one is pressed.
 * @param {Toolbox} box
 */
export function bindTools(box) {
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-tool]"));
  for (const button of buttons) button.onclick = () => box.choose(/** @type {ToolName} */ (button.dataset.tool));
  const follow = () => {
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === box.tool));
      button.disabled = button.dataset.tool !== "look" && !box.editable;
    }
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-for]"))) {
      part.hidden = !(part.dataset.for ?? "").split(" ").includes(box.tool);
    }
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-edits]"))) {
      button.disabled = !box.editable || box.busy !== "";
    }
    input("radius").value = String(box.radius);
    byId("radius-shown").textContent = `${box.radius} mm`;
    input("range-low").value = String(box.range.low);
    input("range-high").value = String(box.range.high);
    input("grow-radius").value = String(box.growRadius);
  };
  input("radius").oninput = () => box.resize(Number(input("radius").value));
  for (const [id, key] of /** @type {const} */ ([["range-low", "low"], ["range-high", "high"]])) {
    input(id).onchange = () => {
      box.range[key] = Number(input(id).value);
      box.announce();
    };
  }
  input("grow-radius").onchange = () => (box.growRadius = Math.max(1, Number(input("grow-radius").value)));
  box.addEventListener("tool", follow);
  follow();
}

/**
 * One radio button a volume.
 * @param {View} view
 * @param {(error: unknown) => void} fail
 */
export function bindVolumes(view, fail) {
  const room = byId("volumes");
  const names = view.info.volumes.map((volume) => (typeof volume === "string" ? volume : volume.name));
  names.forEach((name, at) => {
    const radio = /** @type {HTMLInputElement} */ (el("input", { type: "radio", name: "volume", value: name }));
    radio.onchange = () => view.show(name).catch(fail);
    const label = el("label", { class: "check" }, radio, view.labelOf(name));
    if (at < 9) label.append(el("kbd", {}, String(at + 1)));
    room.append(label);
  });
  const follow = () => {
    for (const radio of room.querySelectorAll("input")) radio.checked = radio.value === view.volume;
  };
  view.addEventListener("volume", follow);
  follow();
}

/**
 * Two numbers for the window of the volume that is shown.
 * @param {View} view
 */
export function bindWindow(view) {
  const follow = () => {
    const { low, high } = view.windowFor(view.volume);
    const digits = high - low > 50 ? 0 : 2;
    input("window-low").value = low.toFixed(digits);
    input("window-high").value = high.toFixed(digits);
  };
  const set = () => {
    const [low, high] = [Number(input("window-low").value), Number(input("window-high").value)];
    if (high > low) view.setWindow(view.volume, { low, high });
    else follow();
  };
  input("window-low").onchange = input("window-high").onchange = set;
  byId("window-reset").onclick = () => {
    view.windows = new Map([["signal", { ...view.info.window }]]);
    view.refresh();
    follow();
  };
  view.addEventListener("window", follow);
  view.addEventListener("volume", follow);
  follow();
}

/**
 * Mask, guides and colors.
 * @param {View} view
 * @param {(error: unknown) => void} fail
 */
export function bindGuides(view, fail) {
  input("show-mask").onchange = () => {
    view.masked = input("show-mask").checked;
    view.refresh();
  };
  input("opacity").oninput = () => {
    view.opacity = Number(input("opacity").value) / 100;
    view.refresh();
  };
  for (const [id, key] of /** @type {const} */ ([["smooth", "smooth"], ["crosshair", "crossed"]])) {
    input(id).onchange = () => {
      view[key] = input(id).checked;
      view.redraw();
    };
  }
  for (const name of ["ftv", "parent"]) {
    input(`show-${name}`).onchange = () => {
      const guide = view.guides.get(name);
      if (guide) guide.shown = input(`show-${name}`).checked;
      view.redraw();
    };
  }
  for (const radio of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[name=overlay]"))) {
    radio.onchange = () => view.colorBy(/** @type {"none" | "pe" | "ser"} */ (radio.value)).catch(fail);
  }
}

/**
 * Turn a check box as if it had been clicked.
 * @param {string} id
 */
export function toggle(id) {
  if (!input(id).disabled) input(id).click();
}
