"""`Headline`: one sentence about the drawing, calm enough to read and to hear."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from html import escape

from ipywidgets import HTML

from digits_widget.widget.worker import Worker

INTERVAL = 0.4
"""Seconds between two sentences, at least: a person needs time to read one."""

REST = 0.8
"""Seconds without another sentence after which screen readers read it, once."""


class Headline:
    """Show the newest sentence soon; screen readers read it once it no longer changes.

    Parameters
    ----------
    say : callable
        Makes screen readers say a sentence, once.
    after : callable
        Runs a function after a number of seconds.
    clock : callable
        Returns seconds that never go back.

    Attributes
    ----------
    widget : HTML
        The sentence on the screen. It is not a live region: `say` does the speaking.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        after: Callable[[float, Callable[[], None]], object],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.widget = HTML()
        self.widget.add_class("digits-headline")
        self._say = say
        self._say_soon = Worker(self._say_now, quiet=REST)
        self._after = after
        self._clock = clock
        self._lock = threading.RLock()
        self._words = ""
        self._shown_at = -INTERVAL
        self._will_show = False
        self._is_final = self._is_said = True

    @property
    def words(self) -> str:
        """The newest sentence."""
        return self._words

    def show(self, words: str, *, is_final: bool = True) -> None:
        """Show `words`: at once, unless another sentence has just been shown.

        Parameters
        ----------
        words : str
            The sentence.
        is_final : bool
            False while a person draws or an answer is on its way: screen readers do not
            read this sentence.
        """
        with self._lock:
            is_new = words != self._words or not (is_final and self._is_final)
            # Do not read out the first one, before a person has done anything.
            self._is_said = not self._words or (self._is_said and not is_new)
            self._words, self._is_final = words, is_final
            self._show_in_time()
            if is_new:
                self._say_soon.cancel()
            if is_new and is_final and not self._is_said:
                self._say_soon(words)

    def _show_in_time(self) -> None:
        wait = self._shown_at + INTERVAL - self._clock()
        if self._will_show:
            return
        if wait <= 0:
            self._show_now()
        else:
            self._will_show = True
            self._after(wait, self._show_now)

    def _show_now(self) -> None:
        with self._lock:
            self._will_show = False
            shown = f'<div class="digits-sentence">{escape(self._words)}</div>'
            if shown != self.widget.value:
                self._shown_at, self.widget.value = self._clock(), shown

    def _say_now(self, words: str) -> None:
        with self._lock:
            self._is_said = True
        self._say(words)
