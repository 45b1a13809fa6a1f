"""`NotebookPage`: one notebook in a tab, as a person sees it.

Everything waits for conditions, never for time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from digits_widget.drawing import Drawing
from tools.lab import PATIENCE


class Place(Protocol):
    """A JupyterLab."""

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        ...


class NotebookPage:
    """One notebook in one tab.

    Parameters
    ----------
    page : Page
        An empty tab.
    lab : Lab or another place with a `url`
        Where the notebook is.
    name : str
        Of the notebook.
    """

    def __init__(self, page: Page, lab: Place, name: str) -> None:
        self.page = page
        self.errors: list[str] = []
        self._cell = 0
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        # In the server's one workspace, a page that is loaded again would open what the
        # other pages have opened, too, and find their widgets in place of its own.
        page.goto(f"{lab.url}/lab/workspaces/{uuid4().hex}/tree/{name}")
        self.wait_until_idle()

    def reload(self) -> None:
        """Load the page again, as a person does with F5."""
        self.page.reload()
        self.wait_until_idle()

    @property
    def widget(self) -> Locator:
        """The widget that was shown last."""
        cells = self.page.locator(".jp-Notebook .jp-CodeCell")
        return cells.nth(self._cell).locator(".digits-widget")

    @property
    def paper(self) -> Locator:
        """Its canvas."""
        return self.widget.locator(".digits-paper canvas")

    @property
    def sentence(self) -> Locator:
        """What the widget says about the drawing."""
        return self.widget.locator(".digits-sentence")

    @property
    def best(self) -> Locator:
        """The digit beside the marked bar; there is none on a blank sheet."""
        return self.widget.locator(".digits-bars:not(.digits-stale) .digits-best th")

    def wait_until_idle(self) -> None:
        """Wait for the kernel to be there and to have nothing to do."""
        self.page.wait_for_function(
            """() => {
              const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
              return context?.session?.kernel?.status === "idle" && context.isReady;
            }"""
        )

    def run(self, cell: int = 0) -> None:
        """Run a cell, and do not wait for its end."""
        self.page.evaluate(
            """cell => {
              jupyterapp.shell.currentWidget.content.activeCellIndex = cell;
              jupyterapp.commands.execute("notebook:run-cell");
            }""",
            cell,
        )

    def wait_until_busy(self) -> None:
        """Wait until the kernel is at work on a cell."""
        self.page.wait_for_function(
            "jupyterapp.shell.currentWidget.sessionContext.session.kernel.status"
            " === 'busy'"
        )

    def restart_kernel(self) -> None:
        """Restart the kernel, as its button does, without the question."""
        self.page.evaluate(
            "jupyterapp.shell.currentWidget.sessionContext.restartKernel()"
        )
        self.wait_until_idle()

    def python(self, code: str) -> str:
        """Run code in the kernel, beside the notebook, and return what it prints."""
        printed = self.page.evaluate(
            """async code => {
              const context = jupyterapp.shell.currentWidget.sessionContext;
              const future = context.session.kernel.requestExecute({code});
              let text = "";
              future.onIOPub = ({content}) => {
                text += content.text ?? (content.traceback ?? []).join("\\n");
              };
              await future.done;
              return text;
            }""",
            code,
        )
        return str(printed).strip()

    def echo(self) -> list[float]:
        """Return how long ten messages to the kernel and back took, in milliseconds."""
        times: list[float] = self.page.evaluate(_ECHO)
        return times

    def show_widget(self, cell: int = 0) -> None:
        """Run a cell and wait for its widget to be ready to draw."""
        self._cell = cell
        old = self.widget.element_handles()
        self.run(cell)
        for element in old:
            element.wait_for_element_state("hidden")
        self.wait_for_paper()

    def look_at(self, cell: int) -> None:
        """Go on with the widget that a cell has shown already."""
        self._cell = cell

    def wait_for_paper(self) -> None:
        """Wait until Python has painted the paper white."""
        expect(self.paper).to_be_visible()
        self.page.wait_for_function(
            "canvas => canvas.getContext('2d').getImageData(1, 1, 1, 1).data[3] == 255",
            arg=self.paper.element_handle(),
        )

    def draw(self, drawing: Drawing) -> None:
        """Draw with the mouse, as a hand does."""
        for stroke in drawing:
            self.drag(stroke.points.tolist())

    def drag(self, points: Iterable[Sequence[float]], *, release: bool = True) -> None:
        """Draw one stroke with the mouse through `points`, shares of the paper."""
        drag(self.paper, points, release=release)

    def wait_for_ink_like(self, pixels: int) -> None:
        """Wait for as much ink: edges differ a little by how it was painted."""
        self.wait_for_ink(above=round(0.98 * pixels), below=round(1.02 * pixels))

    def wait_for_ink(self, *, above: int = -1, below: int = 10**9) -> None:
        """Wait until the number of dark pixels on the paper is in between."""
        self.page.wait_for_function(
            f"([canvas, low, high]) => {{ const n = ({_INK})(canvas); "
            "return low < n && n < high; }",
            arg=[self.paper.element_handle(), above, below],
        )

    def ink(self) -> int:
        """Return the number of dark pixels, once Python has painted all of them."""
        self.paper.evaluate("canvas => { delete canvas.dark; }")
        found = self.page.wait_for_function(
            f"""canvas => {{
              const now = performance.now(), dark = ({_INK})(canvas);
              if (canvas.dark !== dark) [canvas.dark, canvas.since] = [dark, now];
              return now - canvas.since > {_RESTS} && {{dark}};
            }}""",
            arg=self.paper.element_handle(),
        )
        return int(found.evaluate("found => found.dark"))

    def press(self, label: str) -> None:
        """Press a button of the widget."""
        self.widget.get_by_role("button", name=label, exact=True).click()

    def contrast(self, words: str) -> float:
        """Return the contrast of text and ground, 1 to 21, at the first `words`."""
        contrast = None
        while contrast is None:
            contrast = self.widget.locator(words).first.evaluate(_CONTRAST)
        return float(contrast)

    def storm(self, *, strokes: int, moves: int) -> None:
        """Draw level strokes by sending events as fast as a fast mouse does."""
        self.paper.scroll_into_view_if_needed()
        self.paper.evaluate(_STROKES, [strokes, moves])


def drag(
    paper: Locator, points: Iterable[Sequence[float]], *, release: bool = True
) -> None:
    """Draw one stroke with the mouse on a canvas, through shares of its side."""
    paper.scroll_into_view_if_needed()
    box = paper.evaluate("canvas => canvas.getBoundingClientRect().toJSON()")
    places = [
        (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points
    ]
    mouse = paper.page.mouse
    mouse.move(*places[0])
    mouse.down()
    for place in places[1:]:
        mouse.move(*place)
    if release:
        mouse.up()


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

_RESTS = 600
"""Milliseconds without new ink after which Python has no more to paint: it paints about
thirty times a second."""

_INK = """canvas => {
  const {width, height} = canvas;
  const {data} = canvas.getContext("2d").getImageData(0, 0, width, height);
  let dark = 0;
  for (let i = 0; i < data.length; i += 4) dark += data[i + 3] > 127 && data[i] < 128;
  return dark;
}"""

_STROKES = """(canvas, [strokes, moves]) => {
  const {left, top, width, height} = canvas.getBoundingClientRect();
  const send = (kind, x, y) => canvas.dispatchEvent(new MouseEvent(kind, {
    clientX: left + x * width, clientY: top + y * height, bubbles: true,
  }));
  return new Promise(resolve => {
    const events = [];
    for (let stroke = 1; stroke <= strokes; stroke++) {
      const y = stroke / (strokes + 1);
      events.push(["mousedown", 0.01, y]);
      for (let i = 1; i <= moves; i++) events.push(["mousemove", i / (moves + 1), y]);
      events.push(["mouseup", 0.99, y]);
    }
    // About 240 a second: what a fast mouse sends at most.
    const next = () => {
      events.splice(0, 4).forEach(event => send(...event));
      events.length ? setTimeout(next, 16) : resolve();
    };
    next();
  });
}"""

_CONTRAST = """element => {
  // Replaced by a newer one meanwhile: it has no colours any more.
  if (!element.isConnected) return null;
  const shade = colour => {
    const parts = (colour.match(/[0-9.]+/g) ?? [0, 0, 0, 0]).map(Number);
    return {rgb: parts.slice(0, 3), alpha: parts[3] ?? 1};
  };
  let ground = {rgb: [255, 255, 255], alpha: 0};
  for (let at = element; at && ground.alpha < 1; at = at.parentElement) {
    ground = shade(getComputedStyle(at).backgroundColor);
  }
  const ink = shade(getComputedStyle(element).color);
  const mixed = ink.rgb.map((c, i) => ink.alpha * c + (1 - ink.alpha) * ground.rgb[i]);
  const light = rgb => {
    const [r, g, b] = rgb.map(c => c / 255)
      .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [a, b] = [light(mixed), light(ground.rgb)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}"""
