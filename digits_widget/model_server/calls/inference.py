"""What Classify, Regress and MultiInference have in common about signatures."""

from __future__ import annotations

from digits_widget.model_server.refusal import invalid
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.servables.signature import DEFAULT, Signature


def signature_of(servable: Servable, name: str) -> Signature:
    """Find a signature; unlike Predict, these calls miss it with INVALID_ARGUMENT."""
    signature = servable.signatures.get(name or DEFAULT)
    if signature is None:
        raise invalid(f"No signature was found with the name: {name or DEFAULT}")
    return signature


def one_input(signature: Signature, what: str) -> None:
    """Refuse a signature whose one input is not called ``inputs``."""
    if len(signature.inputs) != 1:
        raise invalid("Expected one input Tensor.")
    if "inputs" not in signature.inputs:
        msg = (
            f"No {what} inputs found in SignatureDef: {signature.name} has the input "
            f"{next(iter(signature.inputs))}"
        )
        raise invalid(msg)
