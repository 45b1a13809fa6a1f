"""Every status of gRPC becomes one of our errors."""

from __future__ import annotations

import grpc
import numpy as np
import pytest

from digits_widget.errors import ServingError
from digits_widget.serving import Client
from digits_widget.serving.status import CURES, ERRORS, FINER, error_class, error_for
from tests.serving.scripted_server import ScriptedServer, refuse

FAILURES = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]


def test_the_table_has_every_status_that_is_a_failure() -> None:
    assert set(ERRORS) == set(FAILURES)


@pytest.mark.parametrize("kind", {*ERRORS.values(), *(kind for _, kind in FINER)})
def test_every_class_has_a_cure(kind: type[ServingError]) -> None:
    assert CURES[kind].endswith(".")


@pytest.mark.parametrize("code", FAILURES)
def test_a_failure_arrives_as_its_class_with_who_what_and_why(
    scripted: ScriptedServer, code: grpc.StatusCode
) -> None:
    scripted.answers["Predict"] = refuse(code, "the server's own words")
    with Client(scripted.target) as client, pytest.raises(ServingError) as caught:
        client.predict(np.zeros((28, 28)))
    error = caught.value
    assert isinstance(error, ERRORS[code])
    assert (error.target, error.model, error.code) == (
        scripted.target,
        "digits",
        code.name,
    )
    assert isinstance(error.__cause__, grpc.RpcError)
    for words in (code.name, scripted.target, "digits", "the server's own words"):
        assert words in str(error)


@pytest.mark.parametrize("code", FAILURES)
def test_only_unavailable_is_asked_again(
    scripted: ScriptedServer, code: grpc.StatusCode
) -> None:
    scripted.answers["Predict"] = refuse(code, "words")
    with Client(scripted.target) as client, pytest.raises(ServingError):
        client.predict(np.zeros((28, 28)))
    again = code is grpc.StatusCode.UNAVAILABLE
    assert scripted.count("Predict") == (4 if again else 1)


@pytest.mark.parametrize(("words", "kind"), FINER)
def test_the_servers_words_say_more_than_its_status(
    words: str, kind: type[ServingError]
) -> None:
    details = f"before {words} after"
    assert error_class(grpc.StatusCode.INVALID_ARGUMENT, details) is kind


def test_a_refusal_repeats_what_the_model_declares(scripted: ScriptedServer) -> None:
    scripted.answers["Predict"] = refuse(
        grpc.StatusCode.INVALID_ARGUMENT, "Matrix size-incompatible"
    )
    with (
        Client(scripted.target) as client,
        pytest.raises(ServingError, match=r"picture: float32 \(-1, 28, 28, 1\)"),
    ):
        client.predict(np.zeros((28, 28)))


def test_long_details_are_cut_and_kept_on_one_line() -> None:
    error = error_for(
        grpc.StatusCode.INTERNAL, "line\n" * 1000, target="here:1", model="digits"
    )
    assert "\n" not in str(error)
    assert len(str(error)) < 1000
