"""What the message of a failed call can add: what is loaded there, and declared."""

from __future__ import annotations

from dataclasses import dataclass

from digits_widget.errors import (
    ModelNotFoundError,
    RequestRefusedError,
    ServingError,
    SignatureError,
)
from digits_widget.serving.declared import Declared
from digits_widget.serving.metadata import ModelMetadata
from digits_widget.serving.servable import Servable
from digits_widget.serving.signature import list_signatures
from digits_widget.serving.status import CURES
from digits_widget.serving.transport import Transport
from digits_widget.serving.version_status import list_versions

_PATIENCE = 1.0
"""Seconds for a question whose only use is a better message."""


def cure(kind: type[ServingError]) -> str:
    """Return the general cure for `kind`."""
    return CURES[kind]


@dataclass(frozen=True)
class Knowledge:
    """Sentences about one model on one server."""

    transport: Transport
    servable: Servable
    declared: Declared

    def tell(self, kind: type[ServingError]) -> str:
        """Return what is known about a failure of class `kind`, and the cure."""
        if kind is ModelNotFoundError:
            return f"{self._loaded()} {CURES[kind]}"
        if issubclass(kind, RequestRefusedError) and self.declared.current is not None:
            called = self._called(self.declared.current)
            return f"The model declares {called}. {CURES[kind]}"
        return CURES[kind]

    def _called(self, metadata: ModelMetadata) -> str:
        """Return the signature that was called; a model may have very many."""
        try:
            return str(metadata.choose(self.servable.signature))
        except SignatureError:
            return list_signatures(metadata.signatures.values())

    def _loaded(self) -> str:
        name = self.servable.name
        try:
            versions = self.transport.status(name, timeout=_PATIENCE, know=cure)
        except ModelNotFoundError:
            return (
                f"No model {name!r} is known there: its name is what the server was "
                "started with as --model_name."
            )
        except ServingError:
            return f"What is loaded of model {name!r} could not be asked."
        return f"Of model {name!r} there is loaded: {list_versions(versions)}."
