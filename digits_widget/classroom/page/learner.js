// A learner's page: the pad, the answer, and what is handed in.
//
// The page keeps all strokes and sends the whole drawing each time, so a lost connection
// loses none. What is handed in stays in this browser until the server has kept it.

import {connect, find, make, percent, show} from "/page.js";
import {makePad} from "/pad.js";

const SEND = 120; // milliseconds between two drawings while the pen is down
const ANSWER = 6000; // milliseconds after which a connection without an answer is stale
const AGAIN = 5000; // milliseconds until something that did not work is tried again
const DIGITS = [...Array(10).keys()];

// Where a browser keeps nothing, even naming the storage throws.
const stored = (storage, name, otherwise) => {
  try {
    return JSON.parse(window[storage].getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
};
const store = (storage, name, value) => {
  try {
    window[storage].setItem(name, JSON.stringify(value));
  } catch { /* private windows may keep nothing; the page works without */ }
};

const newKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, "0")).join("");

const me = {secret: newKey(), nickname: "", code: "", ...stored("localStorage", "me", {})};
let outbox = stored("localStorage", "outbox", []); // handed in, and not yet kept
let handedIn = []; // {key, label, task}, oldest first
let task = null;
let label = null; // the digit that the learner chose
let hand = "usual";
let number = 0; // of the newest drawing sent
let oldest = 0; // older answers are about a drawing that was changed or is gone
let joined = false;
let chosenStep = -1;
let sendTimer = 0;
let answerTimer = 0;
let againTimer = 0;

// -- The connection ------------------------------------------------------------------

const join = () => server.send({
  type: "join", code: me.code, nickname: me.nickname, learner: me.secret});

const received = {
  joined(message) {
    joined = true;
    me.nickname = message.nickname;
    store("localStorage", "me", me);
    handedIn = message.handedIn;
    find("me").textContent = message.nickname;
    show(find("away"), false);
    show(find("join"), false);
    show(find("draw"), true);
    take(message.task);
    pad.fit();
    sendOutbox();
    if (pad.strokes.length) sendDrawing(true);
  },
  refused(message) {
    joined = false;
    askToJoin(message.words);
  },
  task(message) { take(message.task); },
  answer(message) {
    // While the pen moves, an answer may be slower than the next drawing.
    if (message.number < oldest) return;
    oldest = message.number;
    clearTimeout(answerTimer);
    showAnswer(message);
  },
  kept(message) {
    outbox = outbox.filter(sent => sent.message.key !== message.key);
    store("localStorage", "outbox", outbox);
    if (!handedIn.some(each => message.key.startsWith(each.key))) {
      handedIn.push({key: message.key, label: message.label, task: message.task});
    }
    showTask();
    sayProblem("");
    sayKept(message);
  },
  "not-kept"(message) {
    sayProblem(message.words);
    if (message.again) {
      // One for all that were not kept: each sends everything again.
      clearTimeout(againTimer);
      againTimer = setTimeout(sendOutbox, AGAIN);
      return;
    }
    outbox = outbox.filter(sent => sent.message.key !== message.key);
    store("localStorage", "outbox", outbox);
  },
  "taken-back"(message) {
    handedIn = handedIn.filter(each => !message.key.startsWith(each.key));
    showTask();
    find("kept").textContent = "Taken back: it is erased.";
  },
  removed() {
    store("localStorage", "me", {});
    outbox = [];
    store("localStorage", "outbox", outbox);
    Object.assign(me, {secret: newKey(), nickname: "", code: ""});
    joined = false;
    askToJoin("Your teacher has removed this nickname. Choose another one.");
  },
  erased() {
    handedIn = [];
    showTask();
    find("kept").textContent = "Your teacher has erased everything.";
  },
  problem(message) { sayProblem(message.words); },
};

const unreachable = "The class does not answer. Is this device in the class's network?";

const server = connect("/class", {
  opened: () => me.nickname && me.code ? join() : askToJoin(""),
  told: message => received[message.type]?.(message),
  lost: reason => {
    if (joined) show(find("away"), true);
    else if (find("draw").hidden) askToJoin(reason || unreachable);
    joined = false;
  },
});

// -- Joining -------------------------------------------------------------------------

const askToJoin = words => {
  show(find("draw"), false);
  show(find("join"), true);
  show(find("join-problem"), Boolean(words));
  find("join-problem").textContent = words;
  find("nickname").value ||= me.nickname;
  // Where the learner types already, a connection that comes back changes nothing.
  if (document.activeElement?.tagName === "INPUT") return;
  (find("code").value ? find("nickname") : find("code")).focus();
};

find("join-form").addEventListener("submit", event => {
  event.preventDefault();
  me.code = find("code").value.replace(/\D/g, "");
  me.nickname = find("nickname").value;
  if (server.isOpen()) join();
  else askToJoin(unreachable);
});

let isWarned = false;
find("leave").addEventListener("click", () => {
  // The next learner at this device must not hand them in under another nickname.
  if (outbox.length && !isWarned) {
    isWarned = true;
    sayProblem("A drawing still waits to be sent. Press leave again to leave without it.");
    return;
  }
  store("localStorage", "outbox", []);
  store("localStorage", "me", {});
  store("sessionStorage", "strokes", []);
  location.hash = "";
  location.reload();
});

// -- The task ------------------------------------------------------------------------

const take = given => {
  const isNew = task && task.name !== given.name;
  task = given;
  if (isNew) {
    find("kept").textContent = "";
    label = null;
    if (task.name === "other-hand") choose("other");
  }
  if (!task.ways.includes("2020")) show(find("earlier"), false);
  showTask();
};

const count = digit =>
  handedIn.filter(each => each.task === task.name && each.label === digit).length;

// In turn: the first of the digits that was handed in least often.
const asked = () => {
  if (task.digit !== null) return task.digit;
  if (!task.in_turn) return label;
  return DIGITS.reduce((least, digit) => count(digit) < count(least) ? digit : least, 0);
};

const showTask = () => {
  const digit = asked();
  const isChoice = task.digit === null && !task.in_turn;
  const told = task.in_turn && task.name === "all" ? `Draw a ${digit}.`
    : task.in_turn ? `${task.words} Draw a ${digit}.` : task.words;
  find("task").textContent = told;
  show(find("labels"), isChoice);
  for (const button of find("label-buttons").children) {
    button.setAttribute("aria-pressed", String(Number(button.textContent) === label));
  }
  find("hand-in").textContent = digit === null ? "Hand in" : `Hand in as ${digit}`;
  showButtons();
};

find("label-buttons").append(...DIGITS.map(digit => {
  const button = make("button", {type: "button", "aria-pressed": "false"}, String(digit));
  button.addEventListener("click", () => { label = digit; showTask(); });
  return button;
}));

const choose = which => {
  hand = which;
  for (const id of ["usual", "other"]) find(id).setAttribute("aria-pressed", String(id === which));
};
for (const id of ["usual", "other"]) find(id).addEventListener("click", () => choose(id));

// -- The pad -------------------------------------------------------------------------

const changed = ({done}) => {
  store("sessionStorage", "strokes", pad.strokes);
  showButtons();
  if (done) sendDrawing(true);
  else sendTimer ||= setTimeout(() => sendDrawing(false), SEND);
};

const pad = makePad(find("pad"), changed, stored("sessionStorage", "strokes", []));

const showButtons = () => {
  const isEmpty = !pad.strokes.length;
  find("undo").disabled = find("clear").disabled = isEmpty;
  find("hand-in").disabled = isEmpty || !task || asked() === null;
  show(find("full"), pad.isFull());
};

const sendDrawing = done => {
  clearTimeout(sendTimer);
  sendTimer = 0;
  if (!joined) return;
  number += 1;
  document.body.classList.add("waiting");
  server.send({type: "draw", number, done, drawing: pad.drawing()});
  if (!done) return;
  oldest = number;
  clearTimeout(answerTimer);
  answerTimer = setTimeout(() => server.again(), ANSWER);
};

find("undo").addEventListener("click", () => pad.undo());
find("clear").addEventListener("click", () => pad.clear());

// -- Handing in ----------------------------------------------------------------------

find("hand-in").addEventListener("click", () => {
  if (pad.isDrawing()) return; // half a stroke, by another finger or a key
  const key = newKey();
  const message = {type: "hand-in", key, label: asked(), hand, task: task.name,
    drawing: structuredClone(pad.drawing())};
  outbox.push({code: me.code, message});
  isWarned = false;
  store("localStorage", "outbox", outbox);
  find("kept").textContent = server.isOpen() ? "" : "It is sent when the connection is back.";
  server.send(message);
  pad.clear();
});

const sendOutbox = () => {
  for (const sent of outbox) if (sent.code === me.code) server.send(sent.message);
};

const sayKept = message => {
  const back = make("button", {type: "button", class: "plain"}, "Take it back");
  back.addEventListener("click", () => {
    if (!server.send({type: "take-back", key: message.key})) {
      sayProblem("It is not taken back yet: there is no connection. Press again later.");
    }
  });
  const total = handedIn.length;
  find("kept").replaceChildren(
    `Handed in as ${message.label}: ${total} ${total === 1 ? "drawing" : "drawings"} so far. `, back);
};

// -- The answer ----------------------------------------------------------------------

const bars = DIGITS.map(digit => {
  const fill = make("i");
  fill.style.transform = "scaleY(0)";
  const item = make("div", {}, make("span", {class: "bar"}, fill), make("b", {}, String(digit)));
  find("bars").append(item);
  return {item, fill};
});

const showAnswer = message => {
  document.body.classList.toggle("waiting", message.number !== number);
  sayProblem(message.problem ?? "");
  if (message.problem) {
    answerTimer = setTimeout(() => sendDrawing(true), AGAIN);
    return;
  }
  const confidences = message.confidences ?? DIGITS.map(() => 0);
  const best = confidences.indexOf(Math.max(...confidences));
  bars.forEach(({item, fill}, digit) => {
    fill.style.transform = `scaleY(${confidences[digit]})`;
    item.classList.toggle("best", !message.blank && digit === best);
  });
  find("headline").textContent = message.blank ? "Draw on the pad." : `The model reads: ${message.headline}`;
  find("bars").setAttribute("aria-label", message.blank ? "Ten confidences, no drawing yet"
    : confidences.map((share, digit) => `${digit}: ${percent(share)}`).join(", "));
  show(find("earlier"), Boolean(message.earlier));
  find("earlier").textContent = message.earlier ? `In 2020 it read: ${message.earlier}` : "";
  showSteps(message.steps ?? []);
};

const showSteps = steps => {
  const list = find("steps");
  let picture = "";
  for (const image of list.querySelectorAll("img")) image.hidden = true;
  steps.forEach((step, place) => {
    const item = list.children[place] ?? list.appendChild(newStep(place));
    const button = item.firstChild;
    const image = button.querySelector("img");
    // Without a picture, the step left the one before it as it was.
    if (step.picture) picture = `data:image/png;base64,${step.picture}`;
    image.src = picture;
    image.hidden = false;
    button.querySelector("b").textContent = step.title;
    button.dataset.caption = step.caption;
  });
  showCaption();
};

const newStep = place => {
  const button = make("button", {type: "button", "aria-pressed": "false"},
    make("span", {}, make("img", {alt: ""})), make("b"));
  button.addEventListener("click", () => {
    chosenStep = chosenStep === place ? -1 : place;
    showCaption();
  });
  return make("li", {}, button);
};

const showCaption = () => {
  const buttons = [...find("steps").querySelectorAll("button")];
  buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(place === chosenStep)));
  find("caption").textContent = buttons[chosenStep]?.dataset.caption
    ?? "Your drawing goes through these steps. Touch one to read what it did.";
};

const sayProblem = words => {
  show(find("problem"), Boolean(words));
  find("problem").textContent = words;
};

// A QR code brings the join code along; a learner then only needs a nickname.
const given = decodeURIComponent(location.hash.slice(1)).replace(/\D/g, "");
if (given && given !== me.code) Object.assign(me, {code: "", nickname: me.nickname});
find("code").value = given || me.code;
