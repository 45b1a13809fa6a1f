// The microscope's film: it begins by itself, unless the person has asked for less motion,
// and pauses while it is out of sight. Space on its slider plays and pauses it.

const playButton = film => film.querySelector(".widget-play button");

// Press the button that does this now, if there is one: "play", "pause" or "stop".
const pressFor = (film, what) => {
  const buttons = [...film.querySelectorAll(".widget-play button")];
  buttons.find(button => sign(button) === what)?.click();
};

// Each film begins by itself once; a person who comes back to it finds it at rest.
const followFilm = root => {
  const film = root.querySelector(".digits-film");
  mendPlay(root, film && playButton(film));
  const number = film?.querySelector("[data-film]")?.dataset.film ?? "";
  const before = root.digitsFilm;
  root.digitsFilm = number || (before ?? "");
  if (film) root.digitsSight?.observe(film);
  if (!number || before === undefined || number === before) return;
  // What still plays would else go on where it is.
  pressFor(film, "stop");
  if (!isStill()) pressFor(film, "play");
};

// ipywidgets keeps a film's timer when the film disappears as it plays, and then never plays
// it again. To pause it while it is seen clears the timer.
const mendPlay = (root, button) => {
  if (!button) return;
  if (button !== root.digitsPlay && root.digitsPlays && sign(button) === "play") {
    button.click();
    button.click();
  }
  root.digitsPlay = button;
  root.digitsPlays = sign(button) === "pause";
};

const watchFilm = (root, signal) => {
  root.addEventListener("keydown", event => {
    const {target, key, shiftKey, ctrlKey, altKey, metaKey} = event;
    const film = target.closest(".digits-film");
    if (!film || key !== " " || shiftKey || ctrlKey || altKey || metaKey) return;
    if (target.closest("button, select, a, [contenteditable]")) return;
    event.preventDefault();
    playButton(film)?.click();
  }, {signal});
  // Otherwise the film would go on until the kernel hears of it.
  root.addEventListener("click", ({target}) => {
    const button = target.closest(".digits-film button");
    if (!button || button.closest(".widget-play")) return;
    pressFor(button.closest(".digits-film"), "pause");
  }, {capture: true, signal});
  const pauseAll = () => {
    for (const film of root.querySelectorAll(".digits-film")) pressFor(film, "pause");
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) pauseAll();
  }, {signal});
  const sight = new IntersectionObserver(entries => {
    for (const {target, isIntersecting} of entries) {
      if (!isIntersecting) pressFor(target, "pause");
    }
  });
  signal.addEventListener("abort", () => sight.disconnect());
  root.digitsSight = sight;
};
