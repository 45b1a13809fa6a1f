// The road: a click on a station opens its panel, and the ink moves from station to
// station once an answer has come and the hand rests. It takes 0.6 seconds, and the next
// stroke ends it.

const REST = 250; // milliseconds after an answer: the hand may go on
const STATIONS = 300; // milliseconds from the first station to the request
const EACH = 160;
const PACKET = 100; // to the model, and back
const BARS = 140;

const watchRoad = (root, signal) => {
  root.addEventListener("click", ({target}) => {
    const opens = target.closest(".digits-station button")?.dataset.opens;
    if (opens) openPanel(root, opens);
  }, {signal});
  for (const start of ["mousedown", "touchstart", "keydown"]) {
    root.addEventListener(start, () => stopTravel(root), {
      capture: true, passive: true, signal,
    });
  }
};

const openPanel = (root, title) => {
  const tabs = [...root.querySelectorAll(".digits-tab-bar button")];
  const tab = tabs.find(each => each.textContent.trim() === title);
  tab?.click();
  tab?.scrollIntoView({block: "nearest"});
};

// Each answer travels once. A page that opens later shows it at rest.
const followRoad = root => {
  const road = root.querySelector(".digits-road");
  if (!road) return;
  const {arrived} = road.dataset;
  const isFirst = root.digitsArrived === undefined;
  if (arrived !== root.digitsArrived) {
    stopTravel(root);
    // A hand that goes on drawing needs the browser for itself.
    if (arrived && !isFirst && !isStill()) {
      root.digitsTravelSoon = setTimeout(() => {
        const isDrawing = root.querySelector(".digits-wet *");
        if (!isDrawing && root.digitsArrived === arrived) travel(root);
      }, REST);
    }
  }
  root.digitsArrived = arrived;
};

const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const stopTravel = root => {
  clearTimeout(root.digitsTravelSoon);
  for (const motion of root.digitsTravel ?? []) motion.cancel();
  root.digitsTravel = [];
};

const travel = root => {
  const road = root.querySelector(".digits-road");
  if (!road) return;
  const move = (element, frames, delay, duration) => {
    const timing = {delay, duration, easing: "ease-out", fill: "backwards"};
    const motion = element.animate(frames, timing);
    root.digitsTravel.push(motion);
    return motion;
  };
  const stations = [...road.querySelectorAll(".digits-station")];
  stations.forEach((station, number) => {
    const delay = STATIONS * number / stations.length;
    const picture = station.querySelector(".digits-station-picture");
    if (!picture) return;
    const ink = picture.querySelector("img");
    const begin = number ? picture.style.getPropertyValue("--digits-begin")
      : onPaper(root, ink);
    move(ink, [{transform: begin}, {transform: "none"}], delay, EACH);
    const marks = picture.querySelector("svg");
    if (marks) move(marks, [{opacity: 0}, {opacity: 1}], delay, EACH);
  });
  const request = road.querySelector(".digits-station-request .digits-station-tile");
  const model = road.querySelector(".digits-station-model .digits-station-tile");
  if (request && model) {
    send(root, road, request, model, STATIONS);
    const best = root.querySelector(".digits-confidences .digits-best .digits-track");
    if (best) send(root, road, model, best, STATIONS + PACKET);
  }
  for (const bar of root.querySelectorAll(".digits-confidences .digits-track > div")) {
    const delay = STATIONS + PACKET + EACH / 4;
    move(bar, [{transform: "scaleX(0)"}, {transform: "none"}], delay, BARS);
  }
};

// The transform that lays a picture of the drawing on the paper.
const onPaper = (root, picture) => {
  const paper = root.querySelector(".digits-paper canvas")?.getBoundingClientRect();
  if (!paper) return "none";
  const {left, top, width, height} = picture.getBoundingClientRect();
  const right = paper.left + paper.width / 2 - left - width / 2;
  const down = paper.top + paper.height / 2 - top - height / 2;
  return `translate(${right}px,${down}px) scale(${paper.width / width})`;
};

// A small packet from one element to another.
const send = (root, road, from, to, delay) => {
  const packet = document.createElement("span");
  packet.className = "digits-packet";
  road.append(packet);
  const frames = [from, to].map(element => {
    const {left, top, width, height} = element.getBoundingClientRect();
    const x = left + Math.min(width, 2 * height) / 2;
    return {left: `${x}px`, top: `${top + height / 2}px`, visibility: "visible"};
  });
  const motion = packet.animate(frames, {delay, duration: PACKET, easing: "ease-in-out"});
  for (const end of ["finish", "cancel"]) motion.addEventListener(end, () => packet.remove());
  root.digitsTravel.push(motion);
};
