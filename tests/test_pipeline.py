"""The pipeline from a drawing to the tensor."""

from __future__ import annotations

import numpy as np
import pytest

from digits_widget.drawing import Drawing
from digits_widget.errors import EmptyDrawingError
from digits_widget.pipeline import PRESETS
from digits_widget.samples import sample


def test_the_default_keeps_every_picture_and_ends_in_the_tensor() -> None:
    trace = PRESETS["mnist"](sample(3))
    names = [shot.name for shot in trace]
    assert names == ["raster", "crop", "fit", "centre", "tensor"]
    assert trace.tensor.shape == (28, 28)
    assert trace.tensor.dtype == np.float32
    assert all(not shot.image.flags.writeable for shot in trace)


def test_an_empty_drawing_is_refused() -> None:
    with pytest.raises(EmptyDrawingError, match="Draw one first"):
        PRESETS["mnist"](Drawing())


def test_one_dot_still_gives_a_trace() -> None:
    trace = PRESETS["mnist"](Drawing.from_points([[(0.3, 0.3)]]))
    assert trace.tensor.max() > 0.99
