"""The pages of the Python interface: which names, on which page, in which order.

What is public says the package itself: the names in ``__all__`` of each room, and all
that stands in the files at the top. The docstrings are read by Sphinx.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import digits_widget

FOLDER = "reference/python"

ROOMS = {
    "steps": "The preprocessing steps",
    "dithering": "Dithering",
    "serving": "The client",
    "widget": "The widget",
    "diagnostics": "The doctor",
    "samples": "Bundled drawings",
    "course": "The course",
}
"""Rooms that say with ``__all__`` what they offer, or offer it in their own file."""

FILES = {
    "model_server": ("The embedded server", ("embedded", "ports")),
    "training": (
        "Training and export",
        ("export", "publish", "source", "train", "train_robust", "warm_up"),
    ),
}
"""Rooms of which a user calls some files."""

WHOLE = {
    "classroom": "A class",
    "evaluation": "Evaluation",
    "figures": "Figures",
    "insight": "What may be asked about a drawing",
    "datasets": "Labelled digits",
    "protocol": "TensorFlow Serving's language",
}
"""Rooms of which every file is for users."""

ROAD = (
    "stroke",
    "drawing",
    "raster",
    "picture",
    "pipeline",
    "trace",
    "prediction",
    "session",
    "state",
    "errors",
)
"""Files at the top to be read first, in this order."""


def name_pages() -> dict[str, str]:
    """Return reStructuredText by path."""
    pages = {"story": _story()}
    pages |= {room: _room(room, title) for room, title in ROOMS.items()}
    pages |= {room: _files(title, room, _all_of(room)) for room, title in WHOLE.items()}
    pages |= {
        room: _files(title, room, files) for room, (title, files) in FILES.items()
    }
    index = _index(["story", *sorted(pages.keys() - {"story"})])
    return {f"{FOLDER}/{name}.rst": text for name, text in pages.items()} | {
        f"{FOLDER}/index.rst": index
    }


def _index(pages: list[str]) -> str:
    names = "\n".join(f"* `{name}`" for name in digits_widget.__all__)
    listed = "\n".join(f"   {page}" for page in pages)
    return (
        f"{_title('Python')}.. automodule:: digits_widget\n\n"
        f"The front door offers:\n\n{names}\n\n"
        f"{_title('Rooms', '-')}.. toctree::\n   :maxdepth: 2\n\n{listed}\n"
    )


def _story() -> str:
    """Return the files at the top of the package, which follow the ink."""
    folder = Path(digits_widget.__file__).parent
    files = {p.stem for p in folder.glob("*.py") if not p.stem.startswith("_")}
    others = sorted(files - {*ROAD})
    modules = "".join(_module(f"digits_widget.{name}") for name in (*ROAD, *others))
    return _title("The story: from strokes to confidences") + modules


def _all_of(room: str) -> tuple[str, ...]:
    folder = Path(digits_widget.__file__).parent / room
    return tuple(sorted(p.stem for p in folder.glob("*.py") if p.stem[0] != "_"))


def _files(title: str, room: str, files: tuple[str, ...]) -> str:
    modules = "".join(_module(f"digits_widget.{room}.{name}") for name in files)
    return _title(title) + modules


def _module(name: str) -> str:
    return f"{_title(name, '-')}.. automodule:: {name}\n   :members:\n\n"


def _room(room: str, title: str) -> str:
    module = importlib.import_module(f"digits_widget.{room}")
    if not hasattr(module, "__all__"):
        return _title(title) + f".. automodule:: {module.__name__}\n   :members:\n\n"
    head = f"{_title(title)}.. automodule:: {module.__name__}\n\n"
    return head + "".join(_members(room, module))


def _members(room: str, module: ModuleType) -> Iterator[str]:
    for name in module.__all__:
        member = getattr(module, name)
        home = inspect.getmodule(member)
        if home and not home.__name__.startswith(module.__name__):
            continue  # Another page has it: that of the room it comes from.
        if inspect.isclass(member):
            yield _auto("autoclass", member, "   :members:\n")
        elif inspect.isfunction(member):
            yield _auto("autofunction", member, "")
        else:
            yield f".. autodata:: {_home_of(room, name)}\n   :no-value:\n\n"


def _auto(directive: str, member: object, options: str) -> str:
    home, name = inspect.getmodule(member), getattr(member, "__name__", "")
    return f".. {directive}:: {home.__name__ if home else ''}.{name}\n{options}\n"


def _home_of(room: str, name: str) -> str:
    """Return where a value is assigned: the docstring stands only there."""
    folder = Path(digits_widget.__file__).parent / room
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if f"\n{name}:" in text or f"\n{name} =" in text:
            parts = path.relative_to(folder).with_suffix("").parts
            dotted = ".".join(part for part in parts if part != "__init__")
            return f"digits_widget.{room}{'.' * bool(dotted)}{dotted}.{name}"
    return f"digits_widget.{room}.{name}"


def _title(text: str, line: str = "=") -> str:
    return f"{text}\n{line * len(text)}\n\n"
