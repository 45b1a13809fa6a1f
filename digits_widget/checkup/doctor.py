"""`doctor`: every examination, one after the other, told while it goes on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from digits_widget.checkup.finding import Finding, broken
from digits_widget.checkup.jupyter import examine_jupyter
from digits_widget.checkup.place import examine_place
from digits_widget.checkup.ports import examine_ports
from digits_widget.checkup.report import Report
from digits_widget.checkup.server import examine_server
from digits_widget.checkup.versions import examine_versions

_REPORT_IT = "Please report it, with what `digits-widget doctor --json` prints."


def doctor(
    server: str | None = None,
    *,
    model: str = "digits",
    say: Callable[[str], object] = print,
) -> Report:
    """Look at all that the widget needs, and say what to do about what is missing.

    Parameters
    ----------
    server : str, optional
        Address of a model server. By default the one that the environment variable
        ``DIGITS_SERVER`` names, else an embedded server is started and asked.
    model : str
        Name of the model to ask for.
    say : callable
        Told each line as soon as it is known; by default printed.

    Returns
    -------
    Report
        The same for programs.
    """
    target = server or os.environ.get("DIGITS_SERVER")
    examinations: dict[str, Callable[[], Iterable[Finding]]] = {
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
    topic: str, examine: Callable[[], Iterable[Finding]]
) -> Iterator[Finding]:
    try:
        yield from examine()
    # It is called when things are broken in ways nobody thought of.
    except Exception as exc:  # noqa: BLE001
        said = f"The examination itself failed: {type(exc).__name__}: {exc}"
        yield broken(topic, said, _REPORT_IT)
