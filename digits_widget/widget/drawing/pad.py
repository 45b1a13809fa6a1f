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
from digits_widget.widget.drawing.history import History
from digits_widget.widget.drawing.ink import Ink
from digits_widget.widget.drawing.pen import Pen, Point, Pointer
from digits_widget.widget.drawing.sheet import Sheet
from digits_widget.widget.drawing.sweep import untouched
from digits_widget.widget.drawing.tool import Tool
from digits_widget.widget.pace import Pace

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
        self._shown: Drawing | None = None
        self._left = 0
        self._pen_watchers: tuple[Callable[[], None], ...] = ()
        self._paint_soon = Pace(
            self._paint, interval=INK_INTERVAL, background=background
        )
        self._tell_soon = Pace(tell, interval=TELL_INTERVAL, background=background)

    @property
    def drawing(self) -> Drawing:
        """Everything that is drawn, with the stroke that the hand is at."""
        with self._lock:
            return self._with(self._pen.stroke())

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
        self._tell_watchers()

    @property
    def tool(self) -> Tool:
        """What the hand holds; another one ends the stroke that it is at."""
        return self._pen.tool

    @tool.setter
    def tool(self, tool: Tool) -> None:
        with self._lock:
            stroke = self._pen.stop()
            self._keep(stroke)
            self._pen.tool = tool
        self._tell_watchers()
        if stroke:
            self._hurry()

    @property
    def pointer(self) -> Pointer | None:
        """What is drawing now; None if nothing is."""
        return self._pen.pointer

    def watch_pen(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` whenever the tool or the pen's width has changed."""
        self._pen_watchers = (*self._pen_watchers, watcher)

    def show(self, moment: Drawing, *, of: Drawing) -> bool:
        """Put an earlier moment of what is drawn on the paper, for people to look at.

        Nothing that is drawn changes. The whole drawing is on the paper again after
        `show_all`, and as soon as anybody draws.

        Parameters
        ----------
        moment : Drawing
            What to paint.
        of : Drawing
            What it is a moment of.

        Returns
        -------
        bool
            False, and nothing is painted, if something else is drawn by now.
        """
        with self._lock:
            if self._pen.is_down or self._history.now is not of:
                return False
            self._shown = moment
            self._sheet.renew()
        self._paint_soon(now=True)
        return True

    def show_all(self) -> None:
        """Put the whole drawing on the paper, if a moment of it is there."""
        with self._lock:
            if self._shown is None:
                return
            self._look_up()
        self._paint_soon(now=True)

    def press(self, pointer: Pointer, point: Point) -> None:
        """Put the pen down."""
        with self._lock:
            self._check_room()
            self._look_up()
            moment = self._time() if self._pen.is_down else self._start_time()
            self._keep(self._pen.press(pointer, point, moment))
            self._left = len(self._history.now)
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
            self._look_up()
            self._history = change(self._history)
            self._sheet.renew()
        self._paint_soon(now=True)
        self._tell()

    def _with(self, stroke: Stroke | None) -> Drawing:
        """Return what is drawn after `stroke`, by what the hand holds."""
        now = self._history.now
        if not stroke:
            return now
        return untouched(now, stroke) if self._sweeps else now + stroke

    def _keep(self, stroke: Stroke | None) -> None:
        drawing = self._with(stroke)
        if drawing is not self._history.now:
            self._history = self._history.do(drawing)
        if stroke and self._sweeps:
            self._sheet.renew()

    @property
    def _sweeps(self) -> bool:
        return self._pen.tool is Tool.STROKES

    def _look_up(self) -> None:
        """Go on with the whole drawing."""
        if self._shown is not None:
            self._shown = None
            self._sheet.renew()

    def _tell_watchers(self) -> None:
        for watcher in self._pen_watchers:
            watcher()

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
            drawing = self._history.now if self._shown is None else self._shown
            if self._sweeps and self._pen.is_down:
                drawing = self.drawing
                if len(drawing) != self._left:
                    self._sheet.renew()
                self._left = len(drawing)
            paint = self._sheet.next(drawing, self._pen)
        paint()
