"""`Exchange`: one question and its answer, kept as the bytes that travelled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import OptionError
from digits_widget.prediction import Prediction
from digits_widget.serving import recipes
from digits_widget.serving.batches import Batch
from digits_widget.serving.deadline import Deadline
from digits_widget.serving.fitting import check_images
from digits_widget.serving.servable import Servable
from digits_widget.serving.wire import Wire


@dataclass(frozen=True, eq=False)
class Exchange:
    """What went to the server, what came back, and how to ask the same otherwise."""

    request: Wire
    """The `PredictRequest`."""

    response: Wire
    """The `PredictResponse`."""

    predictions: tuple[Prediction, ...]
    """What it says about each image."""

    images: NDArray[np.float32]
    """(n, 28, 28) float32 in [0, 1], read-only: what was asked about."""

    target: str
    """The server's address."""

    servable: Servable
    """Which model was asked."""

    @property
    def grpcurl(self) -> str:
        """The same question as a command for grpcurl."""
        return recipes.grpcurl(self.target, self.request)

    @property
    def python(self) -> str:
        """The same question as a Python program."""
        return recipes.python(self.target, self.servable, self.images)

    def curl(self, rest: str = "http://127.0.0.1:8501") -> str:
        """Return the same question as a command for curl.

        Parameters
        ----------
        rest : str
            The address of the server's REST interface, which gRPC does not know.
        """
        return recipes.curl(rest, self.servable, self.request)

    def __repr__(self) -> str:
        return f"<Exchange with {self.target}: {self.request!r}, {self.response!r}>"


def exchange(
    batch: Batch, images: ArrayLike, deadline: Deadline, target: str, servable: Servable
) -> Exchange:
    """Ask about `images` in one request and keep both messages.

    Raises
    ------
    OptionError
        No image, or more than one request takes.
    """
    checked = np.array(check_images(images))
    asked = checked.reshape(-1, *checked.shape[-2:])
    asked.flags.writeable = False
    parcel = next(batch.parcels(asked), None)
    if parcel is None or parcel.count < len(asked):
        msg = f"Got {len(asked)} images, expected one or a few that fit in one request."
        raise OptionError(msg)
    response, waited = batch.transport.ask(
        parcel.request, timeout=deadline.left, know=batch.know
    )
    return Exchange(
        Wire("tensorflow.serving.PredictRequest", parcel.request),
        Wire("tensorflow.serving.PredictResponse", response),
        tuple(batch.read(parcel, response, waited)),
        asked,
        target,
        servable,
    )
