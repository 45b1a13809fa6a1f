"""The model server: whether it answers, what it serves, and what it reads."""

from __future__ import annotations

from collections.abc import Iterator

from digits_widget.checkup.finding import Finding, broken, doubtful, well
from digits_widget.errors import DigitsError, MissingExtraError

TOPIC = "Model server"

DIGIT = 3
"""Which bundled drawing is asked about."""

_PATIENCE = 10.0
"""Seconds for each question."""


def examine_server(target: str | None, *, model: str) -> Iterator[Finding]:
    """Ask the server at `target`, or an embedded one if that is None."""
    if target:
        yield from _ask(target, model)
        return
    yield well(TOPIC, "No address is given, and DIGITS_SERVER is not set: starting one")
    try:
        from digits_widget.model_server.embedded import (  # noqa: PLC0415
            EmbeddedServer,
        )

        with EmbeddedServer() as server:
            yield from _ask(server.target, model)
    except MissingExtraError as exc:
        yield broken(
            TOPIC,
            str(exc).partition(" Install it")[0],
            'pip install "digits-widget[server]", or name a server that runs: '
            "export DIGITS_SERVER=host:8500",
        )
    except DigitsError as exc:
        yield broken(TOPIC, str(exc), "Read its last words above; then run this again.")


def _ask(target: str, model: str) -> Iterator[Finding]:
    from digits_widget.pipeline import PRESETS  # noqa: PLC0415 - may be broken
    from digits_widget.samples import sample  # noqa: PLC0415
    from digits_widget.serving import Client  # noqa: PLC0415

    try:
        with Client(target, model=model, timeout=_PATIENCE) as client:
            said = client.metadata()
            yield well(TOPIC, f"{target} answers")
            version = "" if said.version is None else f" version {said.version}"
            yield well(TOPIC, f"It serves {model}{version}: {said.choose()}")
            answer = client.predict(PRESETS["mnist"](sample(DIGIT)).tensor)
    except DigitsError as exc:
        yield broken(TOPIC, str(exc), _cure(target))
        return
    took = f"{answer.timing.total * 1000:.1f} ms"
    read = f"It reads the bundled {DIGIT} as {answer.label} at {answer.confidence:.1%}"
    if answer.label == DIGIT:
        yield well(TOPIC, f"{read}, in {took}")
    else:
        cure = "Check that the model is one of digits, and takes 1 for ink."
        yield doubtful(TOPIC, read, cure)


def _cure(target: str) -> str:
    return (
        f"Look at the program behind {target}; or start one here, in another terminal: "
        "digits-widget serve. Without DIGITS_SERVER the widget starts its own."
    )
