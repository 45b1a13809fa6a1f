"""What lesson 5 says about wrong answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget import Client
from digits_widget.course.lesson_5 import exercise_1, exercise_2, exercise_3
from digits_widget.datasets.digits import LabelledDrawings
from digits_widget.datasets.synthetic_writers import drawn_by
from digits_widget.dithering import dither
from digits_widget.evaluation import evaluate
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.pipeline import PRESETS

PLAIN = np.full((28, 28), 0.3, np.float32)


@pytest.mark.parametrize(
    ("spenders", "hint"),
    [
        (["atkinson", "steven-pigeon"], None),
        (("steven-pigeon", "atkinson"), None),
        ({"steven-pigeon", "atkinson"}, None),
        ("atkinson", "not a list"),
        (7, "not a list"),
        (["atkinson"], "two names"),
        (["atkinson", "atkinson"], "two names"),
        (["atkinson", "attkinson"], "no method of error diffusion"),
        (["bayer", "atkinson"], "no method of error diffusion"),
        (["atkinson", "stucki"], "atkinson is right"),
        (["burkes", "stucki"], "Neither"),
    ],
)
def test_the_methods_must_be_those_that_drop_most(
    spenders: Any, hint: str | None
) -> None:
    said = exercise_1(spenders, PLAIN)
    assert (said is None) if hint is None else (hint in str(said))


WORST = ["clustered-dot-4x4", "c6x6b"]


@pytest.fixture(scope="module")
def known() -> LabelledDrawings:
    return drawn_by(8, seed=5)


@pytest.fixture(scope="module")
def framed(known: LabelledDrawings) -> NDArray[np.float32]:
    images: NDArray[np.float32] = PRESETS["mnist"].batch(known.drawings)
    return images


Asked = tuple[NDArray[np.float32], LabelledDrawings, str]
"""Pictures, their drawings, and the address of the server."""


@pytest.fixture(scope="module")
def asked(
    framed: NDArray[np.float32], known: LabelledDrawings, model_server: EmbeddedServer
) -> Asked:
    return framed, known, model_server.target


@pytest.fixture(scope="module")
def gains(asked: Asked) -> Mapping[str, float]:
    framed, known, target = asked
    read: dict[int, dict[str, float]] = {}
    for version in (1, 2):
        with Client(target, version=version) as client:
            read[version] = {
                name: evaluate(
                    dither(framed, name).astype(np.float32),
                    known.labels,
                    client.predict,
                ).accuracy
                for name in WORST
            }
    return {name: 100 * (read[2][name] - read[1][name]) for name in WORST}


@pytest.mark.server
@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda right: right, None),
        (lambda right: {**right, "more": 3}, None),
        (lambda _: [1, 2], "not a dictionary"),
        (lambda _: {"c6x6b": 1}, "no gain for clustered-dot-4x4"),
        (lambda right: dict.fromkeys(right, "many"), "one number"),
        (lambda right: {k: v / 100 for k, v in right.items()}, "shares"),
        (lambda right: {k: -v for k, v in right.items()}, "other way round"),
        (lambda right: {k: v + 50 for k, v in right.items()}, "other numbers"),
    ],
)
def test_gains_must_be_those_of_version_2(
    change: Callable[[Mapping[str, float]], Any],
    hint: str | None,
    gains: Mapping[str, float],
    asked: Asked,
) -> None:
    assert max(gains.values()) > 0.5
    said = exercise_2(change(gains), WORST, *asked)
    assert (said is None) if hint is None else (hint in str(said))


@pytest.mark.parametrize(
    ("mine", "hint"),
    [
        ({"kernel": [["x", 0, 1], [0, 0, 3]], "divisor": 4}, None),
        ({"kernel": [["x", 0, 1], [0, 0, 3]]}, None),
        ([[0, "x", 7]], "not a dictionary"),
        ({"kernel": [[7, "x", 0]], "divisor": 7}, "left of"),
        ({"kernel": [["x", 0, 1], [0, 0, 3]], "divisor": 8}, "4 of 8 parts"),
        ({"kernel": [["x", 0, 1], [0, 0, 3]], "divisor": 2}, "divisor"),
        ({"matrix": [[0, 2], [3, 1]]}, "no error to pass on"),
        (
            {"kernel": [[0, "x", 14], [6, 10, 2]], "divisor": 32},
            "a name already: floyd-steinberg",
        ),
        ({"kernels": []}, "kernel"),
    ],
)
def test_a_kernel_must_be_new_and_pass_all_on(mine: Any, hint: str | None) -> None:
    said = exercise_3(mine)
    assert (said is None) if hint is None else (hint in str(said))
