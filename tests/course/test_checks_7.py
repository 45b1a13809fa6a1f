"""What lesson 7 says about wrong answers."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from digits_widget import Client
from digits_widget.course.lesson_7 import exercise_1, exercise_2, exercise_3

CHANCE = np.random.default_rng(7)


@pytest.fixture(scope="module")
def clients() -> Iterator[tuple[Client, Client]]:
    """Two clients that nothing asks: they connect to no server."""
    with (
        Client("127.0.0.1:1", label="stable") as stable,
        Client("127.0.0.1:1", label="canary") as canary,
    ):
        yield stable, canary


@pytest.mark.parametrize(
    ("share", "hint"),
    [
        (0.1, None),
        (0, "always chooses stable"),
        (1, "always chooses canary"),
        (0.5, "the number 0.1"),
        (0.9, "exchanged"),
    ],
)
def test_one_request_in_ten_goes_to_the_canary(
    share: float, hint: str | None, clients: tuple[Client, Client]
) -> None:
    stable, canary = clients
    said = exercise_1(
        lambda: canary if CHANCE.random() < share else stable, stable, canary
    )
    assert (said is None) if hint is None else (hint in str(said))


@pytest.mark.parametrize(
    ("choose", "hint"),
    [
        (0.1, "not a function"),
        (lambda: ..., "three dots"),
        (lambda: "canary", "without quotes"),
        (lambda: None, "NoneType"),
    ],
)
def test_a_client_must_be_chosen(
    choose: Any, hint: str, clients: tuple[Client, Client]
) -> None:
    assert hint in str(exercise_1(choose, *clients))


@pytest.mark.parametrize(
    ("revived", "runs", "hint"),
    [
        (100, True, None),
        (np.int64(37), True, None),
        (100, False, "not running"),
        (0, True, "not tried the address"),
        (700, True, "about a third"),
        (-3, True, "about a third"),
        (np.array([100, 100, 100]), True, "one whole number"),
        ("100", True, "one whole number"),
    ],
)
def test_the_server_must_be_back(revived: Any, runs: bool, hint: str | None) -> None:  # noqa: FBT001 - by name
    servers: Any = [SimpleNamespace(is_running=each) for each in (True, runs, True)]
    said = exercise_2(revived, servers)
    assert (said is None) if hint is None else (hint in str(said))


BOUNDS = np.array([0.5, 1.5, 2.5, 20, 50])
TOTALS = np.array([0, 300, 800, 995, 1000])


@pytest.mark.parametrize(
    ("slow", "hint"),
    [
        (20, None),
        (np.float64(20), None),
        ("20", "one number"),
        (np.array([20.0]), "one number"),
        (3, "place of the bound"),
        (2.5, "median"),
        (20_000, "microseconds"),
        (1.5, "30.0% of the requests"),
        (50, "100.0% of the requests"),
        (0.1, " 0.0% of the requests took at most 0.1 ms"),
    ],
)
def test_the_99th_percentile_is_a_bound(slow: Any, hint: str | None) -> None:
    said = exercise_3(slow, BOUNDS, TOTALS)
    assert (said is None) if hint is None else (hint in f" {said}")
