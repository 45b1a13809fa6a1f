"""`InputAdapter`: converts images and other arrays to the inputs a model declares."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import ImageError, ModelShapeError, SignatureError
from digits_widget.prediction import DIGITS, Timing
from digits_widget.protocol.dtypes import DTYPES
from digits_widget.protocol.metadata import ModelMetadata
from digits_widget.protocol.signature import INIT_OP, ModelSignature, TensorSpec
from digits_widget.serving.call import Call, Outputs
from digits_widget.serving.coroutines import settled
from digits_widget.serving.deadline import Deadline
from digits_widget.serving.transport import AnyTransport, GetHint

SIDE = 28
"""Rows and columns of an MNIST digit."""

_FORMS = ((SIDE, SIDE), (SIDE, SIDE, 1), (1, SIDE, SIDE), (SIDE * SIDE,))
"""Shapes of one image in a model: plain, with a channel last or first, or flat."""


@dataclass(frozen=True)
class InputAdapter:
    """Converts images to the input of one signature."""

    signature: ModelSignature
    """The signature to call."""

    input: TensorSpec
    """Its only required input."""

    output: TensorSpec
    """The output with ten numbers for each image."""

    form: tuple[int, ...]
    """Shape of one image: (28, 28), (28, 28, 1), (1, 28, 28) or (784,)."""

    batch: int | None
    """Images in one call: -1 for any number, None for a single image without a batch
    dimension, otherwise the exact number."""

    def array(self, images: NDArray[np.float32]) -> NDArray[np.generic]:
        """Return `images` (n, 28, 28) in [0, 1] in the model's shape and dtype.

        Integer inputs get values from 0 to 255, like raw pixels. If the model takes a
        fixed number of images, the last image is repeated.
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
    """Return one image or a batch as float32: (28, 28) or (n, 28, 28).

    Raises
    ------
    ImageError
        The shape differs, or a value is not finite or not in [0, 1].
    """
    try:
        given = np.asarray(images)
    except ValueError as exc:
        msg = (
            f"Got images that are not an array ({exc}), expected (28, 28) or "
            "(n, 28, 28). Give all of them the same size."
        )
        raise ImageError(msg) from exc
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
    if not (low >= 0 and high <= 1):  # NaN fails this test, too
        msg = (
            f"Got values from {low:g} to {high:g}, expected 0 (paper) to 1 (ink). "
            "Divide by 255 if these are bytes, and replace NaN."
        )
        raise ImageError(msg)
    return checked


def adapt(
    metadata: ModelMetadata, signature: str | None, output: str | None
) -> InputAdapter:
    """Find out how a model takes 28x28 images.

    Parameters
    ----------
    metadata : ModelMetadata
        The model's signatures.
    signature : str or None
        The signature's name; None for the default.
    output : str or None
        The output with the confidences; None for the only one with ten values.

    Raises
    ------
    SignatureError
        The signature or output does not exist, or several are possible.
    ModelShapeError
        The model's input is not a single 28x28 picture.
    """
    chosen = metadata.choose(signature)
    needed = [each for each in chosen.inputs if each.name not in chosen.defaults]
    if len(needed) != 1:
        raise _refuse(
            metadata, chosen, "expected one input, an image. Use predict_raw({name: …})"
        )
    form, batch = _form(metadata, chosen, needed[0])
    return InputAdapter(
        chosen, needed[0], _output(metadata, chosen, output), form, batch
    )


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
            if spec.shape[:1] != (0,) and _matches(spec.shape[1:], form):
                return form, max(spec.shape[0], -1)
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
        size < 0 or size == wanted for size, wanted in zip(declared, form, strict=True)
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
        return signature.outputs[
            0
        ]  # `predict` will refuse the answer and quote its numbers
    if len(ten) != 1:
        expected = f"the output {wanted!r}" if wanted else "one output of ten"
        rest = f"expected {expected}. Choose one with output="
        raise _refuse(metadata, signature, rest)
    return ten[0]


def _could_be_ten(spec: TensorSpec) -> bool:
    kind = DTYPES.get(spec.dtype)
    if kind is not None and kind.numpy.kind != "f":
        return False
    return spec.shape is None or (
        len(spec.shape) > 0 and (spec.shape[-1] < 0 or spec.shape[-1] == DIGITS)
    )


def _refuse(
    metadata: ModelMetadata,
    signature: ModelSignature,
    rest: str,
    kind: type[SignatureError] = SignatureError,
) -> SignatureError:
    msg = f"Got {signature} from model {metadata.model!r} at {metadata.target}, {rest}."
    return kind(msg, target=metadata.target, model=metadata.model)


def raw_call(
    metadata: ModelMetadata,
    signature: str | None,
    inputs: Mapping[str, ArrayLike],
    outputs: Iterable[str],
) -> Call:
    """Return the call, with every array in the dtype that the model declares.

    The function leaves shapes to the server, because declared shapes are not binding.

    Parameters
    ----------
    metadata : ModelMetadata
        The model's signatures.
    signature : str or None
        The signature's name; None for the default.
    inputs : mapping of str to array_like
        Arrays by input name.
    outputs : iterable of str
        Names of the outputs to return; empty for all.

    Raises
    ------
    SignatureError
        The model does not declare a name, or a cast would change the kind of numbers.
    """
    chosen = metadata.choose(signature)
    wanted = tuple(outputs)
    _check_names(metadata, chosen, set(inputs), wanted)
    arrays: dict[str, NDArray[np.generic]] = {}
    dtypes: dict[str, str] = {}
    for spec in chosen.inputs:
        if spec.name in inputs:
            arrays[spec.name] = _cast(metadata, spec, inputs[spec.name])
            if spec.dtype in DTYPES:
                dtypes[spec.name] = spec.dtype
    return Call(chosen, arrays, dtypes, wanted)


async def ask_raw(
    transport: AnyTransport, call: Call, deadline: Deadline, get_hint: GetHint
) -> Outputs:
    """Make a call and return the outputs with their timing.

    Parameters
    ----------
    transport : Transport or AsyncTransport
        The way to the server.
    call : Call
        The call to make.
    deadline : Deadline
        Time by which the answer must arrive.
    get_hint : callable
        Adds a hint to the error of a failed call.
    """
    started = time.perf_counter()
    request = transport.encode(call)
    encoded = time.perf_counter()
    response, waited = await settled(
        transport.ask(request, timeout=deadline.left, get_hint=get_hint)
    )
    received = time.perf_counter()
    outputs = transport.decode(response, call)
    timing = Timing(
        encoding=encoded - started,
        waiting=waited,
        decoding=time.perf_counter() - received,
    )
    return dataclasses.replace(
        outputs,
        timing=timing,
        request_bytes=len(request),
        response_bytes=len(response),
    )


def _check_names(
    metadata: ModelMetadata,
    signature: ModelSignature,
    given: set[str],
    outputs: tuple[str, ...],
) -> None:
    declared = {spec.name for spec in signature.inputs}
    needed = declared - signature.defaults
    if not needed <= given <= declared:
        # The cure lists an optional input only if the caller gave it.
        cure = ", ".join(f"{name!r}: …" for name in sorted(needed | declared & given))
        raise _wrong_names(
            metadata,
            signature,
            got=_listed("input", given),
            takes=f"takes {_listed('input', map(str, signature.inputs))}",
            cure=f"Call predict_raw({{{cure}}})",
        )
    if not set(outputs) <= {spec.name for spec in signature.outputs}:
        raise _wrong_names(
            metadata,
            signature,
            got=f"the wish for {_listed('output', outputs)}",
            takes=f"gives {_listed('output', map(str, signature.outputs))}",
            cure="Name some of these in outputs=, or leave it out for all",
        )


def _listed(what: str, names: Iterable[str]) -> str:
    each = sorted(names)
    if not each:
        return f"no {what}"
    return f"the {what}{'s' if len(each) > 1 else ''} {', '.join(each)}"


def _wrong_names(
    metadata: ModelMetadata,
    signature: ModelSignature,
    *,
    got: str,
    takes: str,
    cure: str,
) -> SignatureError:
    others = [
        name for name in metadata.signatures if name not in {signature.name, INIT_OP}
    ]
    other = f", or choose another signature: {', '.join(others)}" if others else ""
    msg = (
        f"Got {got} for model {metadata.model!r} at {metadata.target}, whose signature "
        f"{signature.name} {takes}. {cure}{other}."
    )
    return SignatureError(msg, target=metadata.target, model=metadata.model)


def _cast(
    metadata: ModelMetadata, spec: TensorSpec, value: ArrayLike
) -> NDArray[np.generic]:
    try:
        given = np.asarray(value)
    except ValueError:  # nested lists of different lengths
        given = np.asarray(None)
    kind = DTYPES.get(spec.dtype)
    if kind is None:
        return given
    if kind.is_string:
        fits = given.dtype.kind in "SUO"
    else:
        fits = given.dtype.kind not in "SUO" and np.can_cast(
            given.dtype, kind.numpy, casting="same_kind"
        )
    if not fits:
        msg = (
            f"Got input {spec.name!r} of {given.dtype} for model {metadata.model!r} at "
            f"{metadata.target}, expected {spec.short_dtype}. Convert it first, if "
            "that is what you mean."
        )
        raise SignatureError(msg, target=metadata.target, model=metadata.model)
    return given if kind.is_string else given.astype(kind.stored, copy=False)
