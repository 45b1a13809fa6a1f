"""Checks that ``model.tflite`` and ``saved_model.pb`` declare the same model.

Clients read the signatures in ``saved_model.pb``, but ``model.tflite`` answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from digits_widget.model_server.servables.signature import Signature
from digits_widget.model_server.status_error import StatusError
from digits_widget.protocol.signature import TensorSpec


def check_same_signatures(
    folder: Path, found: Mapping[str, Signature], declared: Mapping[str, Signature]
) -> None:
    """Refuse a version whose two files contradict each other.

    Parameters
    ----------
    folder : Path
        The folder with both files.
    found : mapping of str to Signature
        Signatures in ``model.tflite``. Some declared ones may be missing: LiteRT cannot
        read Examples.
    declared : mapping of str to Signature
        Signatures in ``saved_model.pb``.

    Raises
    ------
    StatusError
        FAILED_PRECONDITION, with the first difference.
    """
    for name, signature in found.items():
        difference = (
            f"signature {name} is in model.tflite alone"
            if name not in declared
            else _difference(signature.inputs, declared[name].inputs, "input")
            or _difference(signature.outputs, declared[name].outputs, "output")
        )
        if difference:
            msg = (
                f"model.tflite and saved_model.pb in {folder} are not the same model: "
                f"{difference}. Export both again"
            )
            raise StatusError("FAILED_PRECONDITION", msg)


def _difference(
    found: Mapping[str, TensorSpec], declared: Mapping[str, TensorSpec], role: str
) -> str:
    if found.keys() != declared.keys():
        return _contrast(f"{role}s", ", ".join(found), ", ".join(declared))
    for name, spec in found.items():
        if not _is_same(spec, declared[name]):
            return _contrast(role, str(spec), str(declared[name]))
    return ""


def _is_same(found: TensorSpec, declared: TensorSpec) -> bool:
    if found.dtype != declared.dtype:
        return False
    if not found.shape or declared.shape is None:
        # The converter writes a shape that it does not know as that of a scalar.
        return True
    return len(found.shape) == len(declared.shape) and all(
        -1 in pair or pair[0] == pair[1]
        for pair in zip(found.shape, declared.shape, strict=True)
    )


def _contrast(role: str, found: str, declared: str) -> str:
    return f"{role} {found} in model.tflite, {declared} in saved_model.pb"
