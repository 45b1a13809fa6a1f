"""`Prediction`: the answer of a model about one image, and its timing.

The ten numbers are called *confidences*. They sum to 1, but a confidence is not the
probability of being right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import LogitsError, NotConfidencesError, NotTenError

DIGITS = 10

_SUM_TOLERANCE = 1e-3
"""Tolerance of a sum around 1 for numbers that are precise enough."""


@dataclass(frozen=True)
class Timing:
    """Duration of each part of one call, in seconds."""

    preparing: float = 0.0
    """Checking the images and converting them to the model's shape and dtype."""

    encoding: float = 0.0
    """Building and serialising the request."""

    waiting: float = 0.0
    """From sending the first byte to receiving the last: the network and the model."""

    decoding: float = 0.0
    """Parsing the response into arrays."""

    @property
    def total(self) -> float:
        """Seconds from the start of the call to its result."""
        return self.preparing + self.encoding + self.waiting + self.decoding


@dataclass(frozen=True, eq=False)
class Prediction:
    """Ten confidences about one image, and the model that gave them."""

    confidences: NDArray[np.float64]
    """(10,) float64 in [0, 1], read-only; they sum to 1, and the index is the digit."""

    model: str = ""
    """Name of the model that answered."""

    version: int | None = None
    """Version that answered; None if the server does not tell."""

    signature: str = ""
    """Signature that answered, such as ``serving_default``."""

    timing: Timing = field(default_factory=Timing)
    """Seconds spent on the call that brought this answer (a batch shares one call)."""

    request_bytes: int = 0
    """Size of the serialised request in bytes."""

    response_bytes: int = 0
    """Size of the serialised response in bytes."""

    request: bytes = b""
    """The serialised request that went; empty if nothing was sent, or it asked about
    several images."""

    response: bytes = b""
    """The serialised response that came back, as for `request`."""

    logits: NDArray[np.float64] | None = None
    """(10,) float64, read-only: the logits whose softmax are `confidences`; None if the
    model answered with confidences."""

    def __post_init__(self) -> None:
        for name in ("confidences", "logits"):
            given = getattr(self, name)
            if given is not None:
                kept = np.array(given, dtype=np.float64)
                kept.flags.writeable = False
                object.__setattr__(self, name, kept)

    @property
    def label(self) -> int:
        """The digit with the highest confidence; the lower digit on a tie."""
        return int(self.confidences.argmax())

    @property
    def confidence(self) -> float:
        """Confidence of `label`, in [0, 1]."""
        return float(self.confidences.max())

    @property
    def ranking(self) -> tuple[int, ...]:
        """All ten digits, most confident first; the lower digit first on a tie."""
        return tuple(int(i) for i in np.argsort(-self.confidences, kind="stable"))

    @property
    def margin(self) -> float:
        """Best confidence minus the second best, in [0, 1]. Near 0: two digits tie."""
        first, second = self.ranking[:2]
        return float(self.confidences[first] - self.confidences[second])

    @property
    def entropy(self) -> float:
        """Entropy in bits: 0 for one sure digit, log2(10) = 3.32 for ten equal ones."""
        some = self.confidences[self.confidences > 0]
        return float(abs(-(some * np.log2(some)).sum()))

    def __repr__(self) -> str:
        second = self.ranking[1]
        version = "" if self.version is None else f" version {self.version}"
        return (
            f"<Prediction {self.label} at {self.confidence:.1%}, then {second} at "
            f"{self.confidences[second]:.1%}, by {self.model or 'a model'}{version}>"
        )


def check_confidences(
    scores: ArrayLike, *, model: str = "", precision: float = 0.0
) -> NDArray[np.float64]:
    """Return `scores` as confidences, or raise an error that says why not.

    Parameters
    ----------
    scores : array_like
        (n, 10) or (10,), the answer of a model.
    model : str
        Name of the model, for the message.
    precision : float
        Distance from 1 to the next number in the dtype of the model's output, such as
        0.0078125 for bfloat16. The dtype of `scores` counts instead if it is coarser. A
        sum may differ from 1 by twice this much, and by 0.001 with any dtype.

    Returns
    -------
    ndarray
        Same shape, float64 in [0, 1]; each row sums to 1 within float64 rounding.

    Raises
    ------
    NotTenError
        The last dimension is not ten, or the values are not real numbers.
    LogitsError
        Some finite numbers are below 0 or above 1: most likely logits.
    NotConfidencesError
        A number is not finite, or a row does not sum to 1.
    """
    given = _real_numbers(scores, model)
    if given.ndim not in (1, 2) or given.shape[-1] != DIGITS:
        msg = (
            f"Got an answer of shape {given.shape} from model {model!r}, expected ten "
            "confidences for each image. Choose an output with ten numbers, or another "
            "model."
        )
        raise NotTenError(msg, model=model)
    values = given.astype(np.float64)
    tolerance = max(_SUM_TOLERANCE, 2 * spacing(given.dtype), 2 * precision)
    # Overflow gives infinities, which the next check refuses.
    with np.errstate(invalid="ignore", over="ignore"):
        sums = values.sum(axis=-1, keepdims=True)
    if not (
        np.isfinite(values).all()
        and (values >= -tolerance).all()
        and (abs(sums - 1) <= tolerance).all()
    ):
        raise _not_confidences(values, model, tolerance)
    clipped = np.clip(values, 0, 1)
    result: NDArray[np.float64] = clipped / clipped.sum(axis=-1, keepdims=True)
    return result


def _real_numbers(scores: ArrayLike, model: str) -> NDArray[np.generic]:
    try:
        given = np.asarray(scores)
    except ValueError:  # lists of different lengths
        given = np.asarray(None)
    kind = given.dtype
    # NumPy would convert text and booleans to numbers, but neither is an answer.
    if kind.kind in "bSUO" or not np.can_cast(kind, np.float64, casting="same_kind"):
        msg = (
            f"Got an answer of {kind} from model {model!r}, expected ten confidences "
            "for each image. Choose an output with ten real numbers, or another model."
        )
        raise NotTenError(msg, model=model)
    return given


@cache
def spacing(kind: np.dtype[np.generic]) -> float:
    """Return the distance from 1 to the next number of a dtype; 0 for integers.

    `numpy.finfo` cannot be used: it does not know bfloat16.
    """
    steps = 0.5 ** np.arange(53)
    seen = (1 + steps).astype(kind).astype(np.float64) > 1
    return 0.0 if kind.kind in "iu" else float(steps[seen].min(initial=1))


def _not_confidences(
    values: NDArray[np.float64], model: str, tolerance: float
) -> NotConfidencesError:
    rows = values.reshape(-1, DIGITS)
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.nan_to_num(abs(rows.sum(axis=1) - 1), nan=math.inf)
    numbers = ", ".join(f"{v:.3g}" for v in rows[off.argmax()])
    got = f"Got [{numbers}] from model {model!r}, expected ten numbers between 0 and 1 "
    cure = "export the model with a softmax as its last layer."
    apart = (values < -tolerance) | (values > 1 + tolerance)
    if np.isfinite(values).all() and apart.any():
        msg = (
            f"{got}that sum to 1. These are logits: ask for their softmax with "
            f'--logits softmax, in Python with Client(..., logits="softmax"). Or {cure}'
        )
        return LogitsError(msg, model=model, logits=values)
    msg = f"{got}that sum to 1. If these are logits, {cure}"
    return NotConfidencesError(msg, model=model)
