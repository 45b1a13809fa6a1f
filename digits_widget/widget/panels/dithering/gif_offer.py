"""`GifOffer`: a button that makes a GIF of a diffusion, and the link that saves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ipywidgets import HTML, Button, HBox

from digits_widget.insight.microscope import Frame
from digits_widget.widget import html
from digits_widget.widget.panels.dithering.diffusion_gif import diffusion_gif
from digits_widget.widget.worker import Worker


class GifOffer:
    """Make a GIF in the background when a person asks, and offer it as a link.

    Parameters
    ----------
    guard : callable
        Wraps a handler, so that the widget shows its errors.
    """

    def __init__(
        self, guard: Callable[[Callable[..., Any]], Callable[..., None]]
    ) -> None:
        self._method = ""
        self._frames: Sequence[Frame] = ()
        self._worker = Worker(diffusion_gif, self._offer, self._fail)
        self._button = Button(
            description="Save as GIF",
            tooltip="Save the diffusion over this picture as an animated GIF",
        )
        # The page saves the file as soon as the link is there: `page/downloads.js`.
        self._button.add_class("digits-saves")
        self._link = HTML()
        self._link.add_class("digits-link")
        self.widget = HBox([self._button, self._link])
        self.widget.add_class("digits-controls")
        self._button.on_click(guard(self._make))

    def show(self, method: str, frames: Sequence[Frame]) -> None:
        """Be ready for another diffusion; drop the link to the one before.

        Parameters
        ----------
        method : str
            Name in the catalogue, for the file's name.
        frames : sequence of Frame
            The diffusion. Without any, there is no button.
        """
        self._worker.cancel()
        self._method, self._frames = method, frames
        self._link.value = ""
        self.widget.layout.display = "" if frames else "none"

    def _make(self, _button: Button) -> None:
        self._link.value = html.status("Making the GIF …")
        self._worker(self._frames)

    def _offer(self, gif: bytes) -> None:
        name = f"{self._method}.gif"
        link = html.download(name, gif, mime="image/gif", words=f"Save {name}")
        self._link.value = f'<div role="status">{link} ({html.file_size(gif)})</div>'

    def _fail(self, problem: Exception) -> None:
        self._link.value = html.problem(problem)
