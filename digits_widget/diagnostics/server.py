"""Checks whether the model server answers, its model, and one prediction."""

from __future__ import annotations

from collections.abc import Iterator

from digits_widget.diagnostics.diagnosis import Diagnosis, broken, doubtful, well
from digits_widget.errors import (
    AnswerError,
    DigitsError,
    MissingExtraError,
    ModelNotFoundError,
    RequestRefusedError,
)

TOPIC = "Model server"

DIGIT = 3
"""The bundled drawing to predict."""

_PATIENCE = 10.0
"""Seconds for each request."""


def examine_server(target: str | None, *, model: str) -> Iterator[Diagnosis]:
    """Check a model server, and predict one digit.

    Parameters
    ----------
    target : str or None
        Address of a server; None starts an embedded one.
    model : str
        Name of the model.
    """
    if target:
        yield from _ask(target, model)
        return
    yield well(TOPIC, "No address is given, and DIGITS_SERVER is not set: starting one")
    try:
        from digits_widget.model_server.embedded import (  # noqa: PLC0415
            EmbeddedServer,
        )

        with EmbeddedServer() as server:
            yield from (well(TOPIC, line) for line in server.engines)
            yield from _ask(server.target, model)
    except MissingExtraError as exc:
        yield broken(
            TOPIC,
            str(exc).partition(" Install it")[0],
            'pip install "digits-widget[lab]", or name a server that runs: '
            "export DIGITS_SERVER=host:8500",
        )
    except DigitsError as exc:
        yield broken(TOPIC, str(exc), "Read its last lines above, then run this again.")


def _ask(target: str, model: str) -> Iterator[Diagnosis]:
    from digits_widget.pipeline import PRESETS  # noqa: PLC0415 - may be broken
    from digits_widget.samples import sample  # noqa: PLC0415
    from digits_widget.serving import Client  # noqa: PLC0415

    try:
        with Client(target, model=model, timeout=_PATIENCE, logits="softmax") as client:
            said = client.metadata()
            yield well(TOPIC, f"{target} answers")
            version = "" if said.version is None else f" version {said.version}"
            yield well(TOPIC, f"It serves {model}{version}: {said.choose()}")
            answer = client.predict(PRESETS["mnist"](sample(DIGIT)).tensor)
    except DigitsError as exc:
        yield broken(TOPIC, str(exc), _cure(exc, target, model))
        return
    if answer.logits is not None:
        yield doubtful(
            TOPIC,
            f"{model} answers with logits: it has no final softmax",
            "Ask with --logits softmax (predict, evaluate), press “Show as "
            "confidences” in the widget, or in Python: "
            'Client(..., logits="softmax").',
        )
    took = f"{answer.timing.total * 1000:.1f} ms"
    read = f"It reads the bundled {DIGIT} as {answer.label} at {answer.confidence:.1%}"
    if answer.label == DIGIT:
        yield well(TOPIC, f"{read}, in {took}")
    else:
        cure = "Check that the model reads digits, and that 1 is ink in its input."
        yield doubtful(TOPIC, read, cure)


def _cure(error: DigitsError, target: str, model: str) -> str:
    if isinstance(error, (AnswerError, RequestRefusedError, ModelNotFoundError)):
        return (
            "The server runs, but this model does not fit: choose another with "
            f"--model, or see its inputs: digits-widget inspect {target} "
            f"--model {model}"
        )
    return (
        f"Check the program at {target}; or start a server in another terminal: "
        "digits-widget serve. Without DIGITS_SERVER the widget starts its own."
    )
