"""`Fit`: how 28x28 images go into a model, and where its ten confidences come out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import ImageError, ModelShapeError, SignatureError
from digits_widget.prediction import DIGITS
from digits_widget.serving.dtypes import DTYPES
from digits_widget.serving.metadata import ModelMetadata
from digits_widget.serving.signature import ModelSignature, TensorSpec

SIDE = 28
"""Rows and columns of an MNIST digit."""

_FORMS = ((SIDE, SIDE), (SIDE, SIDE, 1), (1, SIDE, SIDE), (SIDE * SIDE,))
"""What one image may be to a model: plain, with a channel last or first, or flat."""


@dataclass(frozen=True)
class Fit:
    """How images are given to one signature of one model."""

    signature: ModelSignature
    """The signature that is called."""

    input: TensorSpec
    """Its only input that must be given."""

    output: TensorSpec
    """The output with ten numbers for each image."""

    form: tuple[int, ...]
    """What one image becomes: (28, 28), (28, 28, 1), (1, 28, 28) or (784,)."""

    batch: int | None
    """Images that one call takes: -1 any number, None a single one without a batch
    dimension, else exactly so many."""

    def array(self, images: NDArray[np.float32]) -> NDArray[np.generic]:
        """Return `images` (n, 28, 28) in [0, 1] in the model's shape and dtype.

        Integers get 0 to 255, as raw pixels do. A call that takes a fixed number is
        filled up with the last image.
        """
        if self.batch is not None and self.batch > len(images):
            extra = np.repeat(images[-1:], self.batch - len(images), axis=0)
            images = np.concatenate([images, extra])
        kind = DTYPES[self.input.dtype]
        lead = () if self.batch is None else (len(images),)
        shaped = images.reshape(*lead, *self.form)
        if kind.numpy.kind in "iu":
            shaped = np.rint(shaped * 255)
        result: NDArray[np.generic] = shaped.astype(kind.numpy, copy=False)
        return result


def check_images(images: ArrayLike) -> NDArray[np.float32]:
    """Return one image or a batch as it is sent: (28, 28) or (n, 28, 28) float32.

    Raises
    ------
    ImageError
        Another shape, or values that are not finite or not in [0, 1].
    """
    given = np.asarray(images)
    if given.ndim not in (2, 3) or given.shape[-2:] != (SIDE, SIDE):
        msg = (
            f"Got an array of shape {given.shape}, expected (28, 28) or (n, 28, 28). "
            "A pipeline makes such an image of a drawing: pipeline(drawing).tensor."
        )
        raise ImageError(msg)
    if given.dtype.kind not in "fbiu":
        msg = f"Got an image of {given.dtype}, expected float32. Convert it to numbers."
        raise ImageError(msg)
    checked = given.astype(np.float32, copy=False)
    low, high = checked.min(initial=0), checked.max(initial=0)
    if not (low >= 0 and high <= 1):  # NaN fails this too
        msg = (
            f"Got values from {low:g} to {high:g}, expected 0 (paper) to 1 (ink). "
            "Divide by 255 if these are bytes, and replace NaN."
        )
        raise ImageError(msg)
    return checked


def fit(metadata: ModelMetadata, signature: str | None, output: str | None) -> Fit:
    """Find out how the model wants 28x28 images.

    Raises
    ------
    SignatureError
        No such signature or output, or several that could be meant.
    ModelShapeError
        Its input is not one 28x28 picture.
    """
    chosen = metadata.choose(signature)
    needed = [each for each in chosen.inputs if each.name not in chosen.defaults]
    if len(needed) != 1:
        raise _refuse(
            metadata, chosen, "expected one input, an image. Use predict_raw({name: …})"
        )
    form, batch = _form(metadata, chosen, needed[0])
    return Fit(chosen, needed[0], _output(metadata, chosen, output), form, batch)


def _form(
    metadata: ModelMetadata, signature: ModelSignature, spec: TensorSpec
) -> tuple[tuple[int, ...], int | None]:
    kind = DTYPES.get(spec.dtype)
    pixel = kind is not None and (
        kind.numpy.kind == "f" or (kind.numpy.kind in "iu" and kind.name != "DT_INT8")
    )
    if pixel and spec.shape is None:
        return _FORMS[0], -1
    if pixel and spec.shape is not None:
        for form in _FORMS:
            if _matches(spec.shape[1:], form):
                return form, spec.shape[0]
        if spec.shape in _FORMS:
            return spec.shape, None
    raise _refuse(
        metadata,
        signature,
        "expected an input such as float32 (-1, 28, 28), (-1, 28, 28, 1) or (-1, 784). "
        "Choose a model of digits, or use predict_raw({name: …})",
        ModelShapeError,
    )


def _matches(declared: tuple[int, ...], form: tuple[int, ...]) -> bool:
    return len(declared) == len(form) and all(
        size in (-1, wanted) for size, wanted in zip(declared, form, strict=True)
    )


def _output(
    metadata: ModelMetadata, signature: ModelSignature, wanted: str | None
) -> TensorSpec:
    ten = [
        spec
        for spec in signature.outputs
        if (spec.name == wanted if wanted else _could_be_ten(spec))
    ]
    if not ten and not wanted and len(signature.outputs) == 1:
        return signature.outputs[0]  # its answer will be refused, with its numbers
    if len(ten) != 1:
        expected = f"the output {wanted!r}" if wanted else "one output of ten"
        rest = f"expected {expected}. Choose one with output="
        raise _refuse(metadata, signature, rest)
    return ten[0]


def _could_be_ten(spec: TensorSpec) -> bool:
    if spec.dtype == "DT_STRING":
        return False
    return spec.shape is None or (
        len(spec.shape) > 0 and spec.shape[-1] in (-1, DIGITS)
    )


def _refuse(
    metadata: ModelMetadata,
    signature: ModelSignature,
    rest: str,
    kind: type[SignatureError] = SignatureError,
) -> SignatureError:
    msg = f"Got {signature} from model {metadata.model!r} at {metadata.target}, {rest}."
    return kind(msg, target=metadata.target, model=metadata.model)
