"""The preprocessing steps, one a file: frozen dataclasses, image in, image out."""

from digits_widget.steps.centre import Centre
from digits_widget.steps.crop import Crop
from digits_widget.steps.fit import Fit
from digits_widget.steps.step import ExplainedStep, Outcome, Step
from digits_widget.steps.tensor import ToTensor

__all__ = ["Centre", "Crop", "ExplainedStep", "Fit", "Outcome", "Step", "ToTensor"]
