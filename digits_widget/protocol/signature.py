"""Signatures: names, types and shapes as the model declares them, never hard-coded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from digits_widget.protocol.dtypes import DTYPES, name_of_number
from digits_widget.protocol.messages import Proto

DEFAULT = "serving_default"
"""The signature that a server uses when the request names none."""

UNKNOWN = "DT_INVALID"
"""The element type of a tensor that the server did not declare."""

INIT_OP = "__saved_model_init_op"
"""A signature that TensorFlow 2 adds to every export; clients cannot call it."""


@dataclass(frozen=True)
class TensorSpec:
    """One input or output of a signature."""

    name: str
    """The public name, used in requests and responses."""

    dtype: str
    """The element type's name in the protocol, such as ``DT_FLOAT``."""

    shape: tuple[int, ...] | None
    """Sizes, -1 for any size; () for a scalar; None if even the rank is unknown."""

    tensor: str = ""
    """The name inside the graph, such as ``serving_default_x:0``."""

    @property
    def short_dtype(self) -> str:
        """The everyday name of the element type: ``float32``."""
        known = DTYPES.get(self.dtype)
        return known.short if known else self.word

    @property
    def word(self) -> str:
        """TensorFlow's word for the element type in error messages: ``float``."""
        return self.dtype.removeprefix("DT_").lower()

    def __str__(self) -> str:
        shape = "of any shape" if self.shape is None else str(self.shape)
        return f"{self.name}: {self.short_dtype} {shape}"


@dataclass(frozen=True)
class ModelSignature:
    """One way to call a model."""

    name: str
    """Its name, such as ``serving_default``."""

    inputs: tuple[TensorSpec, ...]
    """The inputs, sorted by name."""

    outputs: tuple[TensorSpec, ...]
    """The outputs, sorted by name."""

    method: str = ""
    """``tensorflow/serving/predict``, ``…/classify`` or ``…/regress``."""

    defaults: frozenset[str] = field(default_factory=frozenset)
    """Names of inputs that a request may leave out."""

    def input(self, name: str) -> TensorSpec | None:
        """Return the input called `name`, or None."""
        return next((spec for spec in self.inputs if spec.name == name), None)

    def __str__(self) -> str:
        takes = ", ".join(map(str, self.inputs))
        gives = ", ".join(map(str, self.outputs))
        return f"{self.name}({takes}) -> ({gives})"


def read_signatures(signature_defs: Mapping[str, Proto]) -> dict[str, ModelSignature]:
    """Return the signatures in the `SignatureDef` messages by name, sorted."""
    return {
        name: ModelSignature(
            name,
            inputs=_read_specs(signature_defs[name].inputs),
            outputs=_read_specs(signature_defs[name].outputs),
            method=signature_defs[name].method_name,
            defaults=frozenset(signature_defs[name].defaults),
        )
        for name in sorted(signature_defs)
    }


def list_signatures(signatures: Iterable[ModelSignature]) -> str:
    """Return one line for each signature that a client can call."""
    lines = [str(each) for each in signatures if each.name != INIT_OP]
    return "; ".join(lines) or "no signature"


def _read_specs(infos: Mapping[str, Proto]) -> tuple[TensorSpec, ...]:
    return tuple(_read_spec(name, infos[name]) for name in sorted(infos))


def _read_spec(name: str, info: Proto) -> TensorSpec:
    shape = tuple(dim.size for dim in info.tensor_shape.dim)
    unknown = info.tensor_shape.unknown_rank
    return TensorSpec(
        name, name_of_number(info.dtype), None if unknown else shape, info.name
    )
