"""How a trace shows itself: in a live notebook, in a saved one, as a figure."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from digits_widget.figures.trace import trace_figure
from digits_widget.pipeline import PRESETS, Pipeline
from digits_widget.samples import sample
from digits_widget.steps import Resize, ToTensor
from digits_widget.trace_picture import stats

TRACE = PRESETS["mnist"](sample(3))


def test_the_last_tile_is_made_of_the_very_bytes_of_the_tensor() -> None:
    page = TRACE._repr_html_()
    pngs = re.findall(r"data:image/png;base64,([^\"]+)", page)
    assert len(pngs) == len(TRACE)
    tile = np.asarray(Image.open(io.BytesIO(base64.b64decode(pngs[-1]))))
    np.testing.assert_array_equal(
        255 - tile[2::4, 2::4], np.rint(TRACE.tensor * np.float32(255))
    )


def test_every_tile_is_readable_aloud_and_in_both_themes() -> None:
    page = TRACE._repr_html_()
    for shot in TRACE:
        assert f'alt="{shot.title}: ' in page
        assert shot.caption in page
    assert "(28, 28) float32, 0 to 1" in page
    assert "image-rendering:pixelated" in page
    assert "color:inherit" in page


def test_captions_cannot_break_the_page() -> None:
    def scale_by_a_half(image: np.ndarray) -> np.ndarray:
        return image / 2

    scale_by_a_half.__name__ = "<script>"
    trace = Pipeline((Resize(), scale_by_a_half, ToTensor()))(sample(1))
    assert "<script>" not in trace._repr_html_()


def test_a_saved_notebook_keeps_a_png() -> None:
    strip = Image.open(io.BytesIO(TRACE._repr_png_()))
    assert strip.mode == "RGB"
    assert strip.width > 5 * 112
    assert len(np.unique(np.asarray(strip))) > 10


@pytest.mark.parametrize("columns", [1, 3, 8])
def test_a_figure_has_a_picture_for_each_step(columns: int) -> None:
    figure = trace_figure(TRACE, columns=columns)
    drawn = [ax for ax in figure.axes if ax.images]
    assert [ax.get_title(loc="left") for ax in drawn] == [s.title for s in TRACE]
    for shot, words in zip(TRACE, figure.texts, strict=True):
        lines = words.get_text().splitlines()
        assert " ".join(lines[:-2]) == shot.caption
        assert ", ".join(lines[-2:]) == stats(shot.image)
        assert lines[-2] == f"{shot.image.shape} {shot.image.dtype}"
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=50)
    assert buffer.getvalue().startswith(b"\x89PNG")
