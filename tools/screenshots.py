"""Photographs the widget in JupyterLab, in both themes, into screenshots/.

Starts a model server, a JupyterLab and a browser of its own, and draws by mouse. The
pictures are for people to look at; no test compares them. With ``--readme`` those that
the README shows are renewed from them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, expect

from digits_widget.cli.rehearse import Announced, class_of_its_own
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.samples import sample
from tools.lab import Lab, chromium
from tools.notebook_page import NotebookPage, drag

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "screenshots"
README = ROOT / "docs" / "pictures"

TALLEST = 550
"""Rows of a panel that the README shows; a sheet or a table goes on below."""

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

WIDTHS = {"wide": 1280, "narrow": 760}
"""Of the window, in pixels; JupyterLab takes about 480 of them for itself."""

PANELS = {
    "Steps": "confident",
    "Inside": "on the way",
    "Dithering": "methods agree",
    "Compare": "say",
    "Why": "rests most",
    "Wire": "bytes out",
}
"""Every panel of the deck, and words that it shows when it is complete."""

NAMED = "from digits_widget import DigitsWidget\nwidget = DigitsWidget()\nwidget"
ABSENT = (
    "from digits_widget import DigitsWidget\n"
    'widget = DigitsWidget(server="127.0.0.1:1")\nwidget'
)
BROKEN = (
    "from digits_widget import DigitsWidget\nwidget = DigitsWidget()\n"
    "widget.observe(lambda change: 1 / 0, 'trace')\nwidget"
)


def main() -> int:
    """Take all pictures; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readme", action="store_true", help="renew docs/pictures/")
    renew = parser.parse_args().readme
    FOLDER.mkdir(exist_ok=True)
    with (
        EmbeddedServer() as server,
        Lab({"DIGITS_SERVER": server.target}) as lab,
        chromium() as browser,
    ):
        for theme, setting in THEMES.items():
            lab.set(theme=setting)
            for size, width in WIDTHS.items():
                _photograph(lab, browser, theme, size, width)
        with class_of_its_own() as (running, _process):
            _photograph_class(running, browser)
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")
    if renew:
        _renew_readme()
    return 0


def _renew_readme() -> None:
    """Write the README's pictures: the whole widget, and the top of each panel."""
    for theme in THEMES:
        _shrink(f"three-wide-{theme}", f"widget-{theme}", 0.75)
        for name in map(str.lower, PANELS):
            _shrink(f"{name}-wide-{theme}", f"panel-{name}-{theme}", 0.5, TALLEST)
        _shrink(f"class-wall-{theme}", f"class-wall-{theme}", 0.75)
        _shrink(f"class-phone-{theme}", f"class-phone-{theme}", 0.5)


def _shrink(shot: str, shown: str, scale: float, tallest: int | None = None) -> None:
    with Image.open(FOLDER / f"{shot}.png") as picture:
        size = (round(picture.width * scale), round(picture.height * scale))
        small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    rows = min(small.height, tallest or small.height)
    cut = small.crop((0, 0, small.width, rows)).quantize(256)
    cut.save(README / f"{shown}.png", optimize=True)


def _photograph(lab: Lab, browser: Browser, theme: str, size: str, width: int) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": 2600}, device_scale_factor=2
    )
    notebook = NotebookPage(page, lab, lab.notebook([NAMED, ABSENT, BROKEN]))

    def shoot(what: str) -> None:
        page.mouse.move(2, 2)
        notebook.python("widget.wait()")
        notebook.widget.screenshot(path=FOLDER / f"{what}-{size}-{theme}.png")

    notebook.show_widget()
    shoot("blank")
    notebook.draw(sample(3))
    expect(notebook.best).to_have_text("3")
    shoot("three")
    page.screenshot(path=FOLDER / f"notebook-{size}-{theme}.png")
    for name, words in PANELS.items():
        notebook.press(name)
        panel = notebook.widget.locator(".digits-tabs")
        expect(panel).to_contain_text(words)
        # What is older than the drawing is dimmed until it is new.
        expect(panel.locator(".digits-stale")).to_have_count(0)
        page.mouse.move(2, 2)
        panel.screenshot(path=FOLDER / f"{name.lower()}-{size}-{theme}.png")
    notebook.show_widget(1)
    notebook.draw(sample(4))
    expect(notebook.widget.locator(".digits-problem")).to_be_visible()
    shoot("problem")
    notebook.show_widget(2)
    notebook.draw(sample(5))
    expect(notebook.best).to_have_text("5")
    notebook.widget.locator("summary").click()
    shoot("error")
    page.close()


def _photograph_class(running: Announced, browser: Browser) -> None:
    """Let recorded hands hand digits in; take the wall, and a learner's phone."""
    play = ["rehearse", running.address, f"--code={running.code}", "--learners=12"]
    command = "import sys; from digits_widget.cli import main; sys.exit(main())"
    subprocess.run([sys.executable, "-c", command, *play], check=True)
    for theme in SCHEMES:
        wall = browser.new_page(
            viewport={"width": 1366, "height": 768}, color_scheme=theme
        )
        wall.goto(running.wall)
        expect(wall.locator("#sum")).to_contain_text("of 120 read as meant")
        wall.screenshot(path=FOLDER / f"class-wall-{theme}.png")
        wall.close()
        _photograph_phone(running, browser, theme)


def _photograph_phone(running: Announced, browser: Browser, theme: Scheme) -> None:
    phone = browser.new_page(
        viewport={"width": 390, "height": 780},
        device_scale_factor=2,
        color_scheme=theme,
    )
    phone.goto(f"{running.address}/#{running.code}")
    phone.get_by_label("Nickname").fill("otter")
    phone.get_by_role("button", name="Join").click()
    drag(phone.locator("#pad"), sample(0).strokes[0].points)
    expect(phone.locator("#headline")).to_contain_text("0, sure")
    phone.screenshot(path=FOLDER / f"class-phone-{theme}.png")
    phone.close()


if __name__ == "__main__":
    sys.exit(main())
