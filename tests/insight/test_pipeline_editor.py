from __future__ import annotations

import pytest

from digits_widget.errors import OptionError, StepOrderError
from digits_widget.insight.pipeline_editor import PipelineEditor
from digits_widget.pipeline import PRESETS, Pipeline
from digits_widget.steps import Blur, Crop, Fit, ToTensor

PIPELINE = Pipeline((Crop(), Fit(), ToTensor()), name="short")
BENCH = PipelineEditor.of(PIPELINE)
CROP, FIT, TENSOR = (place.key for place in BENCH.places)


def names(bench: PipelineEditor) -> list[str]:
    return [getattr(place.step, "name", "") for place in bench.places]


@pytest.mark.parametrize("pipeline", PRESETS.values(), ids=lambda p: p.name)
def test_a_bench_gives_back_the_pipeline_it_was_made_of(pipeline: Pipeline) -> None:
    assert PipelineEditor.of(pipeline).pipeline(name=pipeline.name) == pipeline


def test_steps_of_the_same_kind_keep_their_keys() -> None:
    other = Pipeline((Fit(box=24), Fit(), Blur(), ToTensor()))
    bench = PipelineEditor.of(other).keyed_like(BENCH)
    assert bench.pipeline(name="your own") == other
    keys = [place.key for place in bench.places]
    assert (keys[0], keys[3]) == (FIT, TENSOR)
    assert len(set(keys)) == 4
    assert CROP not in keys


def test_a_step_that_is_off_stays_on_the_bench() -> None:
    bench = BENCH.switched(FIT, on=False)
    assert bench.pipeline(name="x").steps == (Crop(), ToTensor())
    assert bench.switched(FIT, on=True).pipeline(name="short") == PIPELINE


def test_steps_move_as_far_as_there_is_room() -> None:
    assert names(BENCH.moved(FIT, -1)) == ["fit", "crop", "tensor"]
    assert names(BENCH.moved(CROP, -1)) == ["crop", "fit", "tensor"]
    assert names(BENCH.moved(CROP, 9)) == ["fit", "tensor", "crop"]


def test_only_the_pipeline_refuses_an_order_without_sense() -> None:
    for bench in (BENCH.moved(TENSOR, -1), BENCH.removed(TENSOR)):
        with pytest.raises(StepOrderError):
            bench.pipeline(name="x")


def test_one_of_two_alike_is_tuned_alone() -> None:
    bench = BENCH.repeated(CROP)
    assert names(bench) == ["crop", "crop", "fit", "tensor"]
    second = bench.places[1].key
    tuned = bench.tuned(second, "padding", 3)
    assert [place.step for place in tuned.places[:2]] == [Crop(), Crop(padding=3)]
    with pytest.raises(OptionError):
        tuned.tuned(second, "padding", -1)


def test_what_is_added_stands_before_the_tensor() -> None:
    assert names(BENCH.added(Blur())) == ["crop", "fit", "blur", "tensor"]
    assert names(BENCH.removed(TENSOR).added(Blur())) == ["crop", "fit", "blur"]
