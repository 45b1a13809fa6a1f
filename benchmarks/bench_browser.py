"""What a hand waits for, measured in a real browser on a real JupyterLab.

From a pointer move to its ink, from the release to the final bars, from these to the
layers in Inside, at 60 moves a second, with the embedded model server. There are two
inks: the one that the browser lays over the paper at once, which the hand sees, and the
one that Python has painted below it. The peer is one message to the kernel and back in
the same page: nothing that Python does can be faster than that.
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
    rows: dict[str, list[float]] = {"echo": [], "wet": [], "ink": [], "bars": []}
    layers: list[float] = []
    frames: list[float] = []
    with (
        EmbeddedServer() as server,
        Lab({"DIGITS_SERVER": server.target}) as lab,
        chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        notebook = NotebookPage(page, lab, lab.notebook([CELL]))
        notebook.show_widget()
        # Thin, so that a point is not under the ink of the one before.
        notebook.python("widget._controller.pen_width = 4 / 280")
        points = sample(3).strokes[0].points.tolist()
        for _ in range(ROUNDS):
            rows["echo"] += notebook.echo()
            measured = notebook.paper.evaluate(_STROKE, points)
            for name in ("wet", "ink", "bars"):
                rows[name] += measured[name]
            frames += measured["frames"]
            notebook.press("Clear")
            notebook.wait_for_ink(below=1)
        notebook.press("Inside")
        notebook.widget.locator(".digits-layers").wait_for(state="attached")
        for _ in range(ROUNDS):
            layers += notebook.paper.evaluate(_LAYERS, points)
            notebook.press("Clear")
            notebook.wait_for_ink(below=1)
    rows["layers"] = layers
    peer = float(np.median(rows["echo"]))
    print(f"{'milliseconds':34}{'median':>8}{'p95':>8}{'ratio':>8}")
    for name, label in (
        ("echo", "a message to the kernel and back"),
        ("wet", "pointer move to ink in the browser"),
        ("ink", "pointer move to ink from Python"),
        ("bars", "release to final bars"),
        ("layers", "final bars to their layers in Inside"),
    ):
        median, p95 = np.percentile(rows[name], [50, 95])
        print(f"{label:34}{median:8.0f}{p95:8.0f}{median / peer:8.1f}")
    over = sum(frame > 100 for frame in frames)
    print(f"frames while drawing: {len(frames)}, of which over 100 ms: {over}")


# The layers are asked about once the bars are known.
_LAYERS = """(canvas, points) => new Promise(resolve => {
  const box = canvas.getBoundingClientRect();
  const send = (kind, [x, y]) => canvas.dispatchEvent(new MouseEvent(kind, {
    clientX: box.left + x * box.width, clientY: box.top + y * box.height, bubbles: true,
  }));
  const root = canvas.closest(".digits-widget");
  const times = {};
  const watch = (name, element) => new MutationObserver(() => {
    times[name] = performance.now();
  }).observe(element, {childList: true, subtree: true});
  watch("bars", root.querySelector(".digits-confidences"));
  watch("layers", root.querySelector(".digits-layers"));
  points.forEach((place, number) => send(number ? "mousemove" : "mousedown", place));
  const released = performance.now();
  send("mouseup", points.at(-1));
  const rest = () => {
    const last = Math.max(released, times.bars ?? 0, times.layers ?? 0);
    if (times.layers && performance.now() - last > 700) {
      return resolve([Math.max(0, times.layers - times.bars)]);
    }
    requestAnimationFrame(rest);
  };
  rest();
})"""

# Each frame first looks for ink and then moves on, so what a move has changed counts
# from the next frame on, when it is on the screen. The last change of the bars before
# half a second of silence is the final one.
_STROKE = """(canvas, points) => new Promise(resolve => {
  const box = canvas.getBoundingClientRect();
  const context = canvas.getContext("2d", {willReadFrequently: true});
  const send = (kind, [x, y]) => canvas.dispatchEvent(new MouseEvent(kind, {
    clientX: box.left + x * box.width, clientY: box.top + y * box.height, bubbles: true,
  }));
  const isDark = ([x, y]) => context.getImageData(
    Math.round(x * canvas.width), Math.round(y * canvas.height), 1, 1).data[0] < 128;
  const sheet = canvas.closest(".digits-paper").querySelector(".digits-wet");
  const isWet = ([x, y]) => [...sheet?.children ?? []].some(line => {
    const place = sheet.createSVGPoint();
    [place.x, place.y] = [x, y];
    return line.isPointInStroke(place);
  });
  const bars = canvas.closest(".digits-widget").querySelector(".digits-confidences");
  let changed = 0, released = 0, next = 0, before = 0;
  new MutationObserver(() => {
    if (!bars.querySelector(".digits-stale")) changed = performance.now();
  }).observe(bars, {childList: true, subtree: true});
  const ink = [], wet = [], frames = [];
  let inking = [], wetting = [];
  const seen = (waiting, isThere, times, now) => waiting.filter(([point, sent]) => {
    const there = isThere(point);
    if (there) times.push(now - sent);
    return !there;
  });
  const frame = () => {
    const now = performance.now();
    inking = seen(inking, isDark, ink, now);
    wetting = seen(wetting, place => isWet(place) || isDark(place), wet, now);
    if (before && !released) frames.push(now - before);
    before = now;
    if (next < points.length) {
      const place = points[next];
      // What is under ink already, where lines cross, tells nothing.
      if (!isDark(place) && !isWet(place)) {
        inking.push([place, now]);
        wetting.push([place, now]);
      }
      send(next++ ? "mousemove" : "mousedown", place);
    } else if (!released) {
      released = performance.now();
      send("mouseup", points.at(-1));
    } else if (now - Math.max(released, changed) > 500) {
      return resolve({ink, wet, frames, bars: [Math.max(0, changed - released)]});
    }
    requestAnimationFrame(frame);
  };
  frame();
})"""
