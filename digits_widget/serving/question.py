"""What is asked and what comes back, before and after they are bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from digits_widget.prediction import Timing
from digits_widget.serving.signature import ModelSignature


@dataclass(frozen=True, eq=False)
class Question:
    """One Predict call: arrays by name, to one signature."""

    signature: ModelSignature
    """The signature, as the model declares it."""

    inputs: Mapping[str, NDArray[np.generic]]
    """The arrays, by the names that the signature declares."""

    dtypes: Mapping[str, str] = field(default_factory=dict)
    """Their element types on the wire, such as ``DT_BFLOAT16``; default: their own."""

    outputs: tuple[str, ...] = ()
    """The outputs wanted; none means all."""


@dataclass(frozen=True, eq=False)
class Outputs(Mapping[str, NDArray[np.generic]]):
    """The arrays that a model answered, by name, and who gave them."""

    arrays: Mapping[str, NDArray[np.generic]]
    """By output name, read-only; text as an object array of bytes."""

    model: str = ""
    """Name of the model that answered."""

    version: int | None = None
    """Version that answered; None if the server does not say (REST)."""

    signature: str = ""
    """Signature that answered."""

    timing: Timing = field(default_factory=Timing)
    """Seconds spent on the call."""

    request_bytes: int = 0
    """Size of the serialised request in bytes."""

    response_bytes: int = 0
    """Size of the serialised response in bytes."""

    def __getitem__(self, name: str) -> NDArray[np.generic]:
        return self.arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def __repr__(self) -> str:
        arrays = ", ".join(f"{n}: {a.dtype} {a.shape}" for n, a in self.items())
        version = "" if self.version is None else f" version {self.version}"
        return f"<Outputs {arrays} by {self.model}{version}>"
