"""`doctor`: runs every check and prints each result at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from digits_widget.diagnostics.diagnosis import Diagnosis, broken
from digits_widget.diagnostics.jupyter import examine_jupyter
from digits_widget.diagnostics.place import examine_place
from digits_widget.diagnostics.ports import examine_ports
from digits_widget.diagnostics.report import Report
from digits_widget.diagnostics.server import examine_server
from digits_widget.diagnostics.versions import examine_versions

_REPORT_IT = "Please report it, with what `digits-widget doctor --json` prints."


def doctor(
    server: str | None = None,
    *,
    model: str = "digits",
    say: Callable[[str], object] = print,
) -> Report:
    """Check everything the widget needs, and say how to fix what is missing.

    Parameters
    ----------
    server : str, optional
        Address of a model server. By default that of the environment variable
        ``DIGITS_SERVER``, or else an embedded server, which `doctor` starts.
    model : str
        Name of the model.
    say : callable
        Called with each line of text as soon as it is known.

    Returns
    -------
    Report
        All diagnoses, for programs.
    """
    target = server or os.environ.get("DIGITS_SERVER")
    examinations: dict[str, Callable[[], Iterable[Diagnosis]]] = {
        "Versions": examine_versions,
        "Jupyter": examine_jupyter,
        "Ports": partial(examine_ports, target),
        "Model server": partial(examine_server, target, model=model),
        "Place": examine_place,
    }
    findings = []
    for topic, examine in examinations.items():
        say(topic)
        for finding in _survived(topic, examine):
            findings.append(finding)
            say(str(finding))
    return Report(tuple(findings))


def _survived(
    topic: str, examine: Callable[[], Iterable[Diagnosis]]
) -> Iterator[Diagnosis]:
    try:
        yield from examine()
    # A broken installation may fail in unforeseen ways.
    except Exception as exc:  # noqa: BLE001
        said = f"The check itself failed: {type(exc).__name__}: {exc}"
        yield broken(topic, said, _REPORT_IT)
