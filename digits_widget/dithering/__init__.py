"""The dithering catalogue: methods that turn greys into black and white.

`dither` checks a picture, finds a `Method` in `CATALOGUE` and applies it.
"""

from __future__ import annotations

from digits_widget.dithering.catalogue import CATALOGUE, find_method
from digits_widget.dithering.compatibility import COMPATIBILITY, Program, find_program
from digits_widget.dithering.dither import dither
from digits_widget.dithering.kernel import Kernel
from digits_widget.dithering.method import Method
from digits_widget.dithering.own import own_method
from digits_widget.dithering.stepwise import DiffusionStep, diffuse_stepwise
from digits_widget.option import Option

__all__ = [
    "CATALOGUE",
    "COMPATIBILITY",
    "DiffusionStep",
    "Kernel",
    "Method",
    "Option",
    "Program",
    "diffuse_stepwise",
    "dither",
    "find_method",
    "find_program",
    "own_method",
]
