"""The dithering sheet of the whole catalogue, with predictions, in a real browser.

From opening the panel, from a new drawing, and from a change of an option to the whole
sheet on the screen. The peer is one message to the kernel and back in the same page:
nothing that Python does can be faster than that.
"""

from __future__ import annotations

import numpy as np

from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.samples import sample
from tools.lab import Lab, chromium
from tools.notebook_page import NotebookPage

CELL = (
    "from digits_widget import DigitsWidget\n"
    "from digits_widget.samples import sample\n"
    "widget = DigitsWidget()\nwidget"
)
ROUNDS = 7


def main() -> None:
    """Print the table."""
    rows: dict[str, list[float]] = {"echo": [], "open": [], "draw": [], "option": []}
    with (
        EmbeddedServer() as server,
        Lab({"DIGITS_SERVER": server.target}) as lab,
        chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        notebook = NotebookPage(page, lab, lab.notebook([CELL]))
        notebook.show_widget()
        for round_ in range(ROUNDS):
            rows["echo"] += notebook.echo()
            notebook.press("Steps")
            notebook.python(f"widget.draw(sample({round_})); widget.wait()")
            rows["open"] += notebook.widget.evaluate(_TIMED, _OPEN)
            notebook.python("widget.clear()")
            notebook.widget.evaluate(_SETTLED)
            points = sample(round_).strokes[0].points.tolist()
            rows["draw"] += notebook.widget.evaluate(_TIMED, _DRAW % points)
            tile = notebook.widget.locator("button[data-value=bayer]")
            tile.click()
            notebook.widget.locator(".digits-options select").first.wait_for()
            notebook.widget.evaluate(_SETTLED)
            rows["option"] += notebook.widget.evaluate(_TIMED, _OPTION)
            notebook.widget.locator("button[data-value=none]").click()
            notebook.widget.evaluate(_SETTLED)
    peer = float(np.median(rows["echo"]))
    print(f"{'milliseconds':44}{'median':>8}{'worst':>8}{'ratio':>8}")
    for name, label in (
        ("echo", "a message to the kernel and back"),
        ("open", "open the panel to the whole sheet"),
        ("draw", "end of a stroke to the whole sheet"),
        ("option", "another option to the whole sheet"),
    ):
        median, worst = np.median(rows[name]), max(rows[name])
        print(f"{label:44}{median:8.0f}{worst:8.0f}{median / peer:8.1f}")


_OPEN = """widget => [...widget.querySelectorAll(".digits-tab-bar button")]
  .find(button => button.textContent.trim() === "Dithering").click()"""

_DRAW = """widget => {
  const canvas = widget.querySelector(".digits-paper canvas");
  const box = canvas.getBoundingClientRect();
  const send = (kind, [x, y]) => canvas.dispatchEvent(new MouseEvent(kind, {
    clientX: box.left + x * box.width, clientY: box.top + y * box.height,
    bubbles: true,
  }));
  const points = %s;
  send("mousedown", points[0]);
  points.forEach(point => send("mousemove", point));
  send("mouseup", points.at(-1));
}"""

_OPTION = """widget => {
  const menu = widget.querySelector(".digits-options select");
  menu.selectedIndex = menu.selectedIndex === 1 ? 0 : 1;
  menu.dispatchEvent(new Event("change", {bubbles: true}));
}"""

# The last change of the sheet before a second of silence is the final one; it is on the
# screen a frame later. One that comes out the same is done when it is no longer dim.
_TIMED = """(widget, act) => new Promise(resolve => {
  let changed = 0;
  const note = () => requestAnimationFrame(() => setTimeout(() => {
    changed = performance.now();
  }));
  const watch = new MutationObserver(events => {
    const isSheet = events.some(({type, target, addedNodes}) => type === "attributes"
      ? target.matches(".digits-sheet-frame:not(.digits-stale)")
      : [target, ...addedNodes].some(node =>
        (node.textContent ?? "").includes("--strip")));
    if (isSheet) note();
  });
  watch.observe(widget, {
    attributeFilter: ["class"], childList: true, subtree: true, characterData: true,
  });
  const start = performance.now();
  eval(act)(widget);
  const look = () => {
    if (changed && performance.now() - changed > 1000) {
      watch.disconnect();
      return resolve([changed - start]);
    }
    setTimeout(look, 50);
  };
  look();
})"""

_SETTLED = """widget => new Promise(resolve => {
  let last = performance.now();
  const watch = new MutationObserver(() => { last = performance.now(); });
  watch.observe(widget, {childList: true, subtree: true, characterData: true});
  const look = () => {
    if (performance.now() - last > 700) { watch.disconnect(); return resolve(); }
    setTimeout(look, 50);
  };
  look();
})"""
