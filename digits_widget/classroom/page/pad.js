// The pad: strokes by finger, pen or mouse, in shares of the pad's side.

const WIDTH = 18 / 280; // the pen's width as a share of the side, as in the widget
const NEAR = 0.004; // points closer than this share add nothing
const MOST = 3500; // points of a drawing; the server takes a few more

const round = share => Math.round(share * 1e4) / 1e4;
const within = share => Math.min(1, Math.max(0, share));

export const makePad = (canvas, changed, strokes) => {
  const context = canvas.getContext("2d");
  let stroke = null; // in progress
  let pointer = null; // its pointer: a second finger draws nothing
  let began = 0; // when the drawing began

  const place = event => {
    const {left, top, width, height} = canvas.getBoundingClientRect();
    return [round(within((event.clientX - left) / width)), round(within((event.clientY - top) / height))];
  };

  const seconds = () => Math.round(performance.now() - began) / 1000;

  const isFull = () => strokes.reduce((sum, each) => sum + each.points.length, 0) >= MOST;

  const add = event => {
    const at = place(event);
    const last = stroke.points.at(-1);
    if (Math.hypot(at[0] - last[0], at[1] - last[1]) < NEAR || isFull()) return;
    stroke.points.push(at);
    stroke.times.push(Math.max(seconds(), stroke.times.at(-1)));
    line(stroke.points.slice(-2));
  };

  const line = points => {
    const side = canvas.width;
    context.lineWidth = WIDTH * side;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = "black";
    context.beginPath();
    points.forEach(([x, y]) => context.lineTo(x * side, y * side));
    // A dot is a line of no length, which not every browser draws.
    if (points.length === 1) context.lineTo(points[0][0] * side + 0.01, points[0][1] * side);
    context.stroke();
  };

  const draw = () => {
    context.clearRect(0, 0, canvas.width, canvas.height);
    strokes.forEach(each => line(each.points));
  };

  const fit = () => {
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    if (!side || side === canvas.width) return;
    canvas.width = canvas.height = side;
    draw();
  };

  canvas.addEventListener("pointerdown", event => {
    if (pointer !== null || event.button > 0 || isFull()) return;
    event.preventDefault();
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    if (!strokes.length) began = performance.now();
    const after = strokes.at(-1)?.times.at(-1) ?? 0;
    // After a reload the clock begins again; times never go back.
    if (seconds() < after) began = performance.now() - 1000 * after;
    stroke = {points: [place(event)], times: [seconds()], width: WIDTH, ink: true};
    strokes.push(stroke);
    line(stroke.points);
    changed({done: false});
  });
  canvas.addEventListener("pointermove", event => {
    if (event.pointerId !== pointer) return;
    // Where the browser bundles moves, each of them is a point.
    const moves = event.getCoalescedEvents?.() ?? [];
    (moves.length ? moves : [event]).forEach(add);
    changed({done: false});
  });
  const lift = event => {
    if (event.pointerId !== pointer) return;
    pointer = stroke = null;
    changed({done: true});
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  // A browser may take the pointer away and send neither of the two.
  canvas.addEventListener("lostpointercapture", lift);
  canvas.addEventListener("contextmenu", event => event.preventDefault());
  new ResizeObserver(fit).observe(canvas);
  fit();

  const change = then => {
    if (pointer !== null) return;
    then();
    draw();
    changed({done: true});
  };
  return {
    strokes,
    fit,
    isDrawing: () => pointer !== null,
    isFull,
    undo: () => change(() => strokes.pop()),
    clear: () => change(() => strokes.splice(0)),
    drawing: () => ({format: "digits-widget/drawing", version: 1, strokes}),
  };
};
