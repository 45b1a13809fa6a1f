"""`ModelMetadata`: the signatures of one version of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from digits_widget.errors import SignatureError
from digits_widget.serving.signature import (
    DEFAULT,
    INIT_OP,
    ModelSignature,
    TensorSpec,
    list_signatures,
)


@dataclass(frozen=True)
class ModelMetadata:
    """What one version of a model declares."""

    model: str
    """The model's name."""

    version: int | None
    """The version that declares it; None if nobody says."""

    signatures: Mapping[str, ModelSignature]
    """All of them by name."""

    target: str = ""
    """Where it was read: a server's address or a folder."""

    def choose(self, name: str | None = None) -> ModelSignature:
        """Return the signature called `name`; else the default one, else the only one.

        Raises
        ------
        SignatureError
            There is none of that name, or several and none is the default.
        """
        callable_ones = [s for s in self.signatures.values() if s.name != INIT_OP]
        if name is None and DEFAULT not in self.signatures and len(callable_ones) == 1:
            return callable_ones[0]
        found = self.signatures.get(name or DEFAULT)
        if found is None:
            msg = (
                f"Got signature {name or DEFAULT!r} for model {self.model!r} at "
                f"{self.target}, expected one of: {list_signatures(callable_ones)}."
            )
            raise SignatureError(msg, target=self.target, model=self.model)
        return found

    def __repr__(self) -> str:
        declared = list_signatures(self.signatures.values())
        version = "" if self.version is None else f" version {self.version}"
        return f"<ModelMetadata of {self.model}{version}: {declared}>"

    def _repr_html_(self) -> str:
        head = "".join(
            f"<th style='text-align:left'>{each}</th>"
            for each in ("signature", "", "name", "dtype", "shape", "in the graph")
        )
        rows = "".join(_rows(each) for each in self.signatures.values())
        version = "" if self.version is None else f", version {self.version}"
        title = escape(f"Model {self.model}{version}, {self.target}")
        return f"<table><caption>{title}</caption><tr>{head}</tr>{rows}</table>"


def _rows(signature: ModelSignature) -> str:
    both = [("input", s) for s in signature.inputs]
    both += [("output", s) for s in signature.outputs]
    return "".join(
        _row(signature.name if index == 0 else "", role, spec)
        for index, (role, spec) in enumerate(both)
    )


def _row(signature: str, role: str, spec: TensorSpec) -> str:
    shape = "any" if spec.shape is None else str(spec.shape)
    cells = (signature, role, spec.name, spec.short_dtype, shape, spec.tensor)
    inside = "".join(f"<td style='text-align:left'>{escape(c)}</td>" for c in cells)
    return f"<tr>{inside}</tr>"
