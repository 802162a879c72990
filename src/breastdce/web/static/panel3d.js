// The optional 3D panel: NiiVue, loaded only when asked for, and a plain sentence where it cannot be.

const SCRIPT = "/static/vendor/niivue.umd.js";
const HEADER = 352;
const [UINT8, INT16] = [2, 4];

/** @returns {boolean} whether this browser draws with WebGL2 */
export function canDraw() {
  return document.createElement("canvas").getContext("webgl2") !== null;
}

/** @returns {Promise<any>} NiiVue's module; null where it is not installed */
function load() {
  return new Promise((resolve) => {
    const known = /** @type {any} */ (window).niivue;
    if (known) return resolve(known);
    const script = document.createElement("script");
    script.src = SCRIPT;
    script.onload = () => resolve(/** @type {any} */ (window).niivue ?? null);
    script.onerror = () => resolve(null);
    document.head.append(script);
  });
}

/**
 * Directions of the array's axes, as the planes tell them: in an axial picture the right edge is the
 * patient's left and the lower edge the back; in a coronal one the lower edge is the feet.
 * @param {import("./view.js").View} view
 * @returns {number[][]} rows of the affine, RAS+, without origin
 */
export function directions(view) {
  const { axial, coronal } = view.planes;
  const rows = [[0, 0, 0], [0, 0, 0], [0, 0, 0]];
  const set = (/** @type {number} */ row, /** @type {import("./plane.js").Plane} */ plane, /** @type {number} */ side) => {
    const axis = plane.axes[side];
    rows[row][axis] = (plane.falls[side] ? 1 : -1) * view.info.spacing_mm[axis];
  };
  set(0, axial, 0);
  set(1, axial, 1);
  set(2, coronal, 1);
  return rows;
}

/**
 * Wrap an array so that NiiVue takes it. It never leaves the page.
 * @param {Int16Array | Uint8Array} data
 * @param {import("./view.js").View} view
 * @param {{slope: number, intercept: number}} scale
 * @returns {ArrayBuffer}
 */
function wrapped(data, view, scale) {
  const buffer = new ArrayBuffer(HEADER + data.byteLength);
  const head = new DataView(buffer);
  const whole = data instanceof Int16Array;
  head.setInt32(0, 348, true);
  [3, ...view.info.shape, 1, 1, 1, 1].forEach((size, at) => head.setInt16(40 + 2 * at, size, true));
  head.setInt16(70, whole ? INT16 : UINT8, true);
  head.setInt16(72, whole ? 16 : 8, true);
  [1, ...view.info.spacing_mm].forEach((size, at) => head.setFloat32(76 + 4 * at, size, true));
  [HEADER, scale.slope, scale.intercept].forEach((value, at) => head.setFloat32(108 + 4 * at, value, true));
  head.setInt16(254, 1, true);
  directions(view).forEach((row, at) => {
    const center = -row.reduce((sum, step, axis) => sum + (step * (view.info.shape[axis] - 1)) / 2, 0);
    [...row, center].forEach((value, column) => head.setFloat32(280 + 16 * at + 4 * column, value, true));
  });
  [0x6e, 0x2b, 0x31].forEach((letter, at) => head.setUint8(344 + at, letter));
  new Uint8Array(buffer, HEADER).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return buffer;
}

/** The panel in its place beside the panes. */
export class Panel3d {
  /**
   * @param {import("./view.js").View} view
   * @param {HTMLElement} room
   */
  constructor(view, room) {
    this.view = view;
    this.room = room;
    /** @type {any} */
    this.viewer = null;
    /** What the panel says instead of a picture; empty when it draws. */
    this.sentence = "";
  }

  /** Fill the room with the 3D view, or with the reason why there is none. */
  async open() {
    this.say("Loading the 3D view …");
    if (!canDraw()) return this.say("No 3D view: this browser offers no WebGL2. Slices and projections need none.");
    const module = await load();
    if (!module) {
      return this.say("No 3D view: NiiVue is not installed with this program. Slices and projections need none.");
    }
    try {
      await this.start(module);
    } catch (error) {
      this.viewer = null;
      this.say(`No 3D view: ${error instanceof Error ? error.message : error}.`);
    }
  }

  /** @param {any} module */
  async start(module) {
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-label", "3D view of the volume with the mask");
    this.room.replaceChildren(canvas);
    const viewer = new module.Niivue({ backColor: [0, 0, 0, 1], isOrientCube: true, show3Dcrosshair: true, logLevel: "error" });
    await viewer.attachToCanvas(canvas);
    const volume = await this.view.shelf.volume(this.view.volume);
    const { low, high } = this.view.windowFor(this.view.volume);
    const image = await module.NVImage.new(wrapped(volume.data, this.view, volume), "volume.nii", "gray", 1, null, low, high);
    viewer.addVolume(image);
    if (this.view.draft.voxels) {
      const mask = wrapped(this.view.draft.mask, this.view, { slope: 1, intercept: 0 });
      viewer.addVolume(await module.NVImage.new(mask, "mask.nii", "warm", 0.7, null, 0.5, 1));
    }
    viewer.setSliceType(viewer.sliceTypeRender);
    this.viewer = viewer;
    this.sentence = "";
  }

  /** @param {string} sentence */
  say(sentence) {
    this.sentence = sentence;
    const paragraph = document.createElement("p");
    paragraph.textContent = sentence;
    paragraph.className = "absent";
    this.room.replaceChildren(paragraph);
  }

  /** Let go of the graphics memory. */
  close() {
    this.viewer?.gl?.getExtension("WEBGL_lose_context")?.loseContext();
    this.viewer = null;
    this.room.replaceChildren();
  }
}
