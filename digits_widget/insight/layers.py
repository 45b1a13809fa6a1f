"""`Layer`: what the layers of a network give about one drawing.

A model exported with ``digits-widget export --activations`` has a second signature,
`SIGNATURE`, with the output of each layer. `read_layers` puts its answer in order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits_widget.certainty import percent
from digits_widget.errors import AnswerError

SIGNATURE = "activations"

FIELDS = "receptive_fields"
"""Name of an output that says which pixels each number of a layer looks at.

It is (layers, 7) int32. A row has the number of the picture that the layer looks at (0
for the input, -1 where that is not known). Then, for rows and for columns, it has how
many pixels one number looks at, how far the next number's pixels are from them, and
where the first number's begin."""

KERNEL = "kernel"
"""Name of an output with the patterns of the first convolution.

It is (rows, columns, maps) float32. It is only there if that layer looks at pictures of
one channel."""

SUMS = "_sums"
"""Ending of the name of a Dense layer's weighted sums, before its softmax."""

_NUMBERED = re.compile(r"(\d+)_(.+)")
"""The outputs of a signature have no order, so that each name begins with a number."""


@dataclass(frozen=True)
class Axis:
    """What one number of a layer looks at, along rows or along columns, in pixels."""

    size: int = 1
    """How many pixels."""

    stride: int = 1
    """How far the next number's pixels are from them."""

    start: int = 0
    """Where the first number's begin; below 0 beyond the picture's edge."""

    def through(self, window: int, step: int, padding: int) -> Axis:
        """Return what a window over such numbers looks at.

        Parameters
        ----------
        window, step : int
            How many of the numbers the window covers, and how far it moves.
        padding : int
            Numbers beyond the edge that the first window covers.
        """
        return Axis(
            self.size + (window - 1) * self.stride,
            self.stride * step,
            self.start - padding * self.stride,
        )


@dataclass(frozen=True)
class ReceptiveField:
    """Which pixels of which picture each number of a layer looks at."""

    picture: int
    """Number of the layer whose output is the picture; 0 is the network's input."""

    rows: Axis
    columns: Axis


@dataclass(frozen=True, eq=False)
class Layer:
    """What a layer gives about one drawing."""

    number: int
    """Its place in the network, from 1."""

    name: str
    """Its name in Keras, such as ``conv2d_1``."""

    values: NDArray[np.float32]
    """(maps, rows, columns), or (n,) for a layer without pictures."""

    field: ReceptiveField | None = None
    """What its numbers look at; None where that is not known."""

    @property
    def has_maps(self) -> bool:
        """Whether its output is pictures."""
        return self.values.ndim == 3


@dataclass(frozen=True, eq=False)
class Network:
    """All layers about one drawing."""

    layers: tuple[Layer, ...]
    """In order; the last one's output is the answer."""

    kernel: NDArray[np.float32] | None = None
    """(maps, rows, columns), the patterns of the first convolution, where they are
    known."""

    @property
    def first_convolution(self) -> Layer | None:
        """The layer that looks for the patterns of `kernel`."""
        if self.kernel is None:
            return None
        fitting = (
            layer
            for layer in self.layers
            if layer.has_maps and "conv" in layer.name and self._is_as_many(layer)
        )
        return next(fitting, None)

    @property
    def sums(self) -> Layer | None:
        """The layer whose numbers a softmax turns into the last one's confidences."""
        if len(self.layers) < 2:
            return None
        before, last = self.layers[-2:]
        is_softmax = (
            last.values.shape == before.values.shape
            and last.values.ndim == 1
            and abs(float(last.values.sum()) - 1) < 1e-3
        )
        return before if is_softmax else None

    def _is_as_many(self, layer: Layer) -> bool:
        return self.kernel is not None and len(layer.values) == len(self.kernel)


def read_layers(outputs: Mapping[str, NDArray[np.generic]]) -> Network:
    """Put the answer of the signature `SIGNATURE` about one image in order.

    Parameters
    ----------
    outputs : mapping of str to ndarray
        The arrays by name: for each layer (1, rows, columns, maps) or (1, n), under its
        number and name, such as ``02_conv2d_1``; and perhaps `FIELDS` and `KERNEL`.

    Raises
    ------
    AnswerError
        No output has a layer's number.
    """
    named = sorted(
        (int(found[1]), found[2], name)
        for name in outputs
        if (found := _NUMBERED.fullmatch(name))
    )
    if not named:
        msg = (
            f'Got a signature "{SIGNATURE}" whose outputs ({", ".join(outputs)}) are '
            "not numbered layers, such as 01_conv2d. Export the model with "
            "digits-widget export --activations."
        )
        raise AnswerError(msg)
    fields = np.atleast_2d(np.asarray(outputs.get(FIELDS, [])))
    layers = [
        Layer(number, name, _values(outputs[key]), _field(fields, place))
        for place, (number, name, key) in enumerate(named)
    ]
    kernel = outputs.get(KERNEL)
    return Network(
        tuple(layers),
        None if kernel is None else np.moveaxis(np.asarray(kernel, np.float32), -1, 0),
    )


def _values(output: NDArray[np.generic]) -> NDArray[np.float32]:
    first = np.asarray(output, np.float32)[0]
    return np.moveaxis(first, -1, 0) if first.ndim == 3 else first.reshape(-1)


def _field(fields: NDArray[np.generic], place: int) -> ReceptiveField | None:
    if place >= len(fields) or fields.shape[1] != 7:
        return None
    picture, *numbers = (int(number) for number in fields[place])
    if picture < 0:
        return None
    return ReceptiveField(picture, Axis(*numbers[:3]), Axis(*numbers[3:]))


def size_of(layer: Layer) -> str:
    """Return the size of a layer's output in words.

    Parameters
    ----------
    layer : Layer
        The layer.

    Returns
    -------
    str
        Such as "32 maps of 14 by 14" or "128 numbers".
    """
    if not layer.has_maps:
        return f"{len(layer.values):,} numbers"
    maps, rows, columns = layer.values.shape
    plural = "map" if maps == 1 else "maps"
    return f"{maps:,} {plural} of {rows} by {columns}"


def explain(network: Network, layer: Layer) -> str:
    """Say in one sentence what a layer does.

    Parameters
    ----------
    network : Network
        The network.
    layer : Layer
        One of its layers.
    """
    place = network.layers.index(layer)
    before = network.layers[place - 1] if place else None
    if layer is network.sums:
        many = "" if before is None else f"{before.values.size:,} "
        return (
            f"Each digit has a weight for each of the {many}numbers above. Numbers "
            "times weights, added up, give ten sums; the largest wins."
        )
    if before is not None and before is network.sums:
        return _softmax(layer, before)
    for part, words in _WORDS.items():
        if part in layer.name:
            return words
    if "conv" in layer.name:
        is_first = layer is network.first_convolution
        is_like_before = before is not None and "conv" in before.name
        return _convolution(layer, is_first=is_first, is_like_before=is_like_before)
    if layer.has_maps:
        return "Each map is made of the maps above."
    return "Each number is a weighted sum of all numbers above."


_WORDS = {
    "framing": (
        "Framing moves the ink to the middle and brings it to one size, so that the "
        "later layers see every hand alike."
    ),
    "max_pooling": (
        "Pooling keeps the strongest number of each window: less detail, the same find."
    ),
    "average_pooling": (
        "Pooling replaces each window by its mean: less detail, the same find."
    ),
    "global": "Each map becomes one number, wherever in the picture it responds.",
    "batch_normalization": "Each map is brought to the same brightness and contrast.",
    "re_lu": "Numbers below 0 become 0.",
    "activation": "A function bends each number on its own.",
}
"""What layers do, by a part of the names that Keras gives them."""


def _convolution(layer: Layer, *, is_first: bool, is_like_before: bool) -> str:
    if layer.field is None:
        return "Each map looks everywhere for one pattern in the maps above."
    window = f"{layer.field.rows.size} by {layer.field.columns.size} pixels"
    if is_first:
        return (
            f"Each map looks for one pattern of {window}, everywhere: dark where the "
            "ink fits."
        )
    combines = "Each map combines the maps above, to find larger shapes"
    return f"{'The same again' if is_like_before else combines}: {_LOOKS} {window}."


_LOOKS = "each number now looks at"


def _softmax(layer: Layer, sums: Layer) -> str:
    best = int(layer.values.argmax())
    second = float(np.partition(sums.values, -2)[-2])
    lead = float(sums.values[best]) - second
    return (
        "Softmax raises e to each sum and divides by the total, so that the ten make "
        f"100\N{NO-BREAK SPACE}%. The {best} leads by {lead:.1f}: that makes it "
        f"{percent(float(layer.values[best]))}."
    )
