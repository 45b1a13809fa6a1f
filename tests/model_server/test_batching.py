"""Requests that come at the same time and run together."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digits_widget.errors import ModelServerError
from digits_widget.model_server.refusal import Refusal
from digits_widget.model_server.servables.batching import Batcher
from digits_widget.model_server.servables.batching_parameters import (
    BatchingParameters,
    read_batching_parameters,
)

Array = np.ndarray[Any, Any]


class Doubler:
    """A graph that doubles its input, and counts how often it runs."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.timeouts: list[float | None] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def __call__(
        self, feeds: Mapping[str, Array], fetches: Sequence[str], left: float | None
    ) -> list[Array]:
        self.timeouts.append(left)
        self.sizes.append(len(feeds["x"]))
        self.entered.set()
        self.gate.wait(20)
        return [feeds["x"] * 2 for _ in fetches]


def rows(*values: float) -> dict[str, Array]:
    return {"x": np.array(values, np.float32)}


def refused(batcher: Batcher, run: Any, feeds: Mapping[str, Array]) -> tuple[str, str]:
    with pytest.raises(Refusal) as caught:
        batcher(run, feeds, ["y"], None)
    return caught.value.code, caught.value.message


def test_callers_that_wait_share_a_run_and_get_their_own_rows() -> None:
    run = Doubler()
    batcher = Batcher(BatchingParameters(threads=1, timeout=0.0))
    run.gate.clear()
    answers: dict[int, list[float]] = {}

    def ask(number: int) -> None:
        feeds = rows(*[number] * number)
        answers[number] = batcher(run, feeds, ["y"], None)[0].tolist()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(1, 6)]
    threads[0].start()
    assert run.entered.wait(20)
    for thread in threads[1:]:
        thread.start()
    while sum(len(each.tasks) for each in batcher._open.values()) < 4:
        threading.Event().wait(0.01)
    run.gate.set()
    for thread in threads:
        thread.join()
    assert answers == {number: [2.0 * number] * number for number in range(1, 6)}
    assert run.sizes == [1, 14]


@pytest.mark.parametrize("patience", [50.0, None])
def test_a_batch_has_the_time_of_its_most_patient_caller(
    patience: float | None,
) -> None:
    run = Doubler()
    batcher = Batcher(BatchingParameters(max_batch_size=2, timeout=20))
    hurried = threading.Thread(target=batcher, args=(run, rows(1), ["y"], 5.0))
    hurried.start()
    while not batcher._open:
        threading.Event().wait(0.01)
    # The second row fills the batch that the first caller leads.
    batcher(run, rows(2), ["y"], patience)
    hurried.join()
    (left,) = run.timeouts
    assert left is None if patience is None else left is not None and 5 < left < 50


def test_what_cannot_be_batched_is_refused() -> None:
    batcher = Batcher(BatchingParameters(max_batch_size=2))
    run = Doubler()
    scalar: dict[str, Array] = {"x": np.zeros(())}
    assert refused(batcher, run, scalar)[0] == "INVALID_ARGUMENT"
    uneven = {**rows(1, 2), "z": np.zeros(3)}
    assert "equal 0th-dimension" in refused(batcher, run, uneven)[1]
    code, text = refused(batcher, run, rows(1, 2, 3))
    assert code == "INVALID_ARGUMENT"
    assert text == "Task size 3 is larger than maximum input batch size 2"


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (np.float32(1).reshape(()), "Batched output tensor has 0 dimensions"),
        (np.zeros(9), "0th dimension does not equal the sum"),
    ],
)
def test_outputs_without_rows_are_refused(result: Array, text: str) -> None:
    batcher = Batcher(BatchingParameters())
    code, found = refused(batcher, lambda *_: [result], rows(1, 2))
    assert code == "FAILED_PRECONDITION"
    assert text in found


def test_large_requests_are_cut_up_if_that_is_allowed() -> None:
    run = Doubler()
    batcher = Batcher(
        BatchingParameters(max_batch_size=4, splits=True, max_execution_size=2)
    )
    answer = batcher(run, rows(1, 2, 3, 4, 5), ["y"], None)[0]
    assert answer.tolist() == [2, 4, 6, 8, 10]
    assert run.sizes == [2, 2, 1]


def test_batches_are_padded_to_an_allowed_size() -> None:
    run = Doubler()
    batcher = Batcher(BatchingParameters(max_batch_size=8, allowed_sizes=(4, 8)))
    assert batcher(run, rows(1, 2, 3), ["y"], None)[0].tolist() == [2, 4, 6]
    assert run.sizes == [4]


def test_an_error_reaches_every_caller() -> None:
    too_far = Refusal("OUT_OF_RANGE", "too far")

    def fail(*_: Any) -> list[Array]:
        raise too_far

    batcher = Batcher(BatchingParameters())
    assert refused(batcher, fail, rows(1)) == ("OUT_OF_RANGE", "too far")


def test_a_full_queue_is_unavailable() -> None:
    batcher = Batcher(BatchingParameters(max_enqueued_batches=0))
    assert refused(batcher, Doubler(), rows(1))[0] == "UNAVAILABLE"


@pytest.mark.parametrize("pads", [True, False])
def test_unequal_shapes_are_padded_or_refused(*, pads: bool) -> None:
    batcher = Batcher(BatchingParameters(pads=pads))
    arrays = [np.array([[1, 2]]), np.array([[3]])]
    if pads:
        assert batcher._joined(arrays, 2).tolist() == [[1, 2], [3, 3]]
        return
    with pytest.raises(Refusal) as caught:
        batcher._joined(arrays, 2)
    assert caught.value.code == "FAILED_PRECONDITION"


def test_the_parameters_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "batching.txt"
    path.write_text(
        "max_batch_size { value: 128 } batch_timeout_micros { value: 1000 }\n"
        "max_enqueued_batches { value: 7 } num_batch_threads { value: 3 }\n"
        "allowed_batch_sizes: 1 allowed_batch_sizes: 128\n"
        "pad_variable_length_inputs: true\n"
    )
    assert read_batching_parameters(path) == BatchingParameters(
        max_batch_size=128,
        timeout=0.001,
        max_enqueued_batches=7,
        threads=3,
        allowed_sizes=(1, 128),
        pads=True,
    )


@pytest.mark.parametrize(
    "text", ["nonsense {", "allowed_batch_sizes: 5", "max_batch_size { value: 0 }"]
)
def test_a_parameters_file_that_is_no_use_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "batching.txt"
    path.write_text(text)
    with pytest.raises(ModelServerError, match="batching parameters file"):
        read_batching_parameters(path)
