"""`Sheet`: how much of a drawing is on the paper already, and what is to be painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from digits_widget.drawing import Drawing, Stroke
from digits_widget.widget.drawing.ink import Ink
from digits_widget.widget.drawing.pen import Pen, Point
from digits_widget.widget.drawing.tool import Tool


@dataclass
class _Line:
    """A stroke on its way to the paper."""

    points: list[Point]
    width: float
    ink: bool
    painted: int = 0

    def batch(self) -> Stroke | None:
        """Return what is new, joined to what is painted already."""
        start, self.painted = self.painted, len(self.points)
        if start == self.painted:
            return None
        new = self.points[max(start - 1, 0) : self.painted]
        return Stroke(new, width=self.width, ink=self.ink)


class Sheet:
    """Paint strokes while they grow, and everything when that is needed.

    Parameters
    ----------
    ink : Ink
        Paints it.
    """

    def __init__(self, ink: Ink) -> None:
        self._ink = ink
        self._lines: list[_Line] = []
        self._is_new_sheet = self._is_new_page = True

    def renew(self) -> None:
        """Paint everything next time."""
        self._is_new_sheet = True

    def revive(self) -> None:
        """Paint everything next time, for a page that has just been loaded."""
        self._is_new_page = self._is_new_sheet = True

    def follow(self, pen: Pen) -> None:
        """Paint from now on what this pen draws, until its stroke has ended."""
        points, draws = pen.points, pen.tool is not Tool.STROKES
        known = any(line.points is points for line in self._lines)
        if points and draws and not known:
            line = _Line(points, pen.stroke_width, pen.tool is Tool.PEN)
            self._lines.append(line)

    def next(self, drawing: Drawing, pen: Pen) -> Callable[[], None]:
        """Return what paints everything that is new, to be called without a lock."""
        revive, self._is_new_page = self._is_new_page, False
        everything, self._is_new_sheet = self._is_new_sheet, False
        if everything:
            self._lines.clear()
            self.follow(pen)
        batches = [batch for line in self._lines if (batch := line.batch())]
        self._lines = [line for line in self._lines if line.points is pen.points]

        def paint() -> None:
            if revive:
                self._ink.revive()
            if everything:
                self._ink.repaint(drawing)
            if batches:
                self._ink.lines(batches)

        return paint
