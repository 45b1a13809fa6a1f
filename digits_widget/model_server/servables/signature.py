"""The signatures that a model declares, as the server calls them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from digits_widget.protocol import signature as protocol
from digits_widget.protocol.dtypes import DTYPES
from digits_widget.protocol.messages import Proto, SignatureDef
from digits_widget.protocol.signature import TensorSpec


@dataclass(frozen=True)
class Signature:
    """One way to call the model, with its inputs and outputs by name."""

    name: str
    """The signature's name in requests."""

    method: str
    """Method name, such as ``tensorflow/serving/predict``."""

    inputs: Mapping[str, TensorSpec]
    """The inputs by name."""

    outputs: Mapping[str, TensorSpec]
    """The outputs by name."""

    defaults: Mapping[str, Proto] = field(default_factory=dict)
    """Values of optional inputs, by name."""


def read_signatures(signature_defs: Mapping[str, Proto]) -> dict[str, Signature]:
    """Convert a model's `SignatureDef` messages, by name."""
    return {
        name: Signature(
            name=name,
            method=declared.method,
            inputs=_by_name(declared.inputs),
            outputs=_by_name(declared.outputs),
            defaults=dict(signature_defs[name].defaults),
        )
        for name, declared in protocol.read_signatures(signature_defs).items()
    }


def signature_proto(signature: Signature) -> Proto:
    """Return a signature as the `SignatureDef` message for metadata."""
    proto = SignatureDef(method_name=signature.method)
    for specs, infos in (
        (signature.inputs, proto.inputs),
        (signature.outputs, proto.outputs),
    ):
        for name, spec in specs.items():
            infos[name].name = spec.tensor
            infos[name].dtype = DTYPES[spec.dtype].number
            infos[name].tensor_shape.unknown_rank = spec.shape is None
            for size in spec.shape or ():
                infos[name].tensor_shape.dim.add(size=size)
    return proto


def _by_name(specs: Iterable[TensorSpec]) -> dict[str, TensorSpec]:
    # A request sends the plain type where TensorFlow 1 declared a reference to it.
    return {
        spec.name: replace(spec, dtype=spec.dtype.removesuffix("_REF"))
        for spec in specs
    }
