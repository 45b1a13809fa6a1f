"""Converts the image to the model's shape, dtype and range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import OptionError, StepOrderError
from digits_widget.steps.checks import check_choice, check_flat, checked
from digits_widget.steps.parameters import option
from digits_widget.steps.step import Image, Outcome

SHAPES = (
    (28, 28),
    (28, 28, 1),
    (1, 28, 28),
    (1, 28, 28, 1),
    (784,),
    (1, 784),
)
"""Shapes of one picture that models accept."""

_DTYPES = ("float32", "float64", "float16", "uint8")


@dataclass(frozen=True, kw_only=True)
class ToTensor:
    """Convert the image to the array in the request; always the last step."""

    name: ClassVar[str] = "tensor"
    title: ClassVar[str] = "Tensor"

    scale: float = option(1.0, choices=(1.0, 255.0))
    """Value of full ink: 1, or 255 for models that were trained on bytes."""

    shape: tuple[int, ...] = option((28, 28), choices=tuple(SHAPES))
    """One of `SHAPES`; `Client` itself adapts (28, 28) to the model's input."""

    dtype: str = option("float32", choices=tuple(_DTYPES))
    """float32, float64, float16, or uint8 (then `scale` must be 255)."""

    ink: str = option("high", choices=("high", "low"))
    """``high``: paper is 0 and ink is `scale`, as in MNIST; ``low``: the reverse."""

    def __post_init__(self) -> None:
        check_choice("dtype", self.dtype, _DTYPES)
        check_choice("ink", self.ink, ("high", "low"))
        if self.scale not in {1, 255}:
            msg = f"Got scale={self.scale!r}, expected 1 or 255: the value of full ink."
            raise OptionError(msg)
        if self.dtype == "uint8" and self.scale != 255:
            msg = "Got dtype='uint8' with scale=1, which leaves 0 and 1. Use scale=255."
            raise OptionError(msg)
        if self.shape not in SHAPES:
            shapes = ", ".join(map(str, SHAPES))
            msg = f"Got shape={self.shape!r}, expected one of {shapes}."
            raise OptionError(msg)

    def __call__(self, image: Image) -> NDArray[Any]:
        """Return the tensor."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Convert the image, and describe shape, dtype and range."""
        self._check_size(image)
        shown = np.ascontiguousarray(image if self.ink == "high" else 1 - image)
        tensor = self._scaled(shown).reshape(self.shape)
        return Outcome(tensor, self._caption(tensor), {"ink": self.ink}, shown)

    def many(self, images: Sequence[Image]) -> list[NDArray[Any]]:
        """Return the tensors of many images together: the same bits, much faster."""
        for image in images:
            self._check_size(image)
        stack = np.stack(images)
        tensors = self._scaled(stack if self.ink == "high" else 1 - stack)
        return list(tensors.reshape(-1, *self.shape))

    def _check_size(self, image: Image) -> None:
        check_flat(image, self.title)
        if image.shape != (28, 28):
            msg = (
                f"Got {image.shape[1]}x{image.shape[0]} pixels for the tensor, but the "
                "model takes 28x28. Put Centre or Resize before ToTensor."
            )
            raise StepOrderError(msg)

    def _scaled(self, shown: Image) -> NDArray[Any]:
        scaled = shown * np.float32(self.scale)
        whole = np.rint(scaled) if self.dtype == "uint8" else scaled
        return whole.astype(self.dtype)

    def _caption(self, tensor: NDArray[Any]) -> str:
        form = "x".join(map(str, tensor.shape))
        paper, ink = (0, self.scale) if self.ink == "high" else (self.scale, 0)
        return (
            f"{form} {self.dtype}, {paper:g} is paper and {ink:g} is ink; here from "
            f"{tensor.min():.3g} to {tensor.max():.3g}, mean {tensor.mean():.3f}."
        )

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy that make `tensor` of `image`."""
        value = "image" if self.ink == "high" else "(1 - image)"
        if self.scale != 1:
            value = f"({value} * np.float32({self.scale:g}))"
        if self.dtype == "uint8":
            value = f"np.rint{value}"
        shape = "" if self.shape == (28, 28) else f".reshape({self.shape})"
        return (f"tensor = {value}.astype(np.{self.dtype}){shape}",)
