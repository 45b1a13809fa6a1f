"""Records the README's moving picture, in both themes, into docs/pictures/.

A 7 drawn in a corner is misread the way of 2020, and read the way of today. It starts a
model server, a JupyterLab and a browser of its own, and draws by mouse.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, expect

from digits_widget.drawing import Drawing
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.samples import sample
from tools.lab import Lab, chromium
from tools.notebook_page import NotebookPage
from tools.screenshots import NAMED, README, THEMES

SMALL = Drawing.from_points([0.68 + 0.26 * stroke.points for stroke in sample(7)])

Frame = tuple[Image.Image, int]
"""A picture, and the milliseconds that it stays."""

REST = 1500
"""Milliseconds after which nothing moves any more: the ink has travelled."""

STRIDE = 2
"""Points of a stroke between two frames."""


def main() -> int:
    """Record both themes; return the exit code."""
    with (
        EmbeddedServer() as server,
        Lab({"DIGITS_SERVER": server.target}) as lab,
        chromium() as browser,
    ):
        for theme, setting in THEMES.items():
            lab.set(theme=setting)
            frames = list(record(lab, browser))
            write(frames, README / f"corner-{theme}.webp")
            frames[-1][0].save(README / f"corner-{theme}.png", optimize=True)
    return 0


def record(lab: Lab, browser: Browser) -> Iterator[Frame]:
    """Yield the scene: draw as in 2020, see the mistake, and go back to today."""
    page = browser.new_page(viewport={"width": 1280, "height": 1200})
    notebook = NotebookPage(page, lab, lab.notebook([NAMED]))
    notebook.show_widget()
    # Only a drawing can be read the way of 2020; the next one then is, too.
    notebook.draw(SMALL)
    notebook.press("2020")
    notebook.press("Clear")
    yield _shot(notebook), 1000
    (stroke,) = SMALL
    points = stroke.points.tolist()
    for count in range(STRIDE, len(points), STRIDE):
        notebook.drag(points[:count])
        yield _shot(notebook), 120
        notebook.press("Undo")
    notebook.drag(points)
    expect(notebook.best).to_have_text("2")
    yield _shot(notebook), 3000
    notebook.press("Today")
    expect(notebook.best).to_have_text("7")
    yield _shot(notebook), 4000
    page.close()


def _shot(notebook: NotebookPage) -> Image.Image:
    """Photograph the widget above its tabs."""
    notebook.python("widget.wait()")
    notebook.page.mouse.move(2, 2)
    notebook.page.wait_for_timeout(REST)
    top = notebook.widget.bounding_box()
    tabs = notebook.widget.get_by_role(
        "button", name="Steps", exact=True
    ).bounding_box()
    if not (top and tabs):
        msg = "The widget is not on the page."
        raise RuntimeError(msg)
    taken = notebook.page.screenshot(clip={**top, "height": tabs["y"] - top["y"]})
    return Image.open(io.BytesIO(taken)).convert("RGB")


def write(frames: list[Frame], path: Path) -> None:
    """Write an animated WebP that plays for ever."""
    pictures, durations = zip(*frames, strict=True)
    height = max(picture.height for picture in pictures)
    first, *others = (_as_high_as(height, picture) for picture in pictures)
    first.save(
        path,
        save_all=True,
        append_images=others,
        duration=list(durations),
        loop=0,
        lossless=True,
        method=6,
    )


def _as_high_as(height: int, picture: Image.Image) -> Image.Image:
    """Continue the ground below a picture: the widget grows with what it shows."""
    sheet = Image.new("RGB", (picture.width, height), picture.getpixel((0, 0)))
    sheet.paste(picture)
    return sheet


if __name__ == "__main__":
    sys.exit(main())
