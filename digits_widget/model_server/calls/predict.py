"""Predict: named tensors in, named tensors out.

The checks run in TensorFlow Serving's order, because a client sees only the first
failure: model, signature, number of inputs, each input, unknown names, output filter,
and finally the graph itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.servables.input_checks import check_types, wrong_type
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.servables.signature import Signature
from digits_widget.model_server.status_error import StatusError, invalid
from digits_widget.protocol.dtypes import DTYPES
from digits_widget.protocol.messages import DATA_TYPES, PredictResponse, Proto
from digits_widget.protocol.signature import DEFAULT, TensorSpec
from digits_widget.protocol.tensors import TensorError, read_tensor, write_tensor

Array = np.ndarray[Any, Any]

_NEVER_FED = {
    DATA_TYPES.values_by_name[name].number for name in ("DT_RESOURCE", "DT_VARIANT")
}
"""Types that TensorFlow decodes from a request but does not accept as an input."""


@dataclass(frozen=True)
class Predict:
    """Answers Predict.

    Parameters
    ----------
    library : Library
        The models.
    as_content : bool
        Answer with raw bytes instead of typed values.
    """

    library: Library
    as_content: bool = False

    def __call__(self, request: Proto, timeout: float | None = None) -> Proto:
        """Answer one request within `timeout` seconds."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        with self.library.acquire(request.model_spec) as servable:
            return predict(servable, request, timeout, as_content=self.as_content)


def predict(
    servable: Servable,
    request: Proto,
    timeout: float | None = None,
    *,
    as_content: bool = False,
) -> Proto:
    """Answer a Predict request with this version, whatever version it names.

    Parameters
    ----------
    servable : Servable
        The version that answers.
    request : PredictRequest
        The request.
    timeout : float, optional
        Seconds until the call fails. Default: no limit.
    as_content : bool
        Answer with raw bytes instead of typed values.
    """
    signature = _signature(servable, request.model_spec)
    feeds = _feeds(signature, request.inputs)
    specs = _outputs(signature, request.output_filter)
    check_types(
        signature,
        {alias: _value(signature, alias, request.inputs).dtype for alias in feeds},
    )
    arrays = run(servable, signature, feeds, specs, timeout)
    response = PredictResponse()
    fill_spec(response.model_spec, servable, signature)
    for spec, array in zip(specs, arrays, strict=True):
        write_tensor(
            response.outputs[spec.name],
            array,
            dtype=spec.dtype,
            packing="content" if as_content else "values",
        )
    return response


def run(
    servable: Servable,
    signature: Signature,
    feeds: Mapping[str, Array],
    specs: Sequence[TensorSpec],
    timeout: float | None,
) -> list[Array]:
    """Run a signature on named arrays; return the outputs of `specs`, in order.

    Parameters
    ----------
    servable : Servable
        The version that answers.
    signature : Signature
        The signature to run.
    feeds : mapping of str to ndarray
        Inputs by alias.
    specs : sequence of TensorSpec
        The outputs to return.
    timeout : float or None
        Seconds until the call fails; None for no limit.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT for an output that is not a tensor; any code from the graph
        itself.
    """
    for spec in specs:
        # The output of `__saved_model_init_op`, for example, is an op, not a tensor.
        if spec.dtype not in DTYPES:
            raise invalid(f"Output {spec.name} has no data type that can be sent")
    return servable.run(signature, feeds, specs, timeout)


def fill_spec(spec: Proto, servable: Servable, signature: Signature | None) -> None:
    """Write the answering model's name, version and, if any, signature.

    Parameters
    ----------
    spec : ModelSpec
        Receives the names.
    servable : Servable
        The version that answered.
    signature : Signature or None
        The signature that it ran, if any.
    """
    spec.name = servable.name
    spec.version.value = servable.version
    if signature is not None:
        spec.signature_name = signature.name


def _signature(servable: Servable, spec: Proto) -> Signature:
    name = spec.signature_name or DEFAULT
    signature = servable.signatures.get(name)
    if signature is None:
        msg = f'Serving signature key "{name}" not found.'
        raise StatusError("FAILED_PRECONDITION", msg)
    return signature


def _feeds(signature: Signature, inputs: Mapping[str, Proto]) -> dict[str, Array]:
    _check_count(signature, inputs)
    feeds: dict[str, Array] = {}
    for alias, spec in signature.inputs.items():
        proto = _value(signature, alias, inputs)
        if proto.dtype in _NEVER_FED:
            raise wrong_type(len(feeds), spec, proto.dtype)
        try:
            feeds[alias] = read_tensor(proto)
        except TensorError as exc:
            raise invalid(f"tensor parsing error: {alias}") from exc
    if any(alias not in signature.inputs for alias in inputs):
        msg = (
            f"Inputs contains invalid name. Used request inputs: {_braces(feeds)}, "
            f"request inputs: {_braces(inputs)}"
        )
        raise invalid(msg)
    return feeds


def _value(signature: Signature, alias: str, inputs: Mapping[str, Proto]) -> Proto:
    """Return what the request gives for an input, or else its default."""
    proto = inputs[alias] if alias in inputs else signature.defaults.get(alias)
    if proto is None:
        msg = (
            f"Signature input alias: {alias}(feed name: "
            f"{signature.inputs[alias].tensor}) not found in request and no default "
            "value provided. Inputs expected to be in the set "
            f"{_braces(signature.inputs)}."
        )
        raise invalid(msg)
    return proto


def _check_count(signature: Signature, inputs: Mapping[str, Any]) -> None:
    sent, want = set(inputs), set(signature.inputs)
    too_few = len(sent) < len(want) and not signature.defaults
    if len(sent) <= len(want) and not too_few:
        return
    msg = (
        f"input size does not match signature: {len(sent)}!={len(want)} "
        f"len({_braces(sent)}) != len({_braces(want)}). "
        f"Sent extra: {_braces(sent - want)}. "
        f"Missing but required: {_braces(want - sent - set(signature.defaults))}."
    )
    raise invalid(msg)


def _outputs(signature: Signature, output_filter: Sequence[str]) -> list[TensorSpec]:
    if not output_filter:
        return list(signature.outputs.values())
    specs: dict[str, TensorSpec] = {}
    for alias in output_filter:
        if alias not in signature.outputs:
            msg = (
                f"output tensor alias not found in signature: {alias} Outputs "
                f"expected to be in the set {_braces(signature.outputs)}."
            )
            raise invalid(msg)
        if alias in specs:
            raise invalid(f"duplicate output tensor alias: {alias}")
        specs[alias] = signature.outputs[alias]
    return list(specs.values())


def _braces(names: Collection[str]) -> str:
    return "{" + ",".join(sorted(names)) + "}"
