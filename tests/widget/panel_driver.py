"""`PanelDriver`: uses the widget, or a panel of it, as a person in front of it does.

It finds controls by what is written on them, presses keys, moves the pen, and reads
sentences, tiles and bars. It knows widgets of ipywidgets and the HTML on the screen,
and nothing of the objects behind them: tests that use it outlive those objects.
"""

from __future__ import annotations

import base64
import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import ipycanvas
import numpy as np
from bs4 import BeautifulSoup, Tag
from ipywidgets import (
    HTML,
    BoundedFloatText,
    BoundedIntText,
    Box,
    Button,
    Checkbox,
    DOMWidget,
    Dropdown,
    FileUpload,
    FloatLogSlider,
    FloatSlider,
    IntSlider,
    Label,
    Stack,
    Text,
    Textarea,
    ToggleButton,
    ToggleButtons,
    ValueWidget,
    Widget,
)
from numpy.typing import NDArray
from PIL import Image

from digits_widget.drawing import Drawing
from digits_widget.widget.overlay import Overlay

WAIT = 20.0
"""Seconds that anything on the screen may take, also beside a load."""

Place = tuple[float, float]
"""x and y on a canvas, as shares of its sides, from the left and the top."""


class NotOnScreenError(AssertionError):
    """A person would not find this on the screen, or could not use it."""


@dataclass(frozen=True)
class Tile:
    """One step of the filmstrip, as it is seen."""

    title: str
    caption: str
    numbers: str
    aria_label: str
    """What a screen reader says; empty without a picture."""
    picture: NDArray[np.uint8] | None
    """Pixels, black is ink; None while nothing is drawn."""
    marks: Tag | None
    """The SVG over the picture."""


@dataclass(frozen=True)
class Strip:
    """A row of tiles, and what the model reads at its end."""

    name: str
    tiles: tuple[Tile, ...]
    answer: str
    """A digit, or a question mark."""
    remark: str
    """What stands under the answer."""


@dataclass(frozen=True)
class Bar:
    """A bar of the ten."""

    digit: int
    number: str
    """As written beside it; empty without an answer."""
    begin: float
    length: float
    """In percent of the track."""
    mark: str
    """A sign that says that this is the highest; empty at all others."""


class Paper:
    """What stands on a canvas, as whoever looks at it sees it.

    Parameters
    ----------
    canvas : Canvas
        Painted on from now on.
    """

    def __init__(self, canvas: ipycanvas.Canvas) -> None:
        self.sheets: list[list[NDArray[np.float64]]] = [[]]
        """Lines, (n, 2) in shares of the canvas, on each new sheet; a dot is one point.

        The last sheet is the one that is seen.
        """
        self._side = canvas.width
        for name, seen in (
            ("fill_rect", self._renew),
            ("stroke_lines", self._line),
            ("fill_circle", self._dot),
        ):
            setattr(canvas, name, _then(getattr(canvas, name), seen))

    def has(self, drawing: Drawing) -> bool:
        """Whether exactly this was painted on a new sheet, a line for each stroke."""
        lines = self.sheets[-1]
        strokes = [stroke.points for stroke in drawing]
        return len(lines) == len(strokes) and all(map(np.allclose, lines, strokes))

    def _renew(self, *_place: float) -> None:
        self.sheets.append([])

    def _line(self, points: NDArray[np.float64]) -> None:
        self.sheets[-1].append(np.asarray(points) / self._side)

    def _dot(self, x: float, y: float, _radius: float) -> None:
        self.sheets[-1].append(np.array([[x, y]]) / self._side)


class PanelDriver:
    """A widget, and somebody who uses it.

    Parameters
    ----------
    root : DOMWidget
        What is on the screen: a `DigitsWidget`, or a part of it in a cell of its own.
    settled : callable, optional
        Returns once nothing works in the background any more.
    """

    def __init__(
        self, root: DOMWidget, settled: Callable[[], None] | None = None
    ) -> None:
        self._root = root
        self._settled = settled
        self._page: PanelDriver = self
        self._is_seen = False
        self._views: dict[int, Widget] = {}

    # Being there.

    def see(self) -> PanelDriver:
        """Show it on a screen; return itself.

        A browser counts the views of each widget. Whatever is opened from now on is
        seen, whatever is shut is no longer.
        """
        self._page._is_seen = True
        self._follow()
        return self

    def leave(self) -> None:
        """Take it off the screen, as when its cell runs again."""
        self._page._is_seen = False
        self._follow()

    def report(self, event: str, **more: object) -> None:
        """Send what a page tells by itself: `event` as of `Overlay.on`."""
        for overlay in {x for x in _tree(self._page._root) if isinstance(x, Overlay)}:
            overlay._handle_custom_msg({"event": event, **more}, [])

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Wait until `condition` is true; fail with what is on the screen if never."""
        deadline = time.monotonic() + WAIT
        while True:
            self._follow()
            if condition():
                return
            if time.monotonic() > deadline:
                msg = f"Waited {WAIT:g} s in vain. On the screen: {self.shown_text()}"
                raise AssertionError(msg)
            time.sleep(0.003)

    def wait_for(self, words: str) -> None:
        """Wait until `words` are on the screen."""
        self.wait_until(lambda: words in self.shown_text())

    def wait_for_sentence(self, words: str) -> None:
        """Wait until the panel says exactly this."""
        self.wait_until(lambda: self.sentence() == words)

    def settle(self) -> None:
        """Wait until nothing works in the background any more."""
        assert self._settled, "Only a driver of the fixture `look` can tell."
        self._settled()
        self._follow()

    # Hands.

    def open_panel(self, name: str) -> PanelDriver:
        """Open a panel by its name in the row; return a driver of it alone."""
        self.click(name)
        (deck,) = (
            box
            for box in self._shown()
            if any(
                isinstance(child, ToggleButtons) and _has(child, name)
                for child in _children(box)
            )
        )
        return self._part(_children(deck)[-1])

    def click(self, label: str) -> None:
        """Press a button, tick a box, or take one of several buttons in a row."""
        found = self._find(label, (Button, ToggleButton, Checkbox), options=True)
        if isinstance(found, Button):
            found.click()
        elif isinstance(found, ToggleButtons):
            found.index = _option(found, label)
        else:
            found.value = not found.value
        self._follow()

    def choose(self, label: str, option: str) -> None:
        """Choose from a menu, or a named row of buttons, by the option's own words."""
        found = self._find(label, _SELECTIONS)
        index = _option(found, option)
        if index is None:
            _fail(f"{label!r} has no option {option!r}", _options(found))
        found.index = index
        self._follow()

    def set(self, label: str, value: Any) -> None:
        """Move a slider, or type into a field, as far as it goes."""
        found = self._find(label, _FIELDS)
        if hasattr(found, "min"):
            low, high = _limits(found)
            assert low <= value <= high, f"{label}: {value}, {low} to {high}"
        found.value = value
        self._follow()

    def upload(self, name: str, content: bytes) -> None:
        """Choose a file on the person's own disk."""
        (field,) = (each for each in self._shown() if isinstance(each, FileUpload))
        file = {"name": name, "type": "", "size": len(content), "content": content}
        field.value = ({**file, "last_modified": datetime.now(UTC)},)
        self._follow()

    def send(self, event: str, *places: Place, **keys: object) -> None:
        """Send an event of the canvas, as ipycanvas has it from a browser."""
        canvas = self._canvas()
        points = [{"x": x * canvas.width, "y": y * canvas.height} for x, y in places]
        content: dict[str, Any] = {"event": event, **keys}
        if event.startswith("touch"):
            content["touches"] = points
        elif points:
            content.update(points[0])
        canvas._handle_frontend_event(canvas, content, [])

    def stroke(self, *places: Place) -> None:
        """Draw a line with the mouse."""
        self.send("mouse_down", places[0])
        for place in places[1:]:
            self.send("mouse_move", place)
        self.send("mouse_up", places[-1])
        self._follow()

    def point_at(self, place: Place) -> None:
        """Move the mouse over the canvas, no button pressed."""
        self.send("mouse_move", place)

    def press_key(
        self, *keys: str, shift: bool = False, control: bool = False, meta: bool = False
    ) -> None:
        """Press keys, one after the other, while the focus is on the canvas."""
        held = {"shift_key": shift, "ctrl_key": control, "meta_key": meta}
        for key in keys:
            self.send("key_down", key=key, **held)

    def paper(self) -> Paper:
        """Return what is painted on the canvas from now on."""
        return Paper(self._canvas())

    # Eyes: controls.

    def part(self, label: str) -> PanelDriver:
        """Return a driver of the box around the only control with this label."""
        parts = self.parts(label)
        if len(parts) != 1:
            _fail(f"{len(parts)} boxes have a control {label!r}, not one", self.labels)
        return parts[0]

    def parts(self, label: str) -> list[PanelDriver]:
        """Return drivers of the boxes around each control with this label."""
        return [
            self._part(box)
            for box in self._shown()
            if isinstance(box, Box)
            and any(label in _names(child) for child in _visible_children(box))
        ]

    @property
    def labels(self) -> list[str]:
        """What is written on the controls on the screen, in order."""
        return [_label(each) for each in self._controls()]

    def identity(self, label: str) -> int:
        """Return what tells a control from one that takes its place."""
        return id(self._find(label, ValueWidget | Button, even_greyed=True))

    def has(self, label: str) -> bool:
        """Whether a control with this label is on the screen."""
        return any(
            label in _names(each)
            or (isinstance(each, ToggleButtons) and _option(each, label) is not None)
            for each in self._controls()
        )

    def is_enabled(self, label: str) -> bool:
        """Whether a control can be used; greyed out if not."""
        return not self._find(label, ValueWidget | Button, even_greyed=True).disabled

    def value(self, label: str) -> Any:
        """Return what a control stands at: an option's own words, text, or a number.

        A row of buttons without a name is found by any of its options.
        """
        found = self._find(label, ValueWidget, options=True, even_greyed=True)
        if isinstance(found, _SELECTIONS):
            return found.label
        return found.value

    def options(self, label: str) -> list[str]:
        """Return what a menu or a row of buttons offers, found as for `value`."""
        found = self._find(label, _SELECTIONS, options=True, even_greyed=True)
        return _options(found)

    def limits(self, label: str) -> tuple[float, float]:
        """Return how far a slider or a number goes."""
        return _limits(self._find(label, _FIELDS, even_greyed=True))

    def tooltip(self, label: str) -> str:
        """Return what is told about a button while the pointer rests on it."""
        found = self._find(label, ValueWidget | Button, options=True)
        if isinstance(found, ToggleButtons) and label not in _names(found):
            return str(found.tooltips[_option(found, label) or 0])
        return str(found.tooltip)

    # Eyes: words and pictures.

    @property
    def page(self) -> BeautifulSoup:
        """All HTML on the screen; of what is folded only the handle."""
        page = BeautifulSoup(self.html, "html.parser")
        for folded in page.select("details"):
            folded.replace_with(folded.summary or "")
        return page

    @property
    def html(self) -> str:
        """The same as text."""
        return "".join(
            each.value for each in self._shown() if isinstance(each, HTML | Label)
        )

    def shown_text(self) -> str:
        """Return all words on the screen but those on controls."""
        return _words(self.page)

    def sentence(self) -> str:
        """Return what the panel says in one line about how it stands.

        The headline over the bars, else the line that a screen reader says by itself,
        else the first that is a status or an alert.
        """
        page = self.page
        kinds = ".digits-sentence", "[aria-live]", "[role=status],[role=alert]"
        lines = [line for kind in kinds for line in page.select(kind)]
        return next((words for line in lines if (words := _words(line))), "")

    def problem(self) -> str:
        """Return what went wrong, as it is said; empty if nothing did."""
        return " ".join(_words(line) for line in self.page.select("[role=alert]"))

    def dimmed(self) -> list[str]:
        """Return the words that are dimmed, because they are about something older."""
        boxes = [each for each in self._shown() if _DIMMED in _classes(each)]
        words = [_words(each) for each in self.page.select(f".{_DIMMED}")]
        return [*words, *(self._part(box).shown_text() for box in boxes)]

    def has_style(self, name: str) -> bool:
        """Whether something on the screen has a class of the style sheet."""
        return any(name in _classes(each) for each in self._shown())

    def strips(self) -> list[Strip]:
        """Return the rows of tiles."""
        boxes = [box for box in self._shown() if isinstance(box, Box)]
        pages = [
            BeautifulSoup("".join(c.value for c in words), "html.parser")
            for box in boxes
            if (words := [c for c in _visible_children(box) if isinstance(c, HTML)])
        ]
        return [_strip_of(page) for page in pages if page.select_one(".digits-answer")]

    def tiles(self) -> tuple[Tile, ...]:
        """Return the tiles of the only row, or of the first."""
        return self.strips()[0].tiles

    def pictures(self) -> list[NDArray[np.uint8]]:
        """Return the pixels of all pictures on the screen."""
        return _pictures(self.html)

    def bars(self) -> list[Bar]:
        """Return the ten bars, from the top."""
        return [_bar(row) for row in self.page.select("table.digits-bars tr")]

    def captions(self, kind: str = "said") -> dict[str, str]:
        """Return what a style sheet writes on buttons, by what they stand for."""
        rule = rf'data-value="([\w-]+)"\]\{{[^}}]*?--{kind}:"(.*?)"'
        return dict(re.findall(rule, self._style()))

    def accented(self) -> list[str]:
        """Return which of those buttons have a colour of their own."""
        rule = r'data-value="([\w-]+)"\]\{[^}]*?--digits-apart'
        return re.findall(rule, self._style())

    def downloads(self) -> dict[str, bytes]:
        """Return the files that links on the screen lead to, by name."""
        return {
            str(link["download"]): base64.b64decode(str(link["href"]).partition(",")[2])
            for link in self.page.select("a[download]")
        }

    # Inside.

    def _follow(self) -> None:
        """Count views as a browser does, for what has come and what has gone."""
        page = self._page
        there = {
            id(each): each
            for each in (_tree(page._root) if page._is_seen else ())
            if each._view_count is not None
        }
        before, page._views = page._views, there
        for key in before.keys() - there.keys():
            before[key]._view_count -= 1
        # A box comes before what is in it, as in a browser.
        for key in (key for key in there if key not in before):
            there[key]._view_count += 1
        if bool(before) != bool(there):
            self.report("seen", tab=str(id(page)), count=int(page._is_seen))

    def _part(self, root: DOMWidget) -> PanelDriver:
        part = PanelDriver(root, self._settled)
        part._page = self._page
        return part

    def _canvas(self) -> ipycanvas.Canvas:
        (canvas,) = (x for x in self._shown() if isinstance(x, ipycanvas.Canvas))
        return canvas

    def _shown(self) -> Iterator[Widget]:
        return _visible(self._root)

    def _controls(self) -> list[Widget]:
        return [
            each
            for each in self._shown()
            if isinstance(each, ValueWidget | Button)
            and not isinstance(each, HTML | Label)
        ]

    def _style(self) -> str:
        """Return all style sheets: they count also where they are not seen."""
        htmls = (each for each in _tree(self._root) if isinstance(each, HTML))
        return "".join(
            re.findall("<style>(.*?)</style>", "".join(x.value for x in htmls))
        )

    def _find(
        self,
        label: str,
        kinds: Any,
        *,
        options: bool = False,
        even_greyed: bool = False,
    ) -> Any:
        """Return the only control on the screen with this label."""
        found = [
            each
            for each in self._controls()
            if (isinstance(each, kinds) and label in _names(each))
            or (options and isinstance(each, ToggleButtons) and _has(each, label))
        ]
        if len(found) != 1:
            many = f"{len(found)} controls are" if found else "Nothing is"
            _fail(f"{many} called {label!r}", self._all_labels())
        if found[0].disabled and not even_greyed:
            _fail(f"{label!r} is greyed out", self._all_labels())
        return found[0]

    def _all_labels(self) -> list[str]:
        rows = (each for each in self._controls() if isinstance(each, ToggleButtons))
        return [*filter(None, self.labels), *(x for row in rows for x in _options(row))]


_DIMMED = "digits-stale"
_BLOCKS = re.compile("^(p|div|t[hdr]|li|br|pre|caption|figcaption|summary|small)$")
_FIELDS = (
    Text,
    Textarea,
    IntSlider,
    FloatSlider,
    FloatLogSlider,
    BoundedIntText,
    BoundedFloatText,
)
_SELECTIONS = (Dropdown, ToggleButtons)


def _then(act: Callable[..., Any], seen: Callable[..., None]) -> Callable[..., None]:
    def both(*arguments: Any) -> None:
        act(*arguments)
        seen(*arguments)

    return both


def _fail(what: str, there: list[str]) -> None:
    msg = f"{what}. On the screen: {', '.join(map(repr, there)) or 'no controls'}."
    raise NotOnScreenError(msg)


def _limits(field: Any) -> tuple[float, float]:
    if isinstance(field, FloatLogSlider):
        return field.base**field.min, field.base**field.max
    return field.min, field.max


def _children(widget: Widget) -> tuple[Widget, ...]:
    """Return what stands in a box; in a stack, only what is chosen."""
    children = tuple(getattr(widget, "children", ()))
    if isinstance(widget, Stack):
        return children[widget.selected_index : widget.selected_index + 1]
    return children


def _tree(widget: Widget) -> Iterator[Widget]:
    yield widget
    for child in _children(widget):
        yield from _tree(child)


def _visible(widget: Widget) -> Iterator[Widget]:
    if _is_visible(widget):
        yield widget
        for child in _children(widget):
            yield from _visible(child)


def _visible_children(box: Widget) -> list[Widget]:
    return [child for child in _children(box) if _is_visible(child)]


def _is_visible(widget: Widget) -> bool:
    return {"none", "hidden"}.isdisjoint(
        {widget.layout.display, widget.layout.visibility}
    )


def _classes(widget: Widget) -> tuple[str, ...]:
    return tuple(getattr(widget, "_dom_classes", ()))


def _names(widget: Widget) -> set[str]:
    if isinstance(widget, HTML | Label) or not isinstance(widget, ValueWidget | Button):
        return set()
    return {each for each in (widget.description, widget.tooltip) if each}


def _label(widget: Widget) -> str:
    return str(widget.description or widget.tooltip or "")


def _options(selection: Any) -> list[str]:
    return list(selection._options_labels)


def _has(selection: Any, label: str) -> bool:
    return label not in _names(selection) and _option(selection, label) is not None


def _option(selection: Any, label: str) -> int | None:
    """Return the place of an option, by its words or by what is told about it."""
    tooltips = list(getattr(selection, "tooltips", None) or ())
    for words in (_options(selection), tooltips):
        if label in words:
            return words.index(label)
    return None


def _words(part: Tag) -> str:
    """Return the words of a part of a page, as they are read."""
    copy = BeautifulSoup(str(part), "html.parser")
    for unseen in copy.select("style, script"):
        unseen.decompose()
    for block in copy.find_all(_BLOCKS):
        block.insert(0, " ")
        block.append(" ")
    # A space that does not break stays what it is.
    return re.sub("[ \n\t]+", " ", copy.get_text()).strip()


def _pictures(html: str) -> list[NDArray[np.uint8]]:
    pngs = re.findall(r"data:image/png;base64,([^\")]+)", html)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(png)))) for png in pngs]


def _strip_of(page: BeautifulSoup) -> Strip:
    answer = page.select_one(".digits-answer")
    assert answer
    name = page.find("b", recursive=False)
    digit, remark = answer.select_one(".digits-tile"), answer.find("p")
    return Strip(
        name=name.get_text() if name else "",
        tiles=tuple(_tile(each) for each in page.select("ol.digits-tiles > li")),
        answer=digit.get_text() if digit else "",
        remark=remark.get_text() if remark else "",
    )


def _tile(item: Tag) -> Tile:
    image = item.select_one("[aria-label]")
    pictures = _pictures(str(item))
    return Tile(
        title="".join(each.get_text() for each in item.select("b")),
        caption="".join(each.get_text() for each in item.select("p")),
        numbers="".join(each.get_text() for each in item.select("small")),
        aria_label=str(image["aria-label"]) if image else "",
        picture=pictures[0] if pictures else None,
        marks=item.find("svg"),
    )


def _bar(row: Tag) -> Bar:
    digit, track, number, mark = row.find_all(["th", "td"])
    style = dict(re.findall(r"([\w-]+):([\d.]+)%", str(track)))
    return Bar(
        digit=int(digit.get_text()),
        number=number.get_text(),
        begin=float(style.get("margin-left", 0)),
        length=float(style["width"]),
        mark=mark.get_text(),
    )
