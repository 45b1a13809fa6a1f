"""The stations of the road, as HTML: a small tile for each step, and for the call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from digits_widget.prediction import Prediction
from digits_widget.state import State
from digits_widget.trace import Snapshot, Trace
from digits_widget.widget.panels.steps.step_strip import arrow, box, picture

SIDE = 84
"""Side of a tile in CSS pixels: three for each pixel of the tensor."""

_TENSOR = 28
"""Side of the tensor. Smaller images keep its scale, so that sizes can be compared."""

_STEPS, _WIRE, _MODEL = "Steps", "Wire", "Inside"
"""Titles of the tabs that the stations open."""


def road(state: State, titles: Sequence[str]) -> str:
    """Return all stations of a state.

    Parameters
    ----------
    state : State
        Has the drawing; without a trace, the tiles are empty.
    titles : sequence of str
        Titles of the steps on a blank sheet.
    """
    trace = state.trace
    steps = _steps(trace) if trace else [_station(title, "", "") for title in titles]
    answer = state.prediction or state.previous
    # The page moves the ink along the road once for each answer: see road.js.
    arrived = str(state.revision) if state.prediction and not state.is_past else ""
    stale = "" if state.prediction or not answer else " digits-stale"
    return (
        f'<ol class="digits-road{stale}" data-arrived="{arrived}">'
        f"{''.join(steps)}{_call(answer)}</ol>"
    )


def _steps(trace: Trace) -> list[str]:
    shots = trace.snapshots
    befores = (None, *shots[:-1])
    afters = (*shots[1:], None)
    return [_step(*three) for three in zip(shots, befores, afters, strict=True)]


def _step(shot: Snapshot, before: Snapshot | None, after: Snapshot | None) -> str:
    rows, cols = shot.shown.shape[:2]
    marks = (box(after, shot) if after else "") + arrow(shot)
    begin = _begin(shot, before) if before else ""
    style = f'style="--digits-begin:{begin or "none"}"'
    tile = (
        f'<span class="digits-station-picture" {style}>'
        f"{picture(shot.shown, _side(rows, cols))}{marks}</span>"
    )
    return _station(shot.title, tile, f"{cols}x{rows}", words=shot.caption)


def _side(rows: int, cols: int) -> int:
    longest = max(rows, cols)
    return SIDE // _TENSOR * longest if longest <= _TENSOR else SIDE


def _begin(shot: Snapshot, before: Snapshot) -> str:
    """Return where the picture was a step ago, as a CSS transform."""
    rows, cols = before.shown.shape[:2]
    scale = _side(rows, cols) / max(rows, cols)
    size = _side(*shot.shown.shape[:2])
    if kept := shot.decided.get("box"):
        left, top, right, bottom = kept
        x = ((left + right) / 2 - cols / 2) * scale
        y = ((top + bottom) / 2 - rows / 2) * scale
        share = max(right - left, bottom - top) * scale / size
        return f"translate({x:.1f}px,{y:.1f}px) scale({share:.3f})"
    if shift := shot.decided.get("shift"):
        right, down = (-SIDE / _TENSOR * each for each in shift)
        return f"translate({right:.1f}px,{down:.1f}px)"
    return f"scale({_side(rows, cols) / size:.3f})"


def _call(answer: Prediction | None) -> str:
    if answer is None:
        return _station("Request", "", "", opens=_WIRE) + _station(
            "Model", "", "", opens=_MODEL
        )
    if not answer.request_bytes:
        return _station(
            "Your function",
            _words("runs in", "this kernel"),
            "nothing is sent",
            opens=_MODEL,
        )
    version = "" if answer.version is None else f"version {answer.version}"
    milliseconds = f"{1000 * answer.timing.total:.1f} ms"
    return _station(
        "Request",
        _words(f"<b>{answer.request_bytes:,}</b>", "bytes"),
        milliseconds,
        opens=_WIRE,
        kind="digits-station-request",
    ) + _station(
        "Model",
        _words(f"<b>{escape(answer.model)}</b>", version),
        f"{answer.response_bytes:,} bytes<i> back</i>",
        opens=_MODEL,
        kind="digits-station-model",
    )


def _words(*lines: str) -> str:
    return f'<span class="digits-station-words">{"<br>".join(lines)}</span>'


def _station(
    title: str,
    tile: str,
    caption: str,
    *,
    words: str = "",
    opens: str = _STEPS,
    kind: str = "",
) -> str:
    hint = escape(" ".join(filter(None, (f"{title}.", words, f"Open {opens}."))))
    # ImageMagick is wider than a small tile.
    name = re.sub("(?<=[a-z])(?=[A-Z])", "<wbr>", escape(title))
    return (
        f'<li class="digits-station {kind}"><button type="button" title="{hint}" '
        f'aria-label="{hint}" data-opens="{opens}"><b>{name}</b>'
        f'<span class="digits-station-tile">{tile}</span><small>{caption}</small>'
        "</button></li>"
    )
