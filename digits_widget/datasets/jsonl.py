"""Writes labelled drawings as JSON lines, which `read_pen_digits` reads again."""

from __future__ import annotations

import json

from digits_widget.datasets.digits import LabelledDrawings


def labelled_lines(known: LabelledDrawings) -> str:
    """Return one line for each digit: `Drawing.to_json` and the label.

    `read_pen_digits` keeps the place, size, pen and eraser of such a drawing, unlike
    those of bare strokes, so that a model gets exactly the same drawing.

    Parameters
    ----------
    known : LabelledDrawings
        An empty set gives an empty text.
    """
    writers = known.writers or ("",) * len(known)
    rows = zip(known.labels, writers, known.drawings, strict=True)
    return "".join(
        json.dumps({"label": int(label), "writer": writer} | json.loads(each.to_json()))
        + "\n"
        for label, writer, each in rows
    )
