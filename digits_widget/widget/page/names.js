// Names and states for screen readers where ipywidgets gives none; and the one of many
// tiles that Tab reaches.

const labelOf = control => {
  const widget = control.closest(".jupyter-widgets");
  const label = widget?.querySelector(".widget-label");
  return label?.textContent.trim() || control.title || widget?.title || label?.title;
};

const PLAY = {play: "Play", pause: "Pause", stop: "Stop", repeat: "Repeat"};
const sign = button => Object.keys(PLAY).find(
  name => button.querySelector(`[class*="fa-${name}"]`));

const stopOf = sheet => sheet.querySelector("button:focus")
  ?? sheet.querySelector("button.mod-active") ?? sheet.querySelector("button");
const GROUPS = ".digits-sheet, .digits-road, .digits-samples, .digits-bar-targets, "
  + ".digits-targets";
const isStop = tile => tile === stopOf(tile.closest(GROUPS));

const NAMES = {
  "button.widget-toggle-button": {
    "aria-pressed": button => String(button.classList.contains("mod-active")),
  },
  ".noUi-handle": {"aria-label": labelOf},
  ".widget-readout[contenteditable]": {role: "textbox", "aria-label": labelOf},
  ".widget-dropdown > select": {"aria-label": labelOf},
  ".widget-play button": {"aria-label": button => PLAY[sign(button)] ?? "Play"},
  ".digits-load": {"aria-label": "Load a file"},
  [`:is(${GROUPS}) button`]: {tabindex: tile => isStop(tile) ? "0" : "-1"},
  ".digits-paper canvas": {
    role: "application", "aria-label": "Paper to draw a digit on",
  },
  ".digits-stage canvas": {
    role: "application", "aria-label": "Pixels: arrow keys point at one",
  },
};

const nameControls = root => {
  for (const [places, attributes] of Object.entries(NAMES)) {
    for (const place of root.querySelectorAll(places)) {
      for (const [name, what] of Object.entries(attributes)) {
        const value = typeof what === "string" ? what : what(place);
        if (value && place.getAttribute(name) !== value) place.setAttribute(name, value);
      }
    }
  }
};
