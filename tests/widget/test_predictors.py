from __future__ import annotations

import numpy as np
import pytest

from digits_widget.errors import AnswerError, LogitsError
from digits_widget.logits import softmax
from digits_widget.prediction import Prediction
from digits_widget.widget.predictors import (
    CallablePredictor,
    EmbeddedPredictor,
    RemotePredictor,
)

LOGITS = np.linspace(-4, 5, 10)
IMAGES = np.zeros((2, 28, 28), np.float32)


def test_a_function_that_gives_logits_is_told_apart() -> None:
    function = CallablePredictor(lambda _: Prediction(LOGITS))
    with pytest.raises(LogitsError):
        function(IMAGES[0])
    function.read_logits("softmax")
    for answer in function.many(IMAGES):
        np.testing.assert_array_equal(answer.logits, LOGITS)
        np.testing.assert_array_equal(answer.confidences, softmax(LOGITS))
    function.read_logits("refuse")
    with pytest.raises(LogitsError):
        function.many(IMAGES)


def test_an_answer_of_confidences_goes_through_as_it_is() -> None:
    answer = Prediction(np.full(10, 0.1))
    assert CallablePredictor(lambda _: answer)(IMAGES[0]) is answer


def test_servers_share_a_client_only_where_they_ask_the_same() -> None:
    one, other = (
        RemotePredictor("127.0.0.1:1", model="digits", version=None) for _ in range(2)
    )
    assert one.client() is other.client()
    one.read_logits("softmax")
    assert one.client() is not other.client()
    one.read_logits("refuse")
    assert one.client() is other.client()


def test_another_version_is_asked_of_the_same_model_with_one_client() -> None:
    own = RemotePredictor("127.0.0.1:1", model="digits", version=None)
    old = own.at_version(1)
    assert old.address() == own.address()
    assert old.client() is not own.client()
    assert own.at_version(1).client() is old.client()
    own.ask_version(1)
    assert own.client() is old.client()


@pytest.mark.server
def test_the_embedded_server_is_asked_for_another_version_at_once() -> None:
    own = EmbeddedPredictor(model="digits", version=None, announce=lambda _words: None)
    try:
        assert own(IMAGES[0]).version == 2
        assert own.at_version(1)(IMAGES[0]).version == 1
        assert own(IMAGES[0]).version == 2
        own.ask_version(1)
        assert own(IMAGES[0]).version == 1
    finally:
        own.close()


@pytest.mark.parametrize("answer", [None, np.full(10, 0.1)])
def test_a_function_that_gives_no_prediction_is_told_what_to_give(
    answer: object,
) -> None:
    function = CallablePredictor(lambda _: answer)  # type: ignore[arg-type, return-value]
    with pytest.raises(AnswerError, match="Return Prediction"):
        function(IMAGES[0])
