"""The preprocessing steps: frozen dataclasses from image to image, one per file."""

from __future__ import annotations

from digits_widget.steps.blur import Blur
from digits_widget.steps.centre import Centre
from digits_widget.steps.crop import Crop
from digits_widget.steps.deskew import Deskew
from digits_widget.steps.dither import Dither
from digits_widget.steps.extent import Extent
from digits_widget.steps.fit import Fit
from digits_widget.steps.flatten import Flatten
from digits_widget.steps.magick_resize import MagickResize
from digits_widget.steps.paper import Paper
from digits_widget.steps.polarity import Polarity
from digits_widget.steps.resampling import FILTERS
from digits_widget.steps.resize import Resize
from digits_widget.steps.step import ExplainedStep, Outcome, Step
from digits_widget.steps.strengthen import Strengthen
from digits_widget.steps.tensor import ToTensor
from digits_widget.steps.thicken import Thicken
from digits_widget.steps.threshold import Threshold
from digits_widget.steps.two_greys import TwoGreys

__all__ = [
    "FILTERS",
    "STEPS",
    "Blur",
    "Centre",
    "Crop",
    "Deskew",
    "Dither",
    "ExplainedStep",
    "Extent",
    "Fit",
    "Flatten",
    "MagickResize",
    "Outcome",
    "Paper",
    "Polarity",
    "Resize",
    "Step",
    "Strengthen",
    "Thicken",
    "Threshold",
    "ToTensor",
    "TwoGreys",
]

STEPS = (
    Flatten,
    Paper,
    Polarity,
    Crop,
    Resize,
    Fit,
    Strengthen,
    Deskew,
    Centre,
    Extent,
    Thicken,
    Blur,
    Threshold,
    Dither,
    MagickResize,
    TwoGreys,
    ToTensor,
)
"""Every kind of step, roughly in the usual order of a pipeline."""
