"""Arrays of any kind to any model: what `Client.predict_raw` does."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import SignatureError
from digits_widget.prediction import Timing
from digits_widget.serving.deadline import Deadline
from digits_widget.serving.dtypes import DTYPES
from digits_widget.serving.metadata import ModelMetadata
from digits_widget.serving.question import Outputs, Question
from digits_widget.serving.signature import INIT_OP, ModelSignature, TensorSpec
from digits_widget.serving.transport import Know, Transport


def raw_question(
    metadata: ModelMetadata,
    signature: str | None,
    inputs: Mapping[str, ArrayLike],
    outputs: Iterable[str],
) -> Question:
    """Return the question, with every array in the dtype that the model declares.

    Shapes are left to the server: what a model declares about them is not binding.

    Raises
    ------
    SignatureError
        Names that the model does not declare, or a cast that would change what the
        numbers are.
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
    return Question(chosen, arrays, dtypes, wanted)


def ask_raw(
    transport: Transport, question: Question, deadline: Deadline, know: Know
) -> Outputs:
    """Ask, and return the outputs with the time it took."""
    started = time.perf_counter()
    request = transport.encode(question)
    encoded = time.perf_counter()
    response, waited = transport.ask(request, timeout=deadline.left, know=know)
    received = time.perf_counter()
    outputs = transport.decode(response, question)
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
        # An input that may be left out is in the cure if it was given.
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
    given = np.asarray(value)
    kind = DTYPES.get(spec.dtype)
    if kind is None or kind.small is not None:
        return given
    if kind.stored is None:
        fits = given.dtype.kind in "SUO"
    else:
        fits = given.dtype.kind not in "SUO" and np.can_cast(
            given.dtype, kind.stored, casting="same_kind"
        )
    if not fits:
        msg = (
            f"Got input {spec.name!r} of {given.dtype} for model {metadata.model!r} at "
            f"{metadata.target}, expected {spec.short_dtype}. Convert it first, if "
            "that is what you mean."
        )
        raise SignatureError(msg, target=metadata.target, model=metadata.model)
    return given if kind.stored is None else given.astype(kind.stored, copy=False)
