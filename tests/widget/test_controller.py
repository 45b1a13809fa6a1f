from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

import ipycanvas
import numpy as np
import pytest

from digits_widget.drawing import MAX_POINTS, Drawing, Stroke
from digits_widget.errors import TooManyPointsError
from digits_widget.samples import sample
from digits_widget.widget.canvas.controller import Controller
from digits_widget.widget.canvas.pen import Tool
from digits_widget.widget.canvas.renderer import Renderer, Surface
from digits_widget.widget.worker import in_background


class Paper(Surface):
    """Stands for a canvas: keeps what was painted since the last new sheet."""

    def __init__(self) -> None:
        super().__init__(ipycanvas.Canvas(width=10, height=10))
        self.sheets = 0
        self.sheet = Drawing()
        self.batches: list[list[list[float]]] = []
        self.inks: list[bool] = []

    def repaint(self, drawing: Drawing) -> None:
        self.sheets += 1
        self.sheet = drawing
        self.batches = []

    def lines(self, strokes: Iterable[Stroke]) -> None:
        for stroke in strokes:
            self.batches.append(stroke.points.tolist())
            self.inks.append(stroke.ink)


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


def nobody(_sequence: int, _drawing: Drawing) -> None:
    """Take what is handed over, and do nothing with it."""


@pytest.fixture
def controller(paper: Paper, steps: Steps) -> Controller:
    return Controller(Renderer(paper), nobody, steps)


def draw_line(controller: Controller, *points: tuple[float, float]) -> None:
    controller.press("mouse", points[0])
    for point in points[1:]:
        controller.move("mouse", point)
    controller.lift("mouse")


def test_drawing_has_the_stroke_that_the_hand_is_at(controller: Controller) -> None:
    draw_line(controller, (0.1, 0.1), (0.2, 0.2))
    controller.press("mouse", (0.5, 0.5))
    controller.move("mouse", (0.6, 0.6))
    assert [len(stroke) for stroke in controller.drawing] == [2, 2]
    assert len(controller.history.now) == 1


def test_ink_comes_in_batches_that_join(
    controller: Controller, paper: Paper, steps: Steps
) -> None:
    steps.run()
    controller.press("mouse", (0.1, 0.1))
    steps.run()
    controller.move("mouse", (0.2, 0.1))
    controller.move("mouse", (0.3, 0.1))
    steps.run()
    controller.move("mouse", (0.4, 0.1))
    controller.lift("mouse")
    steps.run()
    assert paper.batches == [
        [[0.1, 0.1]],
        [[0.1, 0.1], [0.2, 0.1], [0.3, 0.1]],
        [[0.3, 0.1], [0.4, 0.1]],
    ]


def test_two_strokes_within_one_batch_are_not_joined(
    controller: Controller, paper: Paper, steps: Steps
) -> None:
    draw_line(controller, (0.1, 0.1), (0.2, 0.1))
    draw_line(controller, (0.8, 0.8), (0.9, 0.8))
    steps.run()
    painted = [*[s.points.tolist() for s in paper.sheet], *paper.batches]
    assert painted == [[[0.1, 0.1], [0.2, 0.1]], [[0.8, 0.8], [0.9, 0.8]]]


def test_undo_and_clear_take_a_new_sheet(
    controller: Controller, paper: Paper, steps: Steps
) -> None:
    draw_line(controller, (0.1, 0.1), (0.2, 0.1))
    draw_line(controller, (0.8, 0.8), (0.9, 0.8))
    steps.run()
    controller.undo()
    steps.run()
    assert len(paper.sheet) == 1
    assert not paper.batches
    controller.clear()
    steps.run()
    assert not paper.sheet
    controller.undo()
    controller.redo()
    controller.undo()
    steps.run()
    assert len(paper.sheet) == 1


def test_undo_in_the_middle_of_a_stroke_takes_that_stroke(
    controller: Controller,
) -> None:
    draw_line(controller, (0.1, 0.1), (0.2, 0.1))
    controller.press("mouse", (0.5, 0.5))
    controller.move("mouse", (0.6, 0.6))
    controller.undo()
    assert len(controller.drawing) == 1
    controller.move("mouse", (0.7, 0.7))
    assert len(controller.drawing) == 1
    controller.redo()
    assert len(controller.drawing) == 2


def test_right_click_while_ink_is_wet_cleans_the_paper(
    controller: Controller, paper: Paper, steps: Steps
) -> None:
    controller.press("mouse", (0.5, 0.5))
    steps.run()
    controller.leave("mouse", (0.5, 0.5))
    steps.run()
    assert not controller.drawing
    assert not paper.batches
    assert not paper.sheet


def test_a_page_that_was_loaded_again_gets_everything(
    controller: Controller, paper: Paper, steps: Steps
) -> None:
    draw_line(controller, (0.1, 0.1), (0.2, 0.1))
    controller.press("mouse", (0.5, 0.5))
    steps.run()
    sheets = paper.sheets
    controller.repaint()
    steps.run()
    assert paper.sheets == sheets + 1
    assert len(paper.sheet) == 1
    assert paper.batches == [[[0.5, 0.5]]]


def test_drawing_from_code_is_one_action(controller: Controller) -> None:
    draw_line(controller, (0.1, 0.1), (0.2, 0.1))
    controller.draw(sample(8))
    assert controller.drawing == sample(8)
    controller.undo()
    assert len(controller.drawing) == 1


@pytest.mark.parametrize("way", ["draw", "undo", "redo", "undo clear"])
def test_the_clock_of_a_drawing_goes_on_from_its_own_end(
    paper: Paper, steps: Steps, way: str
) -> None:
    clock = Clock()
    clock.now = 40_000.0
    controller = Controller(Renderer(paper), nobody, steps, clock=clock)
    controller.draw(sample(8))
    if way != "draw":
        draw_line(controller, (0.1, 0.1), (0.2, 0.1))
        clock.now += 5_000
        controller.clear() if way == "undo clear" else controller.undo()
        if way != "undo":
            controller.undo() if way == "undo clear" else controller.redo()
    end = max(stroke.times[-1] for stroke in controller.drawing)
    clock.now += 2
    draw_line(controller, (0.5, 0.5), (0.6, 0.5))
    assert controller.drawing.strokes[-1].times[0] == pytest.approx(end + 2)
    assert end < 10


def test_times_count_from_the_beginning_of_the_drawing(
    paper: Paper, steps: Steps
) -> None:
    clock = Clock()
    controller = Controller(Renderer(paper), nobody, steps, clock=clock)
    for _ in range(2):
        controller.press("mouse", (0.1, 0.1))
        clock.now += 2
        controller.lift("mouse")
        controller.press("mouse", (0.5, 0.5))
        controller.lift("mouse")
        assert [stroke.times[0] for stroke in controller.drawing] == [0, 2]
        controller.clear()
        clock.now += 50


def test_strokes_after_a_drawing_from_code_go_on_in_its_time(
    paper: Paper, steps: Steps
) -> None:
    clock = Clock()
    controller = Controller(Renderer(paper), nobody, steps, clock=clock)
    controller.draw(sample(3))
    end = sample(3).strokes[-1].times[-1]
    clock.now = 0.0
    draw_line(controller, (0.1, 0.1), (0.2, 0.2))
    assert controller.drawing.strokes[-1].times[0] == end


def test_a_full_sheet_takes_no_more_and_says_so(controller: Controller) -> None:
    line = np.linspace(0, 1, MAX_POINTS - 1)
    controller.draw(Drawing.from_points([np.stack([line, line], axis=1)]))
    controller.press("mouse", (0.5, 0.5))
    with pytest.raises(TooManyPointsError, match="Clear"):
        controller.move("mouse", (0.6, 0.6))
    controller.lift("mouse")
    assert len(controller.drawing) == 2


def test_2000_events_from_two_threads_lose_and_double_nothing(
    paper: Paper, settled: Callable[[], None]
) -> None:
    told = threading.Event()
    controller = Controller(
        Renderer(paper), lambda _sequence, _drawing: told.set(), in_background
    )
    turn = threading.Semaphore(1)

    def hand() -> None:
        for stroke in range(5):
            with turn:
                y = (stroke + 1) / 6
                draw_line(controller, *[(x / 200, y) for x in range(199)])

    hands = [threading.Thread(target=hand) for _ in range(2)]
    for thread in hands:
        thread.start()
    for thread in hands:
        thread.join(20)
    settled()
    assert told.is_set()
    assert [len(stroke) for stroke in controller.drawing] == [199] * 10
    painted = sum(len(batch) - 1 for batch in paper.batches if len(batch) > 1)
    on_sheet = sum(len(stroke) - 1 for stroke in paper.sheet)
    assert painted + on_sheet == 198 * 10


def test_the_ink_eraser_leaves_a_white_stroke(
    controller: Controller, paper: Paper, steps: Steps
) -> None:
    draw_line(controller, (0.1, 0.1), (0.9, 0.1))
    controller.tool = Tool.INK
    draw_line(controller, (0.5, 0.0), (0.5, 0.2))
    steps.run()
    assert [stroke.ink for stroke in controller.drawing] == [True, False]
    painted = [*[stroke.ink for stroke in paper.sheet], *paper.inks]
    assert painted == [True, False]


def test_the_stroke_eraser_takes_what_it_touches_as_one_action(
    controller: Controller, paper: Paper, steps: Steps
) -> None:
    for y in (0.2, 0.4, 0.6, 0.8):
        draw_line(controller, (0.1, y), (0.9, y))
    steps.run()
    controller.tool = Tool.STROKES
    controller.press("mouse", (0.5, 0.1))
    controller.move("mouse", (0.5, 0.3))
    steps.run()
    assert len(controller.drawing) == len(paper.sheet) == 3
    controller.move("mouse", (0.5, 0.5))
    controller.lift("mouse")
    steps.run()
    assert [stroke.points[0, 1] for stroke in controller.drawing] == [0.6, 0.8]
    assert len(paper.sheet) == 2
    controller.undo()
    assert len(controller.drawing) == 4


def test_a_sweep_that_touches_nothing_is_no_action(controller: Controller) -> None:
    draw_line(controller, (0.1, 0.1), (0.9, 0.1))
    controller.tool = Tool.STROKES
    past = controller.history.past
    draw_line(controller, (0.1, 0.8), (0.9, 0.8))
    assert controller.history.past == past


def test_another_tool_ends_the_stroke_that_the_hand_is_at(
    controller: Controller,
) -> None:
    controller.press("mouse", (0.1, 0.1))
    controller.move("mouse", (0.2, 0.1))
    controller.tool = Tool.INK
    assert [stroke.ink for stroke in controller.drawing] == [True]
    assert controller.pointer is None


def test_a_moment_on_the_paper_changes_nothing_and_goes_when_the_hand_draws(
    controller: Controller, paper: Paper, steps: Steps
) -> None:
    draw_line(controller, (0.1, 0.1), (0.2, 0.1))
    draw_line(controller, (0.1, 0.5), (0.2, 0.5))
    whole = controller.drawing
    first = Drawing(whole.strokes[:1])
    assert controller.show(first, of=whole)
    steps.run()
    assert paper.sheet == first
    assert controller.drawing == whole
    draw_line(controller, (0.1, 0.9), (0.2, 0.9))
    steps.run()
    assert not controller.show(first, of=whole)
    assert len(paper.sheet) + len(paper.batches) == len(controller.drawing) == 3


def test_the_whole_drawing_comes_back_to_the_paper(
    controller: Controller, paper: Paper, steps: Steps
) -> None:
    draw_line(controller, (0.1, 0.1), (0.2, 0.1))
    controller.show(Drawing(), of=controller.drawing)
    steps.run()
    assert not paper.sheet
    controller.show_all()
    steps.run()
    assert paper.sheet == controller.drawing


def test_the_end_of_a_stroke_hands_over_the_drawing_with_a_number_that_rises(
    paper: Paper, steps: Steps
) -> None:
    handed: list[tuple[int, Drawing]] = []
    controller = Controller(Renderer(paper), lambda *both: handed.append(both), steps)
    for y in (0.2, 0.4):
        draw_line(controller, (0.1, y), (0.9, y))
        steps.run()
        assert handed[-1][1] == controller.drawing == controller.history.now
    controller.undo()
    assert [len(drawing) for _, drawing in handed] == [1, 2, 1]
    numbers = [number for number, _ in handed]
    assert numbers == sorted(set(numbers))
