// Which keys stay in the widget, and which go on to the page.
//
// A key belongs to the control that has the focus. Otherwise JupyterLab would take it for
// one of its commands: "x" on a button cuts the cell, an arrow in a menu leaves it. Keys
// with Ctrl, Alt or Command stay with JupyterLab, for example to save.
//
// A canvas keeps a key only if it uses it, and only if the person came to the canvas by
// keyboard; after drawing with a mouse it keeps undo alone.

const CANVAS = ".digits-paper canvas, .digits-stage canvas";
const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];

const isKept = ({target, key, shiftKey, ctrlKey, altKey, metaKey}) => {
  const paper = target.closest(".digits-paper");
  if (altKey) return false;
  if (ctrlKey || metaKey) return Boolean(paper) && key.toLowerCase() === "z";
  if (target.closest(".digits-by-hand")) return false;
  if (ARROWS.includes(key) || key === "Escape") return true;
  return (key === " " || key === "Enter") && !shiftKey;
};

const isOnCanvas = ({target}) => Boolean(target.matches?.(CANVAS));

// Listen before JupyterLab does, which may listen to the document.
if (!window.digitsKeys) {
  window.digitsKeys = true;
  window.addEventListener("keydown", event => {
    const {target, ctrlKey, altKey, metaKey} = event;
    if (!target.closest?.(".digits-widget")) return;
    const isOurs = isOnCanvas(event) ? isKept(event) : !(ctrlKey || altKey || metaKey);
    target.toggleAttribute("data-lm-suppress-shortcuts", isOurs);
  }, true);
}

// ipycanvas stops every key event and prevents the browser's own action. This hides an
// event from it, so that it can do neither.
const hideFromCanvas = event => {
  const nothing = () => {};
  const mask = {key: "", preventDefault: nothing, stopPropagation: nothing};
  for (const [name, value] of Object.entries(mask)) {
    Object.defineProperty(event, name, {value, configurable: true});
  }
  event.digitsHidden = Object.keys(mask);
};
const showAgain = event => {
  for (const name of event.digitsHidden ?? []) delete event[name];
};

const watchKeys = (root, model, signal) => {
  root.addEventListener("keydown", event => {
    if (!isOnCanvas(event) || isKept(event)) return;
    const isEscape = event.key === "Escape";
    hideFromCanvas(event);
    if (isEscape && event.target.closest(".digits-paper")) tell(model, {event: "escape"});
  }, {capture: true, signal});
  root.addEventListener("keydown", showAgain, {signal});
  root.addEventListener("focusout", event => {
    if (event.target.matches(".digits-paper canvas")) tell(model, {event: "leave"});
  }, {signal});
  // ipycanvas stops the wheel, too, which the page needs for scrolling.
  root.addEventListener("wheel", event => isOnCanvas(event) && event.stopPropagation(),
    {capture: true, passive: true, signal});
  watchHand(root, signal);
  watchSheet(root, signal);
};

// Tell focus by pointer from focus by keyboard. :focus-visible cannot: JupyterLab moves
// the focus by script, and a browser then takes every later focus for one by keyboard.
const watchHand = (root, signal) => {
  const boxOf = ({target}) => isOnCanvas({target}) && target.parentElement;
  let pressing = false, isBack = false;
  for (const start of ["mousedown", "touchstart"]) {
    root.addEventListener(start, event => {
      pressing = true;
      setTimeout(() => { pressing = false; });
      if (boxOf(event)) boxOf(event).classList.add("digits-by-hand");
    }, {capture: true, passive: true, signal});
  }
  root.addEventListener("focusin", event => {
    if (boxOf(event) && !pressing && !isBack) {
      boxOf(event).classList.remove("digits-by-hand");
    }
  }, {capture: true, signal});
  // When the focus returns from another window, the focused control stays as it was.
  window.addEventListener("blur", () => { isBack = true; }, {signal});
  window.addEventListener("focus", () => setTimeout(() => { isBack = false; }), {signal});
};

// One Tab reaches a group, such as the sheet of ditherings or the samples, and one leaves it.
// Inside, arrows go from tile to tile; names.js chooses the tile that Tab reaches.
const watchSheet = (root, signal) => root.addEventListener("keydown", event => {
  const {key, target, ctrlKey, altKey, metaKey} = event;
  const grid = target.closest(".digits-sheet button")?.parentElement
    ?? target.closest(".digits-road, .digits-samples, .digits-bar-targets, .digits-targets");
  if (!grid || ctrlKey || altKey || metaKey) return;
  const tiles = [...grid.querySelectorAll("button")];
  const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
  const at = tiles.indexOf(target);
  const to = {
    ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns,
    ArrowDown: at + columns, Home: 0, End: tiles.length - 1,
  }[key];
  if (to === undefined) return;
  event.preventDefault();
  tiles[to]?.focus();
}, {capture: true, signal});
