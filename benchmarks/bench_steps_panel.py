"""From a step's parameter to its new tiles on the screen, in a real browser.

The box of a step is moved by its slider, and the preset by its menu, as by hand; each
time is from the event in the page to the frame that has the new tiles. The peer is one
message to the kernel and back in the same page.
"""

from __future__ import annotations

import numpy as np

from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.pipeline import PRESETS
from tools.lab import Lab, chromium
from tools.notebook_page import NotebookPage

CELL = "from digits_widget import DigitsWidget\nwidget = DigitsWidget()\nwidget"
ROUNDS = 5


def main() -> None:
    """Print the table."""
    rows: dict[str, list[float]] = {}
    with (
        EmbeddedServer() as server,
        Lab({"DIGITS_SERVER": server.target}) as lab,
        chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 1200})
        notebook = NotebookPage(page, lab, lab.notebook([CELL]))
        notebook.show_widget()
        notebook.python(
            "from digits_widget.samples import sample; widget.draw(sample(3))\n"
            "widget.wait()"
        )
        page.get_by_role("button", name="Change the steps").click()
        page.wait_for_selector(".digits-step .noUi-handle")
        for _ in range(ROUNDS):
            _add(rows, "a message to the kernel and back", notebook.echo())
            _add(rows, "one more pixel for the box", page.evaluate(_SLIDE))
        page.get_by_role("button", name="Change the steps").click()
        for _ in range(ROUNDS):
            for name in (*PRESETS, "mnist"):
                _add(rows, f"preset {name}", [page.evaluate(_CHOOSE, name)])
    peer = float(np.median(rows["a message to the kernel and back"]))
    print(f"{'milliseconds to new tiles':34}{'median':>8}{'p95':>8}{'ratio':>8}")
    for name, times in rows.items():
        median, p95 = np.percentile(times, [50, 95])
        print(f"{name:34}{median:8.0f}{p95:8.0f}{median / peer:8.1f}")


def _add(rows: dict[str, list[float]], name: str, times: list[float]) -> None:
    rows.setdefault(name, []).extend(time for time in times if time >= 0)


_PAINTED = """(act) => new Promise(resolve => {
  const tiles = document.querySelector(".digits-step-strip");
  const start = performance.now();
  const done = new MutationObserver(() => {
    done.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
  });
  done.observe(tiles, {childList: true, subtree: true, characterData: true});
  act();
})"""

_SLIDE = f"""async () => {{
  const painted = {_PAINTED};
  const names = [...document.querySelectorAll(".digits-step")];
  const fit = names.find(step => step.textContent.includes("Fit in a box"));
  const handle = fit.querySelector(".noUi-handle");
  const times = [];
  for (const key of ["ArrowRight", "ArrowLeft", "ArrowRight", "ArrowLeft"]) {{
    times.push(await painted(() => handle.dispatchEvent(
      new KeyboardEvent("keydown", {{key, bubbles: true, cancelable: true}}))));
    await new Promise(resolve => setTimeout(resolve, 300));
  }}
  return times;
}}"""

_CHOOSE = f"""async name => {{
  const painted = {_PAINTED};
  const menu = document.querySelector(".digits-preset select");
  // What is chosen already changes nothing.
  if (menu.value === name) return -1;
  const time = await painted(() => {{
    menu.value = name;
    menu.dispatchEvent(new Event("change", {{bubbles: true}}));
  }});
  await new Promise(resolve => setTimeout(resolve, 300));
  return time;
}}"""


if __name__ == "__main__":
    main()
