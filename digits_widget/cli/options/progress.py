"""Progress of a long command, in one line of the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Shows the progress of a command."""

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Show progress.

        Parameters
        ----------
        done, total : int
            Finished items, and all items.
        note : str
            A text beside the bar.
        """


@contextmanager
def progress_bar(task: str) -> Iterator[Progress]:
    """Draw a bar on standard error, and only where that is a terminal.

    Parameters
    ----------
    task : str
        Name of the work, such as ``training``.
    """
    from tqdm import tqdm

    # tqdm's monitor is a thread that would outlive the bar.
    tqdm.monitor_interval = 0
    with tqdm(desc=task, disable=None) as bar:

        def show(done: int, total: int, note: str = "") -> None:
            if bar.total is None:
                # A resumed run did the first part earlier.
                bar.initial = bar.n = done - 1
            bar.total = total
            bar.set_postfix_str(note, refresh=False)
            bar.update(done - bar.n)

        yield show
