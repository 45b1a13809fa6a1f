// Wet ink: what the hand draws is seen at once, before Python has heard of it.
//
// It lies over the canvas as an SVG line, as wide as the pen, and goes when the canvas
// below has the same ink from Python. Nothing here decides anything: without this
// script, where a page does not run it, the widget only looks slower.

const paper = this.closest(".digits-paper"); // `this` is the picture that loads it
const SVG = "http://www.w3.org/2000/svg";
const LATE = 1000; // milliseconds after which it is said that Python has not answered
const LOST = 15000; // milliseconds after which ink that Python never got is taken away
const TAIL = 8; // points at a line's end that must be there: a 0 ends where it began

const sheet = document.createElementNS(SVG, "svg");
sheet.setAttribute("viewBox", "0 0 1 1");
sheet.setAttribute("aria-hidden", "true");
sheet.classList.add("digits-wet");
paper.append(sheet);

let line = null; // the stroke that the hand is at
let touched = false; // by a finger, so that a mouse does not matter

const place = ({clientX, clientY}, canvas) => {
  const {left, top, width, height} = canvas.getBoundingClientRect();
  const inside = share => Math.min(Math.max(share, 0), 1);
  return [inside((clientX - left) / width), inside((clientY - top) / height)];
};

const press = (at, canvas) => {
  const nib = paper.querySelector(".digits-nib")?.dataset;
  if (!nib || nib.tool === "sweep") return;
  watch(canvas);
  line = document.createElementNS(SVG, "polyline");
  line.setAttribute("stroke", nib.tool === "pen" ? "black" : "white");
  line.setAttribute("stroke-width", nib.width);
  line.places = [at, at]; // twice: a line of one point is not painted everywhere
  line.setAttribute("points", line.places.join(" "));
  sheet.append(line);
};

const move = at => {
  line.places.push(at);
  line.setAttribute("points", line.places.join(" "));
};

const lift = canvas => {
  const done = line;
  line = null;
  if (!done) return;
  done.ended = performance.now();
  dry(canvas); // a slow hand: all of it is there
  setTimeout(() => paper.classList.toggle("digits-late", waits(LATE)), LATE + 20);
  setTimeout(() => { done.remove(); dry(canvas); }, LOST);
};

const waits = time => [...sheet.children].some(
  ({ended}) => ended && performance.now() - ended >= time);

// The canvas is painted anew with every message: look then whether the ink is there.
const watch = canvas => {
  if (canvas.digitsWatched) return;
  canvas.digitsWatched = true;
  const context = canvas.getContext("2d");
  const paint = context.drawImage;
  context.drawImage = function (...picture) {
    paint.apply(this, picture);
    if (sheet.childElementCount) dry(canvas);
  };
};

const isInk = (canvas, [x, y]) => {
  const column = Math.min(Math.floor(x * canvas.width), canvas.width - 1);
  const row = Math.min(Math.floor(y * canvas.height), canvas.height - 1);
  const [red, , , alpha] = canvas.getContext("2d").getImageData(column, row, 1, 1).data;
  return alpha > 127 && red < 128;
};

const dry = canvas => {
  for (const done of [...sheet.children].filter(({ended}) => ended)) {
    const drawn = done.getAttribute("stroke") === "black";
    const isThere = done.places.slice(-TAIL).every(at => isInk(canvas, at) === drawn);
    // Undone meanwhile, or refused: Python has painted since, and not this.
    if (isThere || performance.now() - done.ended > LATE) done.remove();
  }
  paper.classList.toggle("digits-late", waits(LATE));
};

const listen = (kind, handler) => paper.addEventListener(kind, event => {
  const canvas = event.target.closest("canvas");
  if (canvas) handler(event, canvas);
}, {capture: true, passive: true});

listen("mousedown", (event, canvas) => {
  lift(canvas);
  if (!event.button && !touched) press(place(event, canvas), canvas);
});
listen("mousemove", (event, canvas) => line && !touched && move(place(event, canvas)));
listen("mouseup", (_, canvas) => !touched && lift(canvas));
listen("mouseout", (event, canvas) => {
  if (!line || touched) return;
  move(place(event, canvas));
  lift(canvas);
});
listen("touchstart", ({touches}, canvas) => {
  if (touches.length > 1) return;
  touched = true;
  press(place(touches[0], canvas), canvas);
});
listen("touchmove", ({touches: [finger]}, canvas) => {
  if (!line) return;
  move(place(finger, canvas));
  const {left, top, right, bottom} = canvas.getBoundingClientRect();
  const {clientX: x, clientY: y} = finger;
  if (x < left || x > right || y < top || y > bottom) lift(canvas);
});
for (const end of ["touchend", "touchcancel"]) {
  listen(end, (_, canvas) => { touched = false; lift(canvas); });
}

// ipycanvas keeps the wheel and every key for itself. The page needs some of them.
listen("wheel", event => event.stopPropagation());
listen("keydown", event => event.key === "Tab" && event.stopPropagation());

// JupyterLab moves the focus by script, and a browser then takes every focus after that
// for one by keyboard: it would put the keys' cell under the hand of a mouse.
let pressing = false;
for (const start of ["mousedown", "touchstart"]) {
  listen(start, () => {
    pressing = true;
    setTimeout(() => { pressing = false; });
    paper.classList.add("digits-by-hand");
  });
}
listen("focusin", () => pressing || paper.classList.remove("digits-by-hand"));
listen("keydown", () => paper.classList.remove("digits-by-hand"));

const name = () => {
  const canvas = paper.querySelector("canvas");
  canvas?.setAttribute("role", "application");
  canvas?.setAttribute("aria-label", "Paper to draw a digit on");
};
new MutationObserver(name).observe(paper, {childList: true, subtree: true});
name();
