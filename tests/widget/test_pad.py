from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from digits_widget.drawing import MAX_POINTS, Drawing, Stroke
from digits_widget.errors import TooManyPointsError
from digits_widget.samples import sample
from digits_widget.widget.background import Background
from digits_widget.widget.drawing.pad import Pad
from digits_widget.widget.drawing.tool import Tool


class Paper:
    """Stands for `Ink`: keeps what was painted since the last new sheet."""

    def __init__(self) -> None:
        self.sheets = 0
        self.sheet = Drawing()
        self.batches: list[list[list[float]]] = []
        self.inks: list[bool] = []
        self.pages = 0

    def repaint(self, drawing: Drawing) -> None:
        self.sheets += 1
        self.sheet = drawing
        self.batches = []

    def lines(self, strokes: Iterable[Stroke]) -> None:
        for stroke in strokes:
            self.batches.append(stroke.points.tolist())
            self.inks.append(stroke.ink)

    def revive(self) -> None:
        self.pages += 1


class Steps:
    """A background of which each step is taken by the test."""

    def __init__(self) -> None:
        self.works: list[Callable[[], None]] = []

    def __call__(self, work: Callable[[], None]) -> None:
        self.works.append(work)

    def run(self) -> None:
        works, self.works = self.works, []
        for work in works:
            work()


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def paper() -> Paper:
    return Paper()


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def pad(paper: Paper, steps: Steps) -> Pad:
    return Pad(paper, lambda: None, steps)  # type: ignore[arg-type]


def draw_line(pad: Pad, *points: tuple[float, float]) -> None:
    pad.press("mouse", points[0])
    for point in points[1:]:
        pad.move("mouse", point)
    pad.lift("mouse")


def test_drawing_has_the_stroke_that_the_hand_is_at(pad: Pad) -> None:
    draw_line(pad, (0.1, 0.1), (0.2, 0.2))
    pad.press("mouse", (0.5, 0.5))
    pad.move("mouse", (0.6, 0.6))
    assert [len(stroke) for stroke in pad.drawing] == [2, 2]
    assert len(pad.history.now) == 1


def test_ink_comes_in_batches_that_join(pad: Pad, paper: Paper, steps: Steps) -> None:
    steps.run()
    pad.press("mouse", (0.1, 0.1))
    steps.run()
    pad.move("mouse", (0.2, 0.1))
    pad.move("mouse", (0.3, 0.1))
    steps.run()
    pad.move("mouse", (0.4, 0.1))
    pad.lift("mouse")
    steps.run()
    assert paper.batches == [
        [[0.1, 0.1]],
        [[0.1, 0.1], [0.2, 0.1], [0.3, 0.1]],
        [[0.3, 0.1], [0.4, 0.1]],
    ]


def test_two_strokes_within_one_batch_are_not_joined(
    pad: Pad, paper: Paper, steps: Steps
) -> None:
    draw_line(pad, (0.1, 0.1), (0.2, 0.1))
    draw_line(pad, (0.8, 0.8), (0.9, 0.8))
    steps.run()
    painted = [*[s.points.tolist() for s in paper.sheet], *paper.batches]
    assert painted == [[[0.1, 0.1], [0.2, 0.1]], [[0.8, 0.8], [0.9, 0.8]]]


def test_undo_and_clear_take_a_new_sheet(pad: Pad, paper: Paper, steps: Steps) -> None:
    draw_line(pad, (0.1, 0.1), (0.2, 0.1))
    draw_line(pad, (0.8, 0.8), (0.9, 0.8))
    steps.run()
    pad.undo()
    steps.run()
    assert len(paper.sheet) == 1
    assert not paper.batches
    pad.clear()
    steps.run()
    assert not paper.sheet
    pad.undo()
    pad.redo()
    pad.undo()
    steps.run()
    assert len(paper.sheet) == 1


def test_undo_in_the_middle_of_a_stroke_takes_that_stroke(pad: Pad) -> None:
    draw_line(pad, (0.1, 0.1), (0.2, 0.1))
    pad.press("mouse", (0.5, 0.5))
    pad.move("mouse", (0.6, 0.6))
    pad.undo()
    assert len(pad.drawing) == 1
    pad.move("mouse", (0.7, 0.7))
    assert len(pad.drawing) == 1
    pad.redo()
    assert len(pad.drawing) == 2


def test_right_click_while_ink_is_wet_cleans_the_paper(
    pad: Pad, paper: Paper, steps: Steps
) -> None:
    pad.press("mouse", (0.5, 0.5))
    steps.run()
    pad.leave("mouse", (0.5, 0.5))
    steps.run()
    assert not pad.drawing
    assert not paper.batches
    assert not paper.sheet


def test_a_page_that_was_loaded_again_gets_everything(
    pad: Pad, paper: Paper, steps: Steps
) -> None:
    draw_line(pad, (0.1, 0.1), (0.2, 0.1))
    pad.press("mouse", (0.5, 0.5))
    steps.run()
    pages = paper.pages
    pad.revive()
    steps.run()
    assert paper.pages == pages + 1
    assert len(paper.sheet) == 1
    assert paper.batches == [[[0.5, 0.5]]]


def test_drawing_from_code_is_one_action(pad: Pad) -> None:
    draw_line(pad, (0.1, 0.1), (0.2, 0.1))
    pad.draw(sample(8))
    assert pad.drawing == sample(8)
    pad.undo()
    assert len(pad.drawing) == 1


def test_times_count_from_the_beginning_of_the_drawing(
    paper: Paper, steps: Steps
) -> None:
    clock = Clock()
    pad = Pad(paper, lambda: None, steps, clock=clock)  # type: ignore[arg-type]
    for _ in range(2):
        pad.press("mouse", (0.1, 0.1))
        clock.now += 2
        pad.lift("mouse")
        pad.press("mouse", (0.5, 0.5))
        pad.lift("mouse")
        assert [stroke.times[0] for stroke in pad.drawing] == [0, 2]
        pad.clear()
        clock.now += 50


def test_strokes_after_a_drawing_from_code_go_on_in_its_time(
    paper: Paper, steps: Steps
) -> None:
    clock = Clock()
    pad = Pad(paper, lambda: None, steps, clock=clock)  # type: ignore[arg-type]
    pad.draw(sample(3))
    end = sample(3).strokes[-1].times[-1]
    clock.now = 0.0
    draw_line(pad, (0.1, 0.1), (0.2, 0.2))
    assert pad.drawing.strokes[-1].times[0] == end


def test_a_full_sheet_takes_no_more_and_says_so(pad: Pad) -> None:
    line = np.linspace(0, 1, MAX_POINTS - 1)
    pad.draw(Drawing.from_points([np.stack([line, line], axis=1)]))
    pad.press("mouse", (0.5, 0.5))
    with pytest.raises(TooManyPointsError, match="Clear"):
        pad.move("mouse", (0.6, 0.6))
    pad.lift("mouse")
    assert len(pad.drawing) == 2


def test_2000_events_from_two_threads_lose_and_double_nothing(
    paper: Paper, settled: Callable[[], None]
) -> None:
    told = threading.Event()
    pad = Pad(paper, told.set, Background())  # type: ignore[arg-type]
    turn = threading.Semaphore(1)

    def hand() -> None:
        for stroke in range(5):
            with turn:
                y = (stroke + 1) / 6
                draw_line(pad, *[(x / 200, y) for x in range(199)])

    hands = [threading.Thread(target=hand) for _ in range(2)]
    for thread in hands:
        thread.start()
    for thread in hands:
        thread.join(20)
    settled()
    assert told.is_set()
    assert [len(stroke) for stroke in pad.drawing] == [199] * 10
    painted = sum(len(batch) - 1 for batch in paper.batches if len(batch) > 1)
    on_sheet = sum(len(stroke) - 1 for stroke in paper.sheet)
    assert painted + on_sheet == 198 * 10


def test_the_ink_eraser_leaves_a_white_stroke(
    pad: Pad, paper: Paper, steps: Steps
) -> None:
    draw_line(pad, (0.1, 0.1), (0.9, 0.1))
    pad.tool = Tool.INK
    draw_line(pad, (0.5, 0.0), (0.5, 0.2))
    steps.run()
    assert [stroke.ink for stroke in pad.drawing] == [True, False]
    painted = [*[stroke.ink for stroke in paper.sheet], *paper.inks]
    assert painted == [True, False]


def test_the_stroke_eraser_takes_what_it_touches_as_one_action(
    pad: Pad, paper: Paper, steps: Steps
) -> None:
    for y in (0.2, 0.4, 0.6, 0.8):
        draw_line(pad, (0.1, y), (0.9, y))
    steps.run()
    pad.tool = Tool.STROKES
    pad.press("mouse", (0.5, 0.1))
    pad.move("mouse", (0.5, 0.3))
    steps.run()
    assert len(pad.drawing) == len(paper.sheet) == 3
    pad.move("mouse", (0.5, 0.5))
    pad.lift("mouse")
    steps.run()
    assert [stroke.points[0, 1] for stroke in pad.drawing] == [0.6, 0.8]
    assert len(paper.sheet) == 2
    pad.undo()
    assert len(pad.drawing) == 4


def test_a_sweep_that_touches_nothing_is_no_action(pad: Pad) -> None:
    draw_line(pad, (0.1, 0.1), (0.9, 0.1))
    pad.tool = Tool.STROKES
    past = pad.history.past
    draw_line(pad, (0.1, 0.8), (0.9, 0.8))
    assert pad.history.past == past


def test_another_tool_ends_the_stroke_that_the_hand_is_at(pad: Pad) -> None:
    pad.press("mouse", (0.1, 0.1))
    pad.move("mouse", (0.2, 0.1))
    pad.tool = Tool.INK
    assert [stroke.ink for stroke in pad.drawing] == [True]
    assert pad.pointer is None


def test_a_moment_on_the_paper_changes_nothing_and_goes_when_the_hand_draws(
    pad: Pad, paper: Paper, steps: Steps
) -> None:
    draw_line(pad, (0.1, 0.1), (0.2, 0.1))
    draw_line(pad, (0.1, 0.5), (0.2, 0.5))
    whole = pad.drawing
    first = Drawing(whole.strokes[:1])
    assert pad.show(first, of=whole)
    steps.run()
    assert paper.sheet == first
    assert pad.drawing == whole
    draw_line(pad, (0.1, 0.9), (0.2, 0.9))
    steps.run()
    assert not pad.show(first, of=whole)
    assert len(paper.sheet) + len(paper.batches) == len(pad.drawing) == 3


def test_the_whole_drawing_comes_back_to_the_paper(
    pad: Pad, paper: Paper, steps: Steps
) -> None:
    draw_line(pad, (0.1, 0.1), (0.2, 0.1))
    pad.show(Drawing(), of=pad.drawing)
    steps.run()
    assert not paper.sheet
    pad.show_all()
    steps.run()
    assert paper.sheet == pad.drawing
