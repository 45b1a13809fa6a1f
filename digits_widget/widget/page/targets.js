// The digits beside the bars: a click opens Why, and asks the kernel to make the drawing
// that digit there. The kernel does so once the panel has a view; then scroll to it.

const watchTargets = (root, model, signal) => {
  root.addEventListener("click", ({target, isTrusted}) => {
    const digit = target.closest(".digits-bar-targets button")?.dataset.digit;
    // A click elsewhere means that the person has gone on; the page's own does not.
    if (isTrusted) root.digitsAwaitsMade = Boolean(digit);
    if (!digit) return;
    openPanel(root, "Why");
    tell(model, {event: `make it ${digit}`});
    followTargets(root);
  }, {signal});
};

const followTargets = root => {
  const made = root.digitsAwaitsMade && root.querySelector(".digits-tab-open .digits-made");
  if (!made) return;
  root.digitsAwaitsMade = false;
  made.closest(".digits-make-it").scrollIntoView({block: "nearest"});
};
