"""Compares the model that a server serves with the model on disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from digits_widget.protocol.metadata import ModelMetadata
from digits_widget.protocol.signature import INIT_OP, ModelSignature, TensorSpec


def differences(
    served: ModelMetadata,
    saved: ModelMetadata,
    *,
    versions_on_disk: Iterable[int] = (),
) -> tuple[str, ...]:
    """Return one sentence for each difference; nothing if both are the same.

    Parameters
    ----------
    served : ModelMetadata
        The server's metadata.
    saved : ModelMetadata
        The file's metadata.
    versions_on_disk : iterable of int
        All versions in the model's folder.
    """
    return (
        *_versions(served.version, saved.version, tuple(versions_on_disk)),
        *_signatures(served, saved),
    )


def _versions(
    served: int | None, saved: int | None, on_disk: tuple[int, ...]
) -> Iterator[str]:
    there = on_disk or (() if saved is None else (saved,))
    if served is not None and there and served != max(there):
        listed = ", ".join(map(str, there))
        yield f"The server has version {served}, the folder has {listed}."


def _signatures(served: ModelMetadata, saved: ModelMetadata) -> Iterator[str]:
    for name in sorted({*served.signatures, *saved.signatures} - {INIT_OP}):
        ours, theirs = saved.signatures.get(name), served.signatures.get(name)
        if theirs is None:
            yield f"Signature {name} is on disk and not served."
        elif ours is None:
            yield f"Signature {name} is served and not on disk."
        else:
            yield from _tensors(name, theirs, ours)


def _tensors(name: str, served: ModelSignature, saved: ModelSignature) -> Iterator[str]:
    there, here = _by_name(served.inputs), _by_name(saved.inputs)
    yield from _one_role(f"{name}: input", there, here)
    there, here = _by_name(served.outputs), _by_name(saved.outputs)
    yield from _one_role(f"{name}: output", there, here)


def _one_role(
    where: str, served: dict[str, TensorSpec], saved: dict[str, TensorSpec]
) -> Iterator[str]:
    lost, new = sorted(served.keys() - saved), sorted(saved.keys() - served)
    if len(lost) == len(new) == 1:
        yield f"{where} {lost[0]} as served is {new[0]} on disk."
    else:
        yield from (f"{where} {each} is served and not on disk." for each in lost)
        yield from (f"{where} {each} is on disk and not served." for each in new)
    for each in sorted(served.keys() & saved):
        if (served[each].dtype, served[each].shape) != (
            saved[each].dtype,
            saved[each].shape,
        ):
            yield f"{where} as served is {served[each]}, and on disk {saved[each]}."


def _by_name(specs: Iterable[TensorSpec]) -> dict[str, TensorSpec]:
    return {spec.name: spec for spec in specs}
