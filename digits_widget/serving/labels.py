"""Labels of a model's versions: no call lists them, so some usual names are tried."""

from __future__ import annotations

from collections.abc import Iterable

from digits_widget.errors import ModelNotFoundError, RequestRefusedError
from digits_widget.serving.client import Client

USUAL = ("stable", "canary")
"""The names that TensorFlow Serving's own guide uses, and the shipped models have."""


def known_labels(
    client: Client, *, names: Iterable[str] = USUAL, timeout: float | None = None
) -> dict[str, int]:
    """Return the version behind each label, of those in `names` that are there.

    Parameters
    ----------
    client : Client
        Names the server and the model.
    names : iterable of str
        Labels to try, one question each.
    timeout : float, optional
        Seconds for each. Default: the client's.
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
