"""Finds version labels by trying usual names, since no call lists them."""

from __future__ import annotations

from collections.abc import Iterable

from digits_widget.errors import ModelNotFoundError, RequestRefusedError
from digits_widget.serving.client import Client

USUAL = ("stable", "canary")
"""The labels in TensorFlow Serving's guide and in the shipped models."""


def known_labels(
    client: Client, *, names: Iterable[str] = USUAL, timeout: float | None = None
) -> dict[str, int]:
    """Return the version behind each label in `names` that the server has.

    Parameters
    ----------
    client : Client
        The client of the server and the model.
    names : iterable of str
        Labels to try, with one call each.
    timeout : float, optional
        Seconds for each call. Default: the client's.
    """
    found = {}
    for name in names:
        with Client(client.target, model=client.model, label=name) as labelled:
            try:
                version = labelled.metadata(timeout=timeout).version
            except (ModelNotFoundError, RequestRefusedError):
                continue
        if version is not None:
            found[name] = version
    return found
