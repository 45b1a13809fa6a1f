// The wall: what the class draws, for the projector and the teacher.

import {connect, find, make, percent, show} from "/page.js";

const DIGITS = [...Array(10).keys()];
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
    showTask(message.task);
    showLarge();
    showLearners(message.learners);
    showSum(message);
    showConfusion(message.confusion);
    showHistogram(message.histogram);
    showShares(message.shares);
    showGallery(message);
  },
};

const server = connect("/wall/live", {
  opened: () => {},
  told: message => received[message.type]?.(message),
  lost: () => show(find("away"), true),
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

const showLearners = learners => {
  const here = learners.filter(each => each.here).length;
  find("people-count").textContent = `${here} here`;
  find("learners").replaceChildren(...learners.map(({name, count, here}) =>
    make("li", {class: here ? "" : "gone", title: here ? name : `${name} is away`},
      make("span", {}, name), removal(name), make("b", {}, String(count)))));
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

const rounded = (count, all) => `${Math.round(100 * count / all)}\u00a0%`;

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
const showGallery = ({gallery, marked}) => {
  find("shown").textContent = marked ? `${gallery.length} of ${marked} shown` : "";
  const kept = new Set(gallery.map(each => each.key));
  for (const key of cards.keys()) if (!kept.has(key)) cards.delete(key);
  find("gallery").replaceChildren(...gallery.map(each => {
    if (!cards.has(each.key)) cards.set(each.key, card(each));
    return cards.get(each.key);
  }));
};

const card = ({key, writer, label, answer, confidence}) => {
  const words = `${writer}: ${label} meant, ${answer} read, ${percent(confidence)}`;
  const erase = make("button", {type: "button", "aria-label": `Erase ${words}`}, "Erase");
  erase.addEventListener("click", () => server.send({type: "erase", key}));
  return make("li", {class: label === answer ? "" : "wrong", title: words},
    make("img", {src: `/wall/pictures/${key}.png`, alt: "", width: 92, height: 92}),
    make("p", {}, make("b", {}, label === answer ? `${label}` : `${label} read as ${answer}`)),
    make("p", {}, percent(confidence)),
    make("p", {class: "soft"}, writer), erase);
};

find("erase-all").addEventListener("click", () => ask(
  `Erase ${current?.handedIn ?? 0} drawings from this computer? They cannot be brought back.`,
  "Erase", {type: "erase-all"}));
find("sure-no").addEventListener("click", () => find("sure").close());
