"""`Pad`: pen, history and paper together; what the hand and the code both do.

Handlers of pointer events only append points here, under a lock. Ink is painted about
every 33 ms, and the drawing is told at most every 60 ms and always at the end of a
stroke, each by a thread that exists only while there is something to do.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from digits_widget.drawing import MAX_POINTS, PEN_WIDTH, Drawing, Stroke
from digits_widget.errors import TooManyPointsError
from digits_widget.widget.history import History
from digits_widget.widget.ink import Ink
from digits_widget.widget.pace import Pace
from digits_widget.widget.pen import Pen, Point, Pointer
from digits_widget.widget.sheet import Sheet

INK_INTERVAL = 0.033
"""Seconds between two messages of ink: more often, and a browser falls behind."""

TELL_INTERVAL = 0.06
"""Seconds between two looks at a drawing that grows."""


class Pad:
    """What is drawn, however it came there. Every method is safe in any thread.

    Parameters
    ----------
    ink : Ink
        Paints it.
    tell : callable
        Called without arguments when there is something new in `drawing`: in the thread
        of `draw`, `clear`, `undo` and `redo`, and in the background for the hand.
    background : callable
        Runs a function soon in another thread.
    clock : callable
        Seconds, never going back.
    """

    def __init__(
        self,
        ink: Ink,
        tell: Callable[[], None],
        background: Callable[[Callable[[], None]], object],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sheet = Sheet(ink)
        self._tell = tell
        self._clock = clock
        self._lock = threading.RLock()
        self._pen = Pen(PEN_WIDTH)
        self._history = History()
        self._began = 0.0
        self._paint_soon = Pace(
            self._paint, interval=INK_INTERVAL, background=background
        )
        self._tell_soon = Pace(tell, interval=TELL_INTERVAL, background=background)

    @property
    def drawing(self) -> Drawing:
        """Everything on the paper, with the stroke that the hand is at."""
        with self._lock:
            stroke = self._pen.stroke()
            return self._history.now + stroke if stroke else self._history.now

    @property
    def history(self) -> History:
        """What can be undone and redone."""
        return self._history

    @property
    def pen_width(self) -> float:
        """Of the strokes to come, as a share of the side, in (0, 1]."""
        return self._pen.width

    @pen_width.setter
    def pen_width(self, width: float) -> None:
        self._pen.width = width

    def press(self, pointer: Pointer, point: Point) -> None:
        """Put the pen down."""
        with self._lock:
            self._check_room()
            moment = self._time() if self._pen.is_down else self._start_time()
            self._keep(self._pen.press(pointer, point, moment))
            self._sheet.follow(self._pen)
        self._paint_soon()
        self._tell_soon()

    def move(self, pointer: Pointer, point: Point) -> None:
        """Draw on to `point`, if this pointer draws."""
        with self._lock:
            if not self._pen.is_down:
                return
            self._check_room()
            if not self._pen.move(pointer, point, self._time()):
                return
        self._paint_soon()
        self._tell_soon()

    def lift(self, pointer: Pointer) -> None:
        """End the stroke."""
        with self._lock:
            stroke = self._pen.lift(pointer)
            self._keep(stroke)
        if stroke:
            self._hurry()

    def leave(self, pointer: Pointer, point: Point) -> None:
        """End the stroke, because the pointer left the paper."""
        with self._lock:
            was_down = self._pen.is_down
            stroke = self._pen.leave(pointer, point, self._time())
            self._keep(stroke)
            if was_down and not stroke and not self._pen.is_down:
                self._sheet.renew()
        if was_down:
            self._hurry()

    def draw(self, drawing: Drawing) -> None:
        """Put `drawing` in place of what is there."""
        self._replace(lambda history: history.do(drawing))

    def clear(self) -> None:
        """Take a new sheet; `undo` brings the old one back."""
        self._replace(History.clear)

    def undo(self) -> None:
        """Take back the last stroke, clear or drawing."""
        self._replace(History.undo)

    def redo(self) -> None:
        """Bring back what was undone last."""
        self._replace(History.redo)

    def revive(self) -> None:
        """Paint everything again, for a page that has just been loaded."""
        with self._lock:
            self._sheet.revive()
        self._paint_soon(now=True)

    def _replace(self, change: Callable[[History], History]) -> None:
        with self._lock:
            # A stroke that is not finished is finished now, and not lost.
            self._keep(self._pen.stop())
            self._history = change(self._history)
            self._sheet.renew()
        self._paint_soon(now=True)
        self._tell()

    def _keep(self, stroke: Stroke | None) -> None:
        if stroke:
            self._history = self._history.do(self._history.now + stroke)

    def _time(self) -> float:
        return self._clock() - self._began

    def _start_time(self) -> float:
        """Return this moment, in seconds since the drawing began."""
        now = self._clock()
        strokes = self._history.now.strokes
        earliest = float(strokes[-1].times[-1]) if strokes else 0.0
        start = max(now - self._began, earliest) if strokes else 0.0
        self._began = now - start
        return start

    def _check_room(self) -> None:
        count = sum(map(len, self._history.now)) + len(self._pen.points)
        if count >= MAX_POINTS:
            msg = (
                f"Got more than {MAX_POINTS:,} points, more than one drawing holds. "
                "Press Clear and draw less."
            )
            raise TooManyPointsError(msg)

    def _hurry(self) -> None:
        self._paint_soon(now=True)
        self._tell_soon(now=True)

    def _paint(self) -> None:
        with self._lock:
            paint = self._sheet.next(self._history.now, self._pen)
        paint()
