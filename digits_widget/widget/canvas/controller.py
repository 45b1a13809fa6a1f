"""`Controller`: pen, history and paper together, for the pointer and for Python code.

`Controller.on_stroke_end` says what happens when a stroke ends.

Handlers of pointer events only append points here, under a lock. A thread paints the
ink about every 33 ms; another hands the drawing over at most every 60 ms and always at
the end of a stroke. Both threads exist only while they have something to do.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from digits_widget.drawing import MAX_POINTS, PEN_WIDTH, Drawing, Stroke
from digits_widget.errors import TooManyPointsError
from digits_widget.widget.canvas.history import History
from digits_widget.widget.canvas.pen import Pen, Point, Pointer, Tool
from digits_widget.widget.canvas.renderer import Renderer
from digits_widget.widget.canvas.stroke_eraser import untouched
from digits_widget.widget.worker import Worker

INK_INTERVAL = 0.033
"""Seconds between two messages with ink; a browser cannot keep up with more."""

HAND_OVER_INTERVAL = 0.06
"""Seconds between two hand-overs of a growing drawing."""


class Controller:
    """Hold the drawing, whether a person or code made it; safe in any thread.

    Parameters
    ----------
    renderer : Renderer
        Paints the drawing.
    hand_over : callable
        Receives a rising sequence number and each new drawing: in the caller's thread
        for `draw`, `clear`, `undo` and `redo`, and in a background thread while a
        person draws. Two threads may call it at once; the higher number is the newer.
    background : callable
        Runs a function soon in another thread.
    clock : callable
        Returns seconds that never go back.
    """

    def __init__(
        self,
        renderer: Renderer,
        hand_over: Callable[[int, Drawing], None],
        background: Callable[[Callable[[], None]], object],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._renderer = renderer
        self._hand_over = hand_over
        self._clock = clock
        self._lock = threading.RLock()
        self._pen = Pen(PEN_WIDTH)
        self._history = History()
        self._began = 0.0
        self._sequence = 0
        self._shown: Drawing | None = None
        self._left = 0
        self._pen_watchers: tuple[Callable[[], None], ...] = ()
        self._paint_soon = Worker(
            self._paint, interval=INK_INTERVAL, background=background
        )
        self._hand_over_soon = Worker(
            self._hand_over_now, interval=HAND_OVER_INTERVAL, background=background
        )

    @property
    def drawing(self) -> Drawing:
        """The drawing, including the stroke in progress."""
        with self._lock:
            return self._with(self._pen.stroke())

    @property
    def history(self) -> History:
        """The drawings that `undo` and `redo` go to."""
        return self._history

    @property
    def pen_width(self) -> float:
        """Width of the next strokes, as a share of the side, in (0, 1]."""
        return self._pen.width

    @pen_width.setter
    def pen_width(self, width: float) -> None:
        self._pen.width = width
        self._tell_watchers()

    @property
    def tool(self) -> Tool:
        """The pen or an eraser; choosing another tool ends the stroke in progress."""
        return self._pen.tool

    @tool.setter
    def tool(self, tool: Tool) -> None:
        with self._lock:
            if stroke := self._pen.stop():
                self.on_stroke_end(stroke)
            self._pen.tool = tool
        self._tell_watchers()

    @property
    def pointer(self) -> Pointer | None:
        """The pointer that draws now; None if none does."""
        return self._pen.pointer

    def watch_pen(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` whenever the tool or the pen's width has changed."""
        self._pen_watchers = (*self._pen_watchers, watcher)

    def show(self, moment: Drawing, *, of: Drawing) -> bool:
        """Show an earlier moment of the drawing on the paper.

        The drawing itself does not change. The paper shows all of it again after
        `show_all`, and as soon as a stroke begins.

        Parameters
        ----------
        moment : Drawing
            The drawing as it was at that moment.
        of : Drawing
            The whole drawing.

        Returns
        -------
        bool
            False, and the paper stays as it is, if `of` is no longer the drawing.
        """
        with self._lock:
            if self._pen.is_down or self._history.now is not of:
                return False
            self._shown = moment
            self._renderer.renew()
        self._paint_soon(now=True)
        return True

    def show_all(self) -> None:
        """Show the whole drawing again, if the paper shows an earlier moment."""
        with self._lock:
            if self._shown is None:
                return
            self._show_whole()
        self._paint_soon(now=True)

    def press(self, pointer: Pointer, point: Point) -> None:
        """Put the pen down.

        Parameters
        ----------
        pointer : str
            The mouse, the finger or the keys.
        point : (x, y)
            Where, as shares of the canvas side.
        """
        with self._lock:
            self._check_room()
            moment = self._time() if self._pen.is_down else self._start_time()
            if stroke := self._pen.press(pointer, point, moment):
                self.on_stroke_end(stroke)
            self._begin()
        self._on_growth()

    def move(self, pointer: Pointer, point: Point) -> None:
        """Continue the stroke to `point`, if this pointer draws.

        Parameters
        ----------
        pointer : str
            The pointer that moved.
        point : (x, y)
            Where it is now, as shares of the canvas side.
        """
        with self._lock:
            if not self._pen.follows(pointer):
                return
            self._check_room()
            was_down = self._pen.is_down
            if stroke := self._pen.move(pointer, point, self._time()):
                self.on_stroke_end(stroke)
            if self._pen.is_down and not was_down:
                self._begin()
        self._on_growth()

    def lift(self, pointer: Pointer) -> None:
        """End the stroke."""
        with self._lock:
            if stroke := self._pen.lift(pointer):
                self.on_stroke_end(stroke)

    def leave(self, pointer: Pointer, point: Point) -> None:
        """End the stroke, because the pointer left the paper.

        Parameters
        ----------
        pointer : str
            The pointer that left.
        point : (x, y)
            Where it is now, as shares of the canvas side.
        """
        with self._lock:
            was_down = self._pen.is_down
            if stroke := self._pen.leave(pointer, point, self._time()):
                self.on_stroke_end(stroke)
            elif was_down and not self._pen.is_down:
                # It was a click, not a dot: its ink has to go.
                self._renderer.renew()
                self._on_growth()

    def on_stroke_end(self, stroke: Stroke) -> None:
        """Add a finished stroke to the drawing, paint it and hand the drawing over.

        The pen and the ink eraser add the stroke to the drawing; the stroke eraser
        removes every stroke that it touched. Either is one action for `undo`. The
        renderer, and the session, which runs the pipeline and asks the model, get the
        drawing at once: neither waits for its next turn.
        """
        with self._lock:
            self._keep(stroke)
        self._paint_soon(now=True)
        self._hand_over_soon(now=True)

    def draw(self, drawing: Drawing) -> None:
        """Replace the drawing with `drawing`, as one action."""
        self._replace(lambda history: history.do(drawing))

    def clear(self) -> None:
        """Start a new sheet; `undo` brings the old one back."""
        self._replace(History.clear)

    def undo(self) -> None:
        """Undo the last stroke, clear or drawing."""
        self._replace(History.undo)

    def redo(self) -> None:
        """Redo the action that was undone last."""
        self._replace(History.redo)

    def repaint(self) -> None:
        """Paint everything again, for a page that has just loaded."""
        with self._lock:
            self._renderer.renew()
        self._paint_soon(now=True)

    def close(self) -> None:
        """Stop painting, and stop calling the pen's watchers."""
        self._renderer.close()
        self._pen_watchers = ()

    def _replace(self, change: Callable[[History], History]) -> None:
        with self._lock:
            if stroke := self._pen.stop():
                # End the stroke in progress here, so that it is not lost.
                self._keep(stroke)
            self._show_whole()
            self._history = change(self._history)
            # The next stroke continues the drawing's own clock from its end, however
            # long ago the drawing was made.
            self._began = self._clock() - _length(self._history.now)
            self._renderer.renew()
        self._paint_soon(now=True)
        self._hand_over_now()

    def _hand_over_now(self) -> None:
        with self._lock:
            self._sequence += 1
            sequence, drawing = self._sequence, self.drawing
        self._hand_over(sequence, drawing)

    def _on_growth(self) -> None:
        self._paint_soon()
        self._hand_over_soon()

    def _begin(self) -> None:
        """Paint the stroke that the pen has begun."""
        self._show_whole()
        self._left = len(self._history.now)
        self._renderer.follow(self._pen)

    def _with(self, stroke: Stroke | None) -> Drawing:
        """Return the drawing after the current tool has made `stroke`."""
        now = self._history.now
        if not stroke:
            return now
        return untouched(now, stroke) if self._erases_strokes else now + stroke

    def _keep(self, stroke: Stroke) -> None:
        drawing = self._with(stroke)
        if drawing is not self._history.now:
            self._history = self._history.do(drawing)
        if self._erases_strokes:
            self._renderer.renew()

    @property
    def _erases_strokes(self) -> bool:
        return self._pen.tool is Tool.STROKES

    def _show_whole(self) -> None:
        """Show the whole drawing, and no earlier moment."""
        if self._shown is not None:
            self._shown = None
            self._renderer.renew()

    def _tell_watchers(self) -> None:
        for watcher in self._pen_watchers:
            watcher()

    def _time(self) -> float:
        return self._clock() - self._began

    def _start_time(self) -> float:
        """Return the time of a stroke that begins now, on the drawing's clock."""
        drawn = self._history.now
        start = max(self._time(), _length(drawn)) if drawn else 0.0
        self._began = self._clock() - start
        return start

    def _check_room(self) -> None:
        count = sum(map(len, self._history.now)) + len(self._pen.points)
        if count >= MAX_POINTS:
            msg = (
                f"Got more than {MAX_POINTS:,} points, more than one drawing holds. "
                "Press Clear and draw less."
            )
            raise TooManyPointsError(msg)

    def _paint(self) -> None:
        with self._lock:
            drawing = self._history.now if self._shown is None else self._shown
            if self._erases_strokes and self._pen.is_down:
                drawing = self.drawing
                if len(drawing) != self._left:
                    self._renderer.renew()
                self._left = len(drawing)
            paint = self._renderer.next(drawing, self._pen)
        paint()


def _length(drawing: Drawing) -> float:
    """Return how many seconds a drawing took; 0 for a blank one."""
    return max((float(stroke.times[-1]) for stroke in drawing), default=0.0)
