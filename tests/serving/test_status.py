"""Every status of gRPC becomes one of our errors."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import numpy as np
import pytest

from digits_widget.errors import (
    AccessError,
    AnswerError,
    ModelNotFoundError,
    ModelShapeError,
    RequestRefusedError,
    ServerAbsentError,
    ServerBusyError,
    ServerFailureError,
    ServingError,
    TooLargeError,
)
from digits_widget.serving import Client
from digits_widget.serving.error_hints import (
    CURES,
    ERRORS,
    FINER,
    HAPPENED,
    error_class,
    error_for,
)
from tests.serving.scripted_server import ScriptedServer, refuse

FAILURES = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]


def test_the_table_has_every_status_that_is_a_failure() -> None:
    assert set(ERRORS) == set(FAILURES)


def descend(kind: type[ServingError]) -> Iterator[type[ServingError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from descend(child)


# The call succeeded even if its answer is useless: the reader of the answer raises.
KINDS = [
    kind
    for kind in descend(ServingError)
    if kind not in (ServingError, ModelShapeError) and not issubclass(kind, AnswerError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_class_says_what_happened_and_what_to_do(
    kind: type[ServingError],
) -> None:
    code = grpc.StatusCode.UNAVAILABLE
    error = error_for(code, "its words", target="here:1", model="digits", kind=kind)
    happened = HAPPENED[kind].format("here:1")
    if kind is ServerAbsentError:
        happened = "The model server at here:1 cannot be reached."
    raw = "(UNAVAILABLE, model 'digits': its words)"
    assert str(error) == f"{happened} {CURES[kind]} {raw}"
    assert CURES[kind].endswith(".")


def test_an_absent_server_is_told_as_people_say_it() -> None:
    code = grpc.StatusCode.UNAVAILABLE
    target = "127.0.0.1:8500"
    error = error_for(code, "", target=target, model="a", kind=ServerAbsentError)
    assert str(error).startswith("The model server at 127.0.0.1:8500 is not running.")


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


BUSY = grpc.StatusCode.RESOURCE_EXHAUSTED
AWAY = grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize(
    ("code", "details"),
    [
        (AWAY, "The batch scheduling queue to which this task was submitted is full"),
        (BUSY, "queue full"),
        (BUSY, "Too many requests: try again later"),
        (BUSY, "Quota exceeded for calls per minute"),
    ],
)
def test_a_server_with_too_much_to_do_is_waited_for_and_not_looked_for(
    scripted: ScriptedServer, code: grpc.StatusCode, details: str
) -> None:
    scripted.answers["Predict"] = refuse(code, details)
    with Client(scripted.target) as client, pytest.raises(ServerBusyError) as caught:
        client.predict(np.zeros((28, 28)))
    assert "ask again a little later" in str(caught.value)
    assert "address" not in str(caught.value)
    assert "raise the limit" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "details", "kind", "todo"),
    [
        (BUSY, "Received message larger than max (9 vs. 4)", TooLargeError, "limit"),
        (BUSY, "OOM when allocating tensor", TooLargeError, "out of memory"),
        (BUSY, "", TooLargeError, "no room"),
        (
            grpc.StatusCode.INVALID_ARGUMENT,
            "Task size 9 is larger than maximum input batch size 4",
            RequestRefusedError,
            "max_batch=",
        ),
        (
            grpc.StatusCode.UNIMPLEMENTED,
            "Conversion of JSON Value: 1 to type: half",
            ServingError,
            "over gRPC",
        ),
        (
            grpc.StatusCode.UNIMPLEMENTED,
            "The Conv2D op only supports NHWC [[{{node conv}}]]",
            ServingError,
            "operation of this model",
        ),
        (grpc.StatusCode.PERMISSION_DENIED, "", ServingError, "may not do it"),
        (grpc.StatusCode.UNAUTHENTICATED, "", ServingError, "token="),
        (grpc.StatusCode.DATA_LOSS, "", ServerFailureError, "damaged"),
        (
            grpc.StatusCode.NOT_FOUND,
            "Error while reading resource variable w [[{{node w}}]]",
            ServerFailureError,
            "variables",
        ),
        (
            grpc.StatusCode.FAILED_PRECONDITION,
            "Could not find variable dense/kernel",
            RequestRefusedError,
            "variables",
        ),
        (
            grpc.StatusCode.NOT_FOUND,
            "Servable not found for request: Latest(a)",
            ModelNotFoundError,
            "Choose one that is there",
        ),
    ],
)
def test_each_cure_fits_what_happened(
    code: grpc.StatusCode, details: str, kind: type[ServingError], todo: str
) -> None:
    error = error_for(code, details, target="here:1", model="digits")
    assert isinstance(error, kind)
    assert todo in str(error)


def test_an_answer_over_this_clients_limit_names_the_option_that_raises_it(
    scripted: ScriptedServer,
) -> None:
    scripted.answers["Predict"] = lambda *_: b"\x0a" * 5000
    with (
        Client(scripted.target, max_response_bytes=4096) as client,
        pytest.raises(TooLargeError, match="max_response_bytes="),
    ):
        client.predict(np.zeros((28, 28)))


@pytest.mark.parametrize(
    ("code", "kind", "todo"),
    [
        ("INVALID_ARGUMENT", RequestRefusedError, "Mend the configuration"),
        ("PERMISSION_DENIED", AccessError, "Ask the person who runs the server"),
    ],
)
def test_a_configuration_that_is_refused_has_a_cure_of_its_own(
    scripted: ScriptedServer, code: str, kind: type[Exception], todo: str
) -> None:
    scripted.answers["HandleReloadConfigRequest"] = refuse(
        grpc.StatusCode[code], "the server's words"
    )
    with Client(scripted.target) as client:
        client.metadata()
        with pytest.raises(kind, match=todo):
            client.reload_config({"a": "/models/a"})
