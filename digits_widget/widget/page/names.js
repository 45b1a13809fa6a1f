// What ipywidgets leaves without a name for a screen reader, or does not say is on; and
// which of many tiles Tab finds.

const root = this.closest(".digits-widget");

const named = control => {
  const widget = control.closest(".jupyter-widgets");
  const label = widget?.querySelector(".widget-label");
  return label?.textContent.trim() || control.title || widget?.title || label?.title;
};

const give = (places, attributes) => {
  for (const place of root.querySelectorAll(places)) {
    for (const [name, what] of Object.entries(attributes)) {
      const value = typeof what === "string" ? what : what(place);
      if (value && place.getAttribute(name) !== value) place.setAttribute(name, value);
    }
  }
};

const KEYS = {play: "Play", pause: "Pause", stop: "Stop", repeat: "Repeat"};
const sign = button => Object.keys(KEYS).find(
  name => button.querySelector(`[class*="fa-${name}"]`));

const stopOf = sheet => sheet.querySelector("button:focus")
  ?? sheet.querySelector("button.mod-active") ?? sheet.querySelector("button");
const isStop = tile => tile === stopOf(tile.closest(".digits-sheet"));

const name = () => {
  give("button.widget-toggle-button", {
    "aria-pressed": button => String(button.classList.contains("mod-active")),
  });
  give(".noUi-handle", {"aria-label": named});
  give(".widget-readout[contenteditable]", {role: "textbox", "aria-label": named});
  give(".widget-dropdown > select", {"aria-label": named});
  give(".widget-play button", {"aria-label": button => KEYS[sign(button)] ?? "Play"});
  give(".digits-load", {"aria-label": "Load a drawing"});
  give(".digits-sheet button", {tabindex: tile => isStop(tile) ? "0" : "-1"});
  give(".digits-stage canvas", {
    role: "application", "aria-label": "Pixels: arrow keys point at one",
  });
};

if (root && !root.digitsNamed) {
  root.digitsNamed = true;
  new MutationObserver(name).observe(root, {
    attributeFilter: ["class", "title"], childList: true, subtree: true,
  });
  root.addEventListener("focusin", name);
  name();
}
