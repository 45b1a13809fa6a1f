"""What can be wrong with how a part of the widget looks, measured in the page."""

from __future__ import annotations

import time

from playwright.sync_api import Locator

from tools.lab import PATIENCE


def assert_good(part: Locator) -> None:
    """Fail if a part has faults, once what is new has come."""
    deadline = time.monotonic() + PATIENCE / 1000
    while found := faults(part):
        assert time.monotonic() < deadline, found
        part.page.evaluate("() => new Promise(requestAnimationFrame)")


def faults(part: Locator) -> list[str]:
    """Return what is hard to read, cut off, over the edge, or has no name.

    Text has a contrast of 4.5 at least, unless its control is off, and 11 pixels. It
    stays in its part, unless what holds it scrolls by itself. Controls do not lie on
    each other, and whatever Tab reaches has a name.
    """
    found: list[str] = part.evaluate(_FAULTS)
    return found


_FAULTS = r"""part => {
  const faults = [];
  const tell = (fault, element, detail) => {
    const kind = [...element.classList].join(".");
    faults.push(`${fault}: ${element.tagName}.${kind} ${detail}`);
  };
  const chain = element => {
    const all = [];
    for (let at = element; at; at = at.parentElement) all.push(at);
    return all;
  };
  const shade = colour => {
    const parts = (colour.match(/[0-9.]+/g) ?? [0, 0, 0, 0]).map(Number);
    return {rgb: parts.slice(0, 3), alpha: parts[3] ?? 1};
  };
  const over = (top, alpha, ground) => top.map(
    (value, i) => alpha * value + (1 - alpha) * ground[i]);
  const ground = element => {
    const layers = chain(element)
      .map(at => shade(getComputedStyle(at).backgroundColor));
    const solid = layers.findIndex(({alpha}) => alpha === 1);
    return layers.slice(0, solid < 0 ? layers.length : solid + 1).reverse()
      .reduce((below, {rgb, alpha}) => over(rgb, alpha, below), [255, 255, 255]);
  };
  const light = rgb => {
    const [r, g, b] = rgb.map(value => value / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = element => {
    const style = getComputedStyle(element);
    const ink = shade(element.closest("svg") ? style.fill : style.color);
    const opacity = chain(element).reduce(
      (product, at) => product * getComputedStyle(at).opacity, ink.alpha);
    const below = ground(element);
    const [high, low] = [light(over(ink.rgb, opacity, below)), light(below)]
      .sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const isSeen = element => element.checkVisibility({visibilityProperty: true})
    && !element.closest(".digits-unseen, style, script, option");
  const edge = part.getBoundingClientRect();

  // Where text may be seen: within each box that hides what is beyond it, and in the
  // part. What scrolls by itself hides nothing for good.
  const place = (element, box) => {
    for (const at of chain(element)) {
      const {overflowX, overflowY} = getComputedStyle(at);
      const bounds = at.getBoundingClientRect();
      if (at !== part && [overflowX, overflowY].includes("auto")) return;
      if (overflowX !== "visible" || at === part) {
        if (box.right > bounds.right + 2 || box.left < bounds.left - 2) {
          return `over the side of ${at.className}`;
        }
      }
      if (overflowY === "hidden" && at !== part) {
        if (box.bottom > bounds.bottom + 3) return `below the end of ${at.className}`;
      }
      if (at === part) return;
    }
  };

  const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || !isSeen(element)) continue;
    const size = getComputedStyle(element).fontSize;
    if (parseFloat(size) === 0) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    if (box.width < 2) continue;
    const words = text.data.trim().slice(0, 40);
    const isOff = element.closest(":disabled");
    if (!isOff && contrast(element) < 4.5) tell("pale", element, words);
    if (parseFloat(size) < 11) tell("small", element, `${size} ${words}`);
    const where = place(element, box);
    if (where) tell(where, element, words);
  }

  for (const box of part.querySelectorAll(".digits-scroll, .digits-wide")) {
    if (box.getBoundingClientRect().right > edge.right + 2) tell("too wide", box, "");
  }

  const controls = [...part.querySelectorAll(
    "button, select, input, summary, canvas, [tabindex='0'], [contenteditable='true']")]
    .filter(element => isSeen(element) && element.getBoundingClientRect().width);
  for (const control of controls) {
    const labels = [...control.labels ?? []].map(label => label.innerText).join("");
    const name = control.getAttribute("aria-label") || labels || control.innerText
      || control.title || control.getAttribute("aria-labelledby");
    if (!name?.trim()) tell("no name", control, control.outerHTML.slice(0, 80));
  }
  const solid = controls.filter(({tagName, type}) =>
    ["BUTTON", "SELECT", "INPUT"].includes(tagName) && type !== "file");
  const boxes = solid.filter(control => !control.closest(".digits-sheet"))
    .map(control => control.getBoundingClientRect());
  boxes.forEach((one, i) => boxes.slice(i + 1).forEach((other, j) => {
    const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    if (across > 2 && down > 2) tell("on another", solid[i], solid[i].innerText);
  }));
  return faults;
}"""
