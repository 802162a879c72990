"use strict";
// Keys, copy buttons, and one slice of a mosaic shown large; the page is complete without it.
for (const line of document.querySelectorAll(".copy")) {
  const button = line.querySelector("button");
  const said = line.querySelector("output");
  const source = document.getElementById(button.dataset.copy);
  const select = () => {
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };
  button.addEventListener("click", async () => {
    said.textContent = "";
    try {
      await navigator.clipboard.writeText(source.textContent);
      said.textContent = "Copied.";
    } catch {
      select(); // no clipboard for this page: leave the text selected
      said.textContent = document.execCommand("copy") ? "Copied." : "Selected; copy it with Ctrl+C.";
    }
  });
  line.hidden = false;
}

const stages = Array.from(document.querySelectorAll(".mosaic"), (mosaic) => {
  const tiles = Array.from(mosaic.querySelectorAll(".tiles > li"));
  const stage = document.createElement("div");
  const before = document.createElement("button");
  const after = document.createElement("button");
  const words = document.createElement("output");
  const controls = document.createElement("p");
  const picture = document.createElement("div");
  let shown = -1;
  const show = (index) => {
    if (shown >= 0) tiles[shown].classList.remove("current");
    shown = index;
    stage.hidden = index < 0;
    if (index < 0) return;
    tiles[index].classList.add("current");
    picture.replaceChildren(tiles[index].querySelector("svg").cloneNode(true));
    words.textContent = tiles[index].querySelector(".long").textContent;
    before.disabled = index === 0;
    after.disabled = index === tiles.length - 1;
  };
  const step = (by) => show(Math.min(Math.max(shown + by, 0), tiles.length - 1));
  const open = () => {
    const fullest = tiles.findIndex((tile) => tile.querySelector(".ftv-line"));
    show(shown >= 0 ? shown : Math.max(fullest, 0));
  };
  for (const [button, text, by] of [[before, "← Previous", -1], [after, "Next →", 1]]) {
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => step(by));
  }
  controls.className = "controls";
  controls.append(before, after, words);
  picture.className = "large";
  stage.className = "stage";
  stage.hidden = true;
  stage.append(controls, picture);
  mosaic.querySelector("h3").after(stage);
  tiles.forEach((tile, index) => {
    tile.addEventListener("click", () => show(index === shown ? -1 : index));
  });
  mosaic.classList.add("live");
  return { mosaic, stage, show, step, open, isOpen: () => shown >= 0 };
});
let plane = 0;
const bring = (element) => element.scrollIntoView({ block: "nearest", behavior: "instant" });
const openPlane = (number) => {
  for (const other of stages) if (other !== stages[number]) other.show(-1);
  plane = number;
  stages[plane].open();
  bring(stages[plane].stage);
};

const sections = Array.from(document.querySelectorAll("main > section"));
const jump = (section) => {
  section.scrollIntoView({ behavior: "instant" }); // not past all that lies between
  section.querySelector("h2").focus({ preventScroll: true });
};
const here = () => {
  const focused = sections.indexOf(document.activeElement.closest("main > section"));
  if (focused >= 0) return focused;
  return sections.findLastIndex((section) => section.getBoundingClientRect().top < 40);
};
const help = document.getElementById("keyboard");
const on = document.getElementById("keys-on");
help.hidden = false;

const keys = {
  j: () => jump(sections[Math.min(here() + 1, sections.length - 1)]),
  k: () => jump(sections[Math.max(here() - 1, 0)]),
  m: () => {
    jump(document.getElementById("mosaic"));
    openPlane(plane);
  },
  "?": () => {
    help.open = !help.open;
    if (help.open) help.querySelector("summary").focus();
  },
};
const whenOpen = {
  ArrowRight: () => stages[plane].step(1),
  ArrowLeft: () => stages[plane].step(-1),
  ArrowDown: () => openPlane((plane + 1) % stages.length),
  ArrowUp: () => openPlane((plane + stages.length - 1) % stages.length),
  Escape: () => stages[plane].show(-1),
};
stages.forEach((one, number) => {
  one.mosaic.addEventListener("click", () => {
    for (const other of stages) if (other !== one) other.show(-1);
    plane = number;
  });
});
document.addEventListener("keydown", (event) => {
  if (!on.checked || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) return;
  // A wide table scrolls with the arrows while it has the focus.
  const open = stages.length > 0 && stages[plane].isOpen() && !event.target.closest(".scroll");
  const action = keys[event.key] ?? (open ? whenOpen[event.key] : undefined);
  if (action === undefined) return;
  event.preventDefault();
  action();
});
