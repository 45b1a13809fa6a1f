// A key belongs to the control that has the focus. JupyterLab would take it for one of
// its own commands otherwise: "x" on a button cuts the cell, an arrow in a menu leaves it.
// Keys with Ctrl, Alt or Command stay JupyterLab's: they save. On the paper, undo is ours.

if (!window.digitsKeys) {
  window.digitsKeys = true;
  window.addEventListener("keydown", ({target, ctrlKey, altKey, metaKey}) => {
    if (!target.closest?.(".digits-widget")) return;
    const plain = !(ctrlKey || altKey || metaKey);
    target.toggleAttribute("data-lm-suppress-shortcuts", plain);
  }, true);

  // ipycanvas keeps the wheel and every key for itself. The page needs some of them.
  const onStage = ({target}) => target.closest?.(".digits-stage");
  window.addEventListener("keydown", event => {
    if (event.key === "Tab" && onStage(event)) event.stopPropagation();
  }, true);

  // Backwards from the paper the browser goes by itself; Python is told, and lifts the pen.
  window.addEventListener("keydown", event => {
    const {key, shiftKey, isTrusted, target} = event;
    if (key !== "Tab" || !shiftKey || !isTrusted) return;
    if (!target.closest?.(".digits-paper")) return;
    event.stopPropagation();
    target.dispatchEvent(new KeyboardEvent("keydown", {key, shiftKey, bubbles: true}));
  }, true);

  // One Tab reaches the sheet of tiles, and one leaves it. In it, arrows go from tile to
  // tile; names.js sees to which one Tab finds.
  const move = (key, at, count, columns) => ({
    ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns,
    ArrowDown: at + columns, Home: 0, End: count - 1,
  })[key];
  window.addEventListener("keydown", event => {
    const {key, target, ctrlKey, altKey, metaKey} = event;
    const grid = target.closest?.(".digits-sheet button")?.parentElement;
    if (!grid || ctrlKey || altKey || metaKey) return;
    const tiles = [...grid.querySelectorAll("button")];
    const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
    const to = move(key, tiles.indexOf(target), tiles.length, columns);
    if (to === undefined) return;
    event.preventDefault();
    tiles[to]?.focus();
  }, true);

  window.addEventListener("wheel", event => {
    if (onStage(event)) event.stopPropagation();
  }, {capture: true, passive: true});
}
