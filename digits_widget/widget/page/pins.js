// Steps: a click on a pixel marks it in every step. Python knows where it is in each.

const watchPins = (root, model, signal) => {
  const unpin = () => tell(model, {event: "unpin"});
  root.addEventListener("click", ({target, clientX, clientY}) => {
    const picture = target.closest?.(".digits-takes-pins [data-step]");
    if (!picture) return;
    const isWithin = ({left, right, top, bottom}) =>
      left <= clientX && clientX <= right && top <= clientY && clientY <= bottom;
    const pin = picture.querySelector(".digits-pin");
    // A second click on the mark, which is larger than a small pixel, takes it off.
    if (pin && isWithin(pin.getBoundingClientRect())) return unpin();
    const {left, top, width, height} = picture.querySelector("img").getBoundingClientRect();
    const {step, rows, columns} = picture.dataset;
    const share = (at, length) => Math.min(Math.max(at / length, 0), 1 - 1e-9);
    tell(model, {
      event: "pin", step: Number(step),
      row: Math.floor(share(clientY - top, height) * rows),
      column: Math.floor(share(clientX - left, width) * columns),
    });
  }, {signal});
  // A click leaves the focus in the page. On a canvas Escape is the canvas's own.
  document.addEventListener("keydown", ({key, target}) => {
    const isCanvas = target.matches?.("canvas");
    if (key === "Escape" && !isCanvas && root.querySelector(".digits-pin")) unpin();
  }, {capture: true, signal});
};
