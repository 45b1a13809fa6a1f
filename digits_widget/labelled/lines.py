"""Writes labelled drawings as JSON lines, which `read_pen_digits` reads again."""

from __future__ import annotations

import json

from digits_widget.labelled.digits import LabelledDrawings


def labelled_lines(known: LabelledDrawings) -> str:
    """Return one line a digit: the drawing as `Drawing.to_json` writes it, and a label.

    Unlike strokes of another origin, such a drawing keeps its place, size, pen and
    eraser when it is read: a model sees it again exactly as it was drawn.

    Parameters
    ----------
    known : LabelledDrawings
        May be empty; the text is empty then.
    """
    writers = known.writers or ("",) * len(known)
    rows = zip(known.labels, writers, known.drawings, strict=True)
    return "".join(
        json.dumps({"label": int(label), "writer": writer} | json.loads(each.to_json()))
        + "\n"
        for label, writer, each in rows
    )
