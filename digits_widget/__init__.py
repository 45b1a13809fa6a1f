"""Draw a digit, see every step to the model, and the answer of TensorFlow Serving.

Follow the ink::

    hand → Drawing → image → Trace of steps → tensor → request ⇄ response → Prediction

In a notebook all of it is one line, ``DigitsWidget()``. In Python it is four::

    drawing = sample(3)                            # or Drawing.from_points(...)
    trace = PRESETS["mnist"](drawing)              # every step kept as a picture
    with Client("127.0.0.1:8500") as client:       # TensorFlow Serving, or ours
        prediction = client.predict(trace.tensor)  # ten confidences

Importing this package loads nothing; each name loads its part when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from digits_widget.renamed import keep_old_names

if TYPE_CHECKING:
    from digits_widget.diagnostics import doctor
    from digits_widget.dithering import dither
    from digits_widget.drawing import Drawing
    from digits_widget.errors import DigitsError
    from digits_widget.model_server.embedded import EmbeddedServer
    from digits_widget.pipeline import PRESETS, Pipeline
    from digits_widget.prediction import Prediction
    from digits_widget.raster import rasterize
    from digits_widget.samples import sample
    from digits_widget.serving import Client
    from digits_widget.stroke import Stroke
    from digits_widget.widget import DigitsWidget

__version__ = "0.1.0"

__all__ = [
    "PRESETS",
    "Client",
    "DigitsError",
    "DigitsWidget",
    "Drawing",
    "EmbeddedServer",
    "Pipeline",
    "Prediction",
    "Stroke",
    "dither",
    "doctor",
    "rasterize",
    "sample",
]

_HOMES = {
    "PRESETS": "pipeline",
    "Client": "serving",
    "DigitsError": "errors",
    "DigitsWidget": "widget",
    "Drawing": "drawing",
    "EmbeddedServer": "model_server.embedded",
    "Pipeline": "pipeline",
    "Prediction": "prediction",
    "Stroke": "stroke",
    "dither": "dithering",
    "doctor": "diagnostics",
    "rasterize": "raster",
    "sample": "samples",
}

keep_old_names()


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
