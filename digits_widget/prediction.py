"""`Prediction`: what a model answered about one image, and how long it took.

The word is *confidence*: ten numbers that sum to 1 are not the chance of being right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import LogitsError, NotConfidencesError, NotTenError

DIGITS = 10

_SUM_TOLERANCE = 1e-3
"""How far from 1 a sum may be: float16 models round each of ten numbers to 3 digits."""


@dataclass(frozen=True)
class Timing:
    """Where the time of one call went, in seconds."""

    preparing: float = 0.0
    """Checking the images and giving them the shape and dtype the model declares."""

    encoding: float = 0.0
    """Building and serialising the request."""

    waiting: float = 0.0
    """From sending the first byte to having the last: the wire and the model."""

    decoding: float = 0.0
    """Parsing the response into arrays."""

    @property
    def total(self) -> float:
        """Seconds from the call to its result."""
        return self.preparing + self.encoding + self.waiting + self.decoding


@dataclass(frozen=True, eq=False)
class Prediction:
    """Ten confidences about one image, and who gave them."""

    confidences: NDArray[np.float64]
    """(10,) float64 in [0, 1], sums to 1, read-only; index is the digit."""

    model: str = ""
    """Name of the model that answered."""

    version: int | None = None
    """Version that answered, as the server says; None if it does not say."""

    signature: str = ""
    """Signature that answered, such as ``serving_default``."""

    timing: Timing = field(default_factory=Timing)
    """Seconds spent on the call that brought this answer (a batch shares one call)."""

    request_bytes: int = 0
    """Size of the serialised request in bytes."""

    response_bytes: int = 0
    """Size of the serialised response in bytes."""

    logits: NDArray[np.float64] | None = None
    """(10,) float64, read-only: what the model gave, where that is logits and
    `confidences` are their softmax; None where it gave confidences itself."""

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
        """Doubt in bits: 0 is one digit alone, log2(10) = 3.32 is all ten alike."""
        some = self.confidences[self.confidences > 0]
        return float(abs(-(some * np.log2(some)).sum()))

    def __repr__(self) -> str:
        second = self.ranking[1]
        version = "" if self.version is None else f" version {self.version}"
        return (
            f"<Prediction {self.label} at {self.confidence:.1%}, then {second} at "
            f"{self.confidences[second]:.1%}, by {self.model or 'a model'}{version}>"
        )


def check_confidences(scores: ArrayLike, *, model: str = "") -> NDArray[np.float64]:
    """Return `scores` as confidences, or say why they are none.

    Parameters
    ----------
    scores : array_like
        (n, 10) or (10,), what a model answered.
    model : str
        Its name, for the message.

    Returns
    -------
    ndarray
        Same shape, float64 in [0, 1]; each row sums to 1 exactly as nearly as float64
        can (rows within 0.001 of 1 are scaled).

    Raises
    ------
    NotTenError
        The last dimension is not ten long.
    LogitsError
        Finite numbers, some of them below 0 or above 1: most likely logits.
    NotConfidencesError
        A number is not finite, or a row does not sum to 1.
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim not in (1, 2) or values.shape[-1] != DIGITS:
        msg = (
            f"Got an answer of shape {values.shape} from model {model!r}, expected ten "
            "confidences for each image. Choose an output with ten numbers, or another "
            "model."
        )
        raise NotTenError(msg, model=model)
    sums = values.sum(axis=-1, keepdims=True)
    if not (
        np.isfinite(values).all()
        and (values >= -_SUM_TOLERANCE).all()
        and (abs(sums - 1) <= _SUM_TOLERANCE).all()
    ):
        raise _not_confidences(values, model)
    clipped = np.clip(values, 0, 1)
    result: NDArray[np.float64] = clipped / clipped.sum(axis=-1, keepdims=True)
    return result


def _not_confidences(values: NDArray[np.float64], model: str) -> NotConfidencesError:
    rows = values.reshape(-1, DIGITS)
    off = np.nan_to_num(abs(rows.sum(axis=1) - 1), nan=math.inf)
    numbers = ", ".join(f"{v:.3g}" for v in rows[off.argmax()])
    got = f"Got [{numbers}] from model {model!r}, expected ten numbers between 0 and 1 "
    cure = "export the model with a softmax as its last layer."
    apart = (values < -_SUM_TOLERANCE) | (values > 1 + _SUM_TOLERANCE)
    if np.isfinite(values).all() and apart.any():
        msg = f'{got}that sum to 1. These are logits: use logits="softmax", or {cure}'
        return LogitsError(msg, model=model, logits=values)
    msg = f"{got}that sum to 1. If these are logits, {cure}"
    return NotConfidencesError(msg, model=model)
