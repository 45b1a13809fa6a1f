// A key belongs to the control that has the focus. JupyterLab would take it for one of
// its own commands otherwise: "x" on a button cuts the cell, an arrow in a menu leaves it.
// Keys with Ctrl, Alt or Command stay JupyterLab's: they save, and undo nothing of ours.

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
  window.addEventListener("wheel", event => {
    if (onStage(event)) event.stopPropagation();
  }, {capture: true, passive: true});
}
