"""What a hand waits for, measured in a real browser on a real JupyterLab.

From a pointer move to its ink and from the release to the final bars, at 60 moves a
second, with the embedded model server. The peer is one message to the kernel and back
in the same page: nothing that ipycanvas draws can be faster than that.
"""

from __future__ import annotations

import numpy as np

from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.samples import sample
from tools.lab import Lab, chromium
from tools.notebook_page import NotebookPage

CELL = "from digits_widget import DigitsWidget\nwidget = DigitsWidget()\nwidget"
ROUNDS = 5


def main() -> None:
    """Print the table."""
    rows: dict[str, list[float]] = {"there and back": [], "ink": [], "bars": []}
    with (
        EmbeddedServer() as server,
        Lab({"DIGITS_SERVER": server.target}) as lab,
        chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        notebook = NotebookPage(page, lab, lab.notebook([CELL]))
        notebook.show_widget()
        # Thin, so that a point is not under the ink of the one before.
        notebook.python("widget._pad.pen_width = 4 / 280")
        points = sample(3).strokes[0].points.tolist()
        for _ in range(ROUNDS):
            rows["there and back"] += page.evaluate(_ECHO)
            measured = notebook.paper.evaluate(_STROKE, points)
            rows["ink"] += measured["ink"]
            rows["bars"] += measured["bars"]
            notebook.press("Clear")
            notebook.wait_for_ink(below=1)
    peer = float(np.median(rows["there and back"]))
    print(f"{'milliseconds':34}{'median':>8}{'p95':>8}{'ratio':>8}")
    for name, label in (
        ("there and back", "a message to the kernel and back"),
        ("ink", "pointer move to ink"),
        ("bars", "release to final bars"),
    ):
        median, p95 = np.percentile(rows[name], [50, 95])
        print(f"{label:34}{median:8.0f}{p95:8.0f}{median / peer:8.1f}")


_ECHO = """async () => {
  const {kernel} = jupyterapp.shell.currentWidget.sessionContext.session;
  const times = [];
  for (let i = 0; i < 10; i++) {
    const start = performance.now();
    await kernel.requestKernelInfo();
    times.push(performance.now() - start);
  }
  return times;
}"""

# The last change of the bars before half a second of silence is the final one.
_STROKE = """(canvas, points) => new Promise(resolve => {
  const box = canvas.getBoundingClientRect();
  const context = canvas.getContext("2d", {willReadFrequently: true});
  const send = (kind, [x, y]) => canvas.dispatchEvent(new MouseEvent(kind, {
    clientX: box.left + x * box.width, clientY: box.top + y * box.height, bubbles: true,
  }));
  const isDark = ([x, y]) => context.getImageData(
    Math.round(x * canvas.width), Math.round(y * canvas.height), 1, 1).data[0] < 128;
  const bars = canvas.closest(".digits-widget").querySelector(".digits-confidences");
  let changed = 0, released = 0, next = 0;
  new MutationObserver(() => {
    if (!bars.querySelector(".digits-stale")) changed = performance.now();
  }).observe(bars, {childList: true, subtree: true});
  const ink = [];
  let waiting = [];
  const frame = () => {
    const now = performance.now();
    waiting = waiting.filter(([point, sent]) => {
      if (isDark(point)) ink.push(now - sent);
      return !isDark(point);
    });
    if (next < points.length) {
      // What is under ink already, where lines cross, tells nothing.
      if (!isDark(points[next])) waiting.push([points[next], now]);
      send(next ? "mousemove" : "mousedown", points[next++]);
    } else if (!released) {
      released = performance.now();
      send("mouseup", points.at(-1));
    } else if (now - Math.max(released, changed) > 500) {
      return resolve({ink, bars: [Math.max(0, changed - released)]});
    }
    requestAnimationFrame(frame);
  };
  frame();
})"""
