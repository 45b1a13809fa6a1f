// The pointer on the paper: ink that shows at once, before Python has the event, and
// strokes that continue beyond the edge.
//
// The ink is an SVG line above the canvas, as wide as the pen. It goes when the canvas
// below has the same ink from Python, which alone decides which strokes there are.

const SVG = "http://www.w3.org/2000/svg";
const LATE = 1000; // milliseconds after which the paper shows that Python is late
const LOST = 15000; // milliseconds after which ink goes that Python never got
const EVERY = 4; // milliseconds between two points of a mouse: 250 a second at most
const TAIL = 8; // points at a line's end that must be there: a 0 ends where it began

const followPointer = (canvas, model, signal) => {
  const paper = canvas.closest(".digits-paper");
  const ink = wetInk(paper, canvas, model);
  let held = false; // by the mouse's first button
  let toldAt = 0; // when the mouse was at the last point
  let touched = false; // by a finger, so that a mouse does not matter

  const on = (where, kind, handler, options) =>
    where.addEventListener(kind, handler, {capture: true, signal, ...options});

  on(canvas.ownerDocument.defaultView, "mousemove", event => {
    if (!held || touched) return;
    const isLost = event.isTrusted && !(event.buttons & 1);
    if (isLost) release(event);
    else if (event.target === canvas) ink.move(event);
    else forward("mousemove", event);
  });
  // A browser tells a mouse's way once a frame, so that a fast stroke has corners. The
  // points between are told to Python and to the ink alike.
  on(canvas.ownerDocument.defaultView, "pointermove", event => {
    if (!held || touched || event.pointerType === "touch") return;
    for (const point of pointsBefore(event, toldAt)) forward("mousemove", point);
    toldAt = event.timeStamp;
  });
  on(canvas.ownerDocument.defaultView, "mouseup", event => {
    if (held && !event.button) release(event);
  });
  // ipycanvas ends a stroke at the edge. Here it continues while the button is down.
  const forward = (kind, {clientX, clientY}) =>
    canvas.dispatchEvent(new MouseEvent(kind, {clientX, clientY}));
  const release = event => {
    held = false;
    ink.lift();
    if (event.target !== canvas) forward("mouseup", event);
  };
  on(document, "selectstart", event => held && event.preventDefault());

  on(paper, "mousedown", event => {
    if (event.target !== canvas) return;
    if (event.button) return event.stopPropagation(); // it opens a menu and draws nothing
    ink.lift();
    if (touched) return;
    held = true;
    toldAt = event.timeStamp;
    ink.press(event);
  });
  on(paper, "mousemove", event => {
    // Stop the moves of a mouse without a button down: they would draw with the pen that
    // another page has put down.
    if (!held && !touched && event.target === canvas) event.stopPropagation();
  });
  on(paper, "mouseout", event => held && event.stopPropagation());
  on(paper, "mouseup", event => event.button && event.stopPropagation());

  const passive = {passive: true};
  on(paper, "touchstart", ({touches}) => {
    if (touches.length > 1) return;
    touched = true;
    ink.press(touches[0]);
  }, passive);
  on(paper, "touchmove", ({touches: [finger]}) => ink.move(finger), passive);
  for (const end of ["touchend", "touchcancel"]) {
    on(paper, end, () => { touched = false; ink.lift(); }, passive);
  }
};

// Where a pointer was since the last event, without the place of this one: the mouse's own
// event tells that.
const pointsBefore = (event, toldAt) => {
  const before = event.getCoalescedEvents?.().slice(0, -1) ?? [];
  return before.filter(({timeStamp}) => {
    const isKept = timeStamp - toldAt >= EVERY && event.timeStamp - timeStamp >= EVERY;
    if (isKept) toldAt = timeStamp;
    return isKept;
  });
};

const wetInk = (paper, canvas, model) => {
  const sheet = document.createElementNS(SVG, "svg");
  sheet.setAttribute("viewBox", "0 0 1 1");
  sheet.setAttribute("aria-hidden", "true");
  sheet.classList.add("digits-wet");
  paper.append(sheet);
  let line = null; // the stroke in progress

  const place = ({clientX, clientY}) => {
    const {left, top, width, height} = canvas.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  };

  const press = event => {
    if (model.get("tool") === "sweep") return;
    watch();
    const at = place(event);
    line = document.createElementNS(SVG, "polyline");
    line.setAttribute("stroke", model.get("tool") === "pen" ? "black" : "white");
    line.setAttribute("stroke-width", model.get("width"));
    line.places = [at, at]; // twice: not every browser paints a line of one point
    line.setAttribute("points", line.places.join(" "));
    sheet.append(line);
  };

  const move = event => {
    if (!line) return;
    line.places.push(place(event));
    line.setAttribute("points", line.places.join(" "));
  };

  const lift = () => {
    const done = line;
    line = null;
    if (!done) return;
    done.ended = performance.now();
    dry(); // after a slow stroke the canvas has all of its ink already
    setTimeout(() => paper.classList.toggle("digits-late", waits(LATE)), LATE + 20);
    setTimeout(() => { done.remove(); dry(); }, LOST);
  };

  const waits = time => [...sheet.children].some(
    ({ended}) => ended && performance.now() - ended >= time);

  // ipycanvas paints the canvas anew with every message: look for the ink then.
  const watch = () => {
    if (canvas.digitsWatched) return;
    canvas.digitsWatched = true;
    const context = canvas.getContext("2d");
    const paint = context.drawImage;
    context.drawImage = function (...picture) {
      paint.apply(this, picture);
      if (sheet.childElementCount) dry();
    };
  };

  const isInk = ([x, y]) => {
    const column = Math.min(Math.floor(x * canvas.width), canvas.width - 1);
    const row = Math.min(Math.floor(y * canvas.height), canvas.height - 1);
    const [red, , , alpha] = canvas.getContext("2d").getImageData(column, row, 1, 1).data;
    return alpha > 127 && red < 128;
  };

  const isOnPaper = place => place.every(share => share >= 0 && share <= 1);

  const dry = () => {
    for (const done of [...sheet.children].filter(({ended}) => ended)) {
      const drawn = done.getAttribute("stroke") === "black";
      const tail = done.places.filter(isOnPaper).slice(-TAIL);
      const isThere = tail.every(at => isInk(at) === drawn);
      // Python has painted since, without this stroke: a person undid it, or it failed.
      if (isThere || performance.now() - done.ended > LATE) done.remove();
    }
    paper.classList.toggle("digits-late", waits(LATE));
  };

  return {press, move, lift};
};
