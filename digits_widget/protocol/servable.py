"""`Servable`: the model, version and signature that a call addresses."""

from __future__ import annotations

from dataclasses import dataclass

from digits_widget.errors import OptionError
from digits_widget.protocol.messages import ModelSpec, Proto


@dataclass(frozen=True)
class Servable:
    """One model on a server, with the version and signature to call."""

    name: str
    """The model's name on the server, set there with ``--model_name``."""

    version: int | None = None
    """One exact version; None for the highest that is ready."""

    label: str | None = None
    """A label of a version, such as ``stable``; give this or `version`."""

    signature: str | None = None
    """One signature; None for the default, or else the only one."""

    def __post_init__(self) -> None:
        if not self.name:
            msg = "Got no model name, expected one. Say model='digits', for example."
            raise OptionError(msg)
        if self.version is not None and self.label is not None:
            msg = (
                f"Got version {self.version} and label {self.label!r}, expected one of "
                "them. A label is a name for a version: drop one."
            )
            raise OptionError(msg)

    def spec(self, signature: str = "") -> Proto:
        """Return the `ModelSpec` for a request about `signature`."""
        spec = ModelSpec(name=self.name, signature_name=signature)
        if self.version is not None:
            spec.version.value = self.version
        if self.label is not None:
            spec.version_label = self.label
        return spec

    def __str__(self) -> str:
        if self.version is not None:
            return f"model {self.name!r} version {self.version}"
        if self.label is not None:
            return f"model {self.name!r} label {self.label!r}"
        return f"model {self.name!r}"
