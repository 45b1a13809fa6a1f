// The wall: what the class draws, for the projector and the teacher.

import {connect, find, make, percent, show} from "/page.js";

const DIGITS = [...Array(10).keys()];
const HOLD = 10000; // milliseconds for which no drawing moves, after the pointer did
let tasks = [];
let isLarge = null; // until the teacher chooses: large while the class is empty
let current = null;

const received = {
  class({address, code, folder}) {
    find("address").textContent = address.replace("http://", "");
    find("code").textContent = `${code.slice(0, 3)} ${code.slice(3)}`;
    find("folder").textContent = folder;
  },
  tasks(message) {
    tasks = message.tasks;
    find("tasks").replaceChildren(...tasks.map(task => {
      const button = make("button", {type: "button", title: task.words, "data-task": task.name}, task.title);
      button.addEventListener("click", () => server.send({type: "give", task: task.name}));
      return button;
    }));
  },
  wall(message) {
    current = message;
    show(find("away"), false);
    sayProblem(message.problem);
    showTask(message.task);
    showLarge();
    showLearners(message.learners);
    showSum(message);
    showConfusion(message.confusion);
    showHistogram(message.histogram);
    showShares(message.shares);
    showGallery(message);
  },
  problem(message) { sayProblem(message.words); },
};

const sayProblem = words => {
  show(find("problem"), Boolean(words));
  find("problem").textContent = words;
};

const server = connect("/wall/live", {
  opened: () => {},
  told: message => received[message.type]?.(message),
  lost: async () => {
    show(find("away"), true);
    // After a restart of the command, this page's key is an old one.
    const answer = await fetch("/wall").catch(() => null);
    find("away").textContent = answer?.status === 403
      ? "The class was started again, and this page has its old key. Open the link that it printed: \u201cWall, for you alone\u201d."
      : "The class does not answer. This page comes back by itself.";
  },
});

const showTask = task => {
  find("asked").textContent = task.words;
  for (const button of find("tasks").children) {
    button.setAttribute("aria-pressed", String(button.dataset.task === task.name));
  }
};

const showLarge = () => {
  const on = isLarge ?? !current.learners.length;
  document.body.classList.toggle("large", on);
  find("large").setAttribute("aria-pressed", String(on));
};
find("large").addEventListener("click", () => {
  isLarge = !document.body.classList.contains("large");
  showLarge();
});

// Put elements into a list. Where nothing changed, nothing moves under the pointer.
const arrange = (list, items) => {
  if (items.length === list.children.length && items.every((item, i) => item === list.children[i])) return;
  const focused = document.activeElement;
  list.replaceChildren(...items);
  if (list.contains(focused)) focused.focus({preventScroll: true});
};

// A learner's line stays the same element, so that a click on its button arrives.
const lines = new Map();
const showLearners = learners => {
  const here = learners.filter(each => each.here).length;
  find("people-count").textContent = `${here} here`;
  const names = new Set(learners.map(each => each.name));
  for (const name of lines.keys()) if (!names.has(name)) lines.delete(name);
  arrange(find("learners"), learners.map(({name, count, here}) => {
    if (!lines.has(name)) lines.set(name, make("li", {}, make("span", {}, name), removal(name), make("b")));
    const item = lines.get(name);
    item.className = here ? "" : "gone";
    item.title = here ? name : `${name} is away`;
    item.lastChild.textContent = String(count);
    return item;
  }));
};

const removal = nickname => {
  const button = make("button", {type: "button", "aria-label": `Remove ${nickname}`}, "Remove");
  button.addEventListener("click", () => ask(
    `Remove ${nickname}, and erase what was handed in under this nickname?`, "Remove",
    {type: "remove", nickname}));
  return button;
};

// Ask before anything is erased that cannot be brought back.
const ask = (words, verb, message) => {
  find("sure-words").textContent = words;
  find("sure-yes").textContent = verb;
  find("sure-yes").onclick = () => {
    server.send(message);
    find("sure").close();
  };
  find("sure").showModal();
};

// 299 of 300 are not 100 %.
const rounded = (count, all) => count === 0 || count === all
  ? `${count && 100}\u00a0%` : percent(count / all);

const showSum = ({handedIn, marked, right}) => {
  const waiting = handedIn - marked;
  find("sum").textContent = !handedIn ? "Nothing is handed in yet."
    : `${right} of ${marked} read as meant${marked ? ` (${rounded(right, marked)})` : ""}`
      + (waiting ? `; ${waiting} not read yet` : "");
};

const showConfusion = rows => {
  const most = Math.max(1, ...rows.flat());
  const head = make("tr", {}, make("td", {class: "corner"}), ...DIGITS.map(digit => make("th", {scope: "col"}, String(digit))));
  head.firstChild.style.border = "0";
  const body = rows.map((row, meant) => make("tr", {}, make("th", {scope: "row"}, String(meant)),
    ...row.map((count, read) => {
      const cell = make("td", {class: meant === read ? "on" : "off",
        title: `${count} times ${meant} was meant and ${read} read`}, count ? String(count) : "");
      cell.style.setProperty("--share", `${count ? 12 + 58 * count / most : 0}%`);
      return cell;
    })));
  const table = find("confusion");
  table.replaceChildren(table.caption, make("tbody", {}, head, ...body));
};

const showHistogram = ({right, wrong}) => {
  const most = Math.max(1, ...DIGITS.map(bar => right[bar] + wrong[bar]));
  find("histogram").replaceChildren(...DIGITS.map(bar => {
    const part = (kind, count) => {
      const box = make("i", {class: kind});
      box.style.height = `${100 * count / most}%`;
      return box;
    };
    return make("div", {title: `${10 * bar} to ${10 * bar + 10} %: ${right[bar]} right, ${wrong[bar]} wrong`},
      part("right", right[bar]), part("wrong", wrong[bar]));
  }));
  find("histogram").setAttribute("aria-label", DIGITS.map(bar =>
    `${10 * bar} to ${10 * bar + 10} %: ${right[bar]} right, ${wrong[bar]} wrong`).join("; "));
};

// By hand, and by way where both ways read the same ink.
const showShares = shares => {
  find("shares").replaceChildren(...shares.flatMap(({name, right, of}) => [
    make("dt", {}, name), make("dd", {}, of ? `${right} of ${of}, ${rounded(right, of)}` : "none yet")]));
};

// A card stays the same element, so that a picture is fetched and decoded once.
const cards = new Map();
let heldUntil = 0;
let held = 0;
const showGallery = ({gallery, marked}) => {
  clearTimeout(held);
  const left = heldUntil - performance.now();
  const number = marked ? `${gallery.length} of ${marked} shown` : "";
  find("shown").textContent = number && left > 0 ? `${number}; still while you point` : number;
  if (left > 0) {
    // A card that moves would bring another Erase under the pointer.
    held = setTimeout(() => showGallery(current), left);
    return;
  }
  const kept = new Set(gallery.map(each => each.key));
  for (const key of cards.keys()) if (!kept.has(key)) cards.delete(key);
  arrange(find("gallery"), gallery.map(each => {
    if (!cards.has(each.key)) cards.set(each.key, card(each));
    const item = cards.get(each.key);
    item.classList.remove("erased");
    return item;
  }));
};

for (const kind of ["pointermove", "pointerdown", "focusin"]) {
  find("gallery").addEventListener(kind, () => { heldUntil = performance.now() + HOLD; });
}
find("gallery").addEventListener("pointerleave", event => {
  if (event.pointerType === "touch") return; // A finger leaves after each tap.
  heldUntil = 0;
  if (current) showGallery(current);
});

const card = ({key, writer, label, answer, confidence}) => {
  const words = `${writer}: ${label} meant, ${answer} read, ${percent(confidence)}`;
  const erase = make("button", {type: "button", "aria-label": `Erase ${words}`}, "Erase");
  erase.addEventListener("click", () => {
    if (server.send({type: "erase", key})) item.classList.add("erased");
  });
  const item = make("li", {class: label === answer ? "" : "wrong", title: words},
    make("img", {src: `/wall/pictures/${key}.png`, alt: "", width: 92, height: 92}),
    make("p", {}, make("b", {}, label === answer ? `${label}` : `${label} read as ${answer}`)),
    make("p", {}, percent(confidence)),
    make("p", {class: "soft"}, writer), erase);
  return item;
};

find("erase-all").addEventListener("click", () => ask(
  `Erase ${current?.handedIn ?? 0} drawings from this computer? They cannot be brought back.`,
  "Erase", {type: "erase-all"}));
find("sure-no").addEventListener("click", () => find("sure").close());
