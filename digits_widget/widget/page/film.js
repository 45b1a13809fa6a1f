// The microscope's film: it begins by itself, unless the person has asked for less motion,
// and pauses while it is out of sight. Space on its slider plays and pauses it.

const playButton = film => film.querySelector(".widget-play button");

// Press the button only if it would do this: "play" or "pause".
const pressToPlay = (film, what) => {
  const button = playButton(film);
  if (button && sign(button) === what) button.click();
};

// A page that opens later shows the film at rest.
const followFilm = root => {
  const film = root.querySelector(".digits-film");
  const number = film?.querySelector("[data-film]")?.dataset.film ?? "";
  const before = root.digitsFilm;
  root.digitsFilm = number;
  if (!film) return;
  root.digitsSight?.observe(film);
  if (number && before !== undefined && number !== before && !isStill()) {
    pressToPlay(film, "play");
  }
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
    pressToPlay(button.closest(".digits-film"), "pause");
  }, {capture: true, signal});
  const pauseAll = () => {
    for (const film of root.querySelectorAll(".digits-film")) pressToPlay(film, "pause");
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) pauseAll();
  }, {signal});
  const sight = new IntersectionObserver(entries => {
    for (const {target, isIntersecting} of entries) {
      if (!isIntersecting) pressToPlay(target, "pause");
    }
  });
  signal.addEventListener("abort", () => sight.disconnect());
  root.digitsSight = sight;
};
