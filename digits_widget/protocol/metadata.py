"""`ModelMetadata`: the signatures of one version of a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from digits_widget.errors import SignatureError
from digits_widget.protocol.servable import Servable
from digits_widget.protocol.signature import (
    DEFAULT,
    INIT_OP,
    UNKNOWN,
    ModelSignature,
    TensorSpec,
    list_signatures,
)


@dataclass(frozen=True)
class ModelMetadata:
    """The signatures that one version of a model declares."""

    model: str
    """The model's name."""

    version: int | None
    """The version that declares them; None if the server does not say."""

    signatures: Mapping[str, ModelSignature]
    """All signatures by name."""

    target: str = ""
    """Its source: a server's address or a folder."""

    def choose(self, name: str | None = None) -> ModelSignature:
        """Return the signature called `name`; else the default one, else the only one.

        Raises
        ------
        SignatureError
            The model has no signature of that name, or several without a default.
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


def by_hand(
    servable: Servable,
    target: str,
    *,
    input: str | TensorSpec,  # noqa: A002 - beside output
    output: str,
) -> ModelMetadata:
    """Return metadata that the caller gives, for a server that does not offer them.

    Parameters
    ----------
    servable : Servable
        The model, with its signature unless that is the default one.
    target : str
        The server's address.
    input : str or TensorSpec
        The input for the image; a name alone means float32 (-1, 28, 28, 1).
    output : str
        The output with the ten confidences.
    """
    if isinstance(input, str):
        input = TensorSpec(input, "DT_FLOAT", (-1, 28, 28, 1))  # noqa: A001
    gives = TensorSpec(output, "DT_FLOAT", (-1, 10))
    name = servable.signature or DEFAULT
    signature = ModelSignature(name, (input,), (gives,))
    return ModelMetadata(servable.name, servable.version, {name: signature}, target)


def names_alone(
    servable: Servable, target: str, inputs: Iterable[str], outputs: Iterable[str]
) -> ModelMetadata:
    """Return metadata made of names alone, for a server that does not offer them.

    The arrays that the client sends and receives determine types and shapes.

    Parameters
    ----------
    servable : Servable
        The model, with its signature unless that is the default one.
    target : str
        The server's address.
    inputs, outputs : iterable of str
        The names that the call uses.
    """
    name = servable.signature or DEFAULT
    takes, gives = (
        tuple(TensorSpec(each, UNKNOWN, None) for each in sorted(names))
        for names in (inputs, outputs)
    )
    signature = ModelSignature(name, takes, gives)
    return ModelMetadata(servable.name, servable.version, {name: signature}, target)


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


@dataclass(frozen=True, order=True)
class VersionStatus:
    """The state of one version of a model, as the server reports it."""

    version: int
    """The version number, which is the name of its folder."""

    state: str
    """START, LOADING, AVAILABLE, UNLOADING or END."""

    code: str = "OK"
    """The gRPC status of a version that failed; OK if nothing went wrong."""

    message: str = ""
    """The server's own message about the version."""

    @property
    def is_ready(self) -> bool:
        """True while the version answers requests."""
        return self.state == "AVAILABLE"

    def __str__(self) -> str:
        trouble = f": {self.message or self.code}" if self.code != "OK" else ""
        return f"{self.version} ({self.state}{trouble})"


def list_versions(versions: Iterable[VersionStatus]) -> str:
    """Return the versions as text, highest first."""
    return ", ".join(str(each) for each in sorted(versions, reverse=True)) or "none"
