"""`COMPATIBILITY`: the programs whose output is reproduced bit for bit.

Use one as ``dither(image, "floyd-steinberg", like="pillow")``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from digits_widget.dithering.catalogue import look_up
from digits_widget.dithering.compatibility.dithering_rust import DITHERING
from digits_widget.dithering.compatibility.ffmpeg import FFMPEG
from digits_widget.dithering.compatibility.hitherdither import HITHERDITHER
from digits_widget.dithering.compatibility.image_q import IMAGE_Q
from digits_widget.dithering.compatibility.imagemagick import (
    IMAGEMAGICK_6,
    IMAGEMAGICK_7,
)
from digits_widget.dithering.compatibility.libdither import LIBDITHER
from digits_widget.dithering.compatibility.makeworld import MAKEWORLD
from digits_widget.dithering.compatibility.pillow import PILLOW
from digits_widget.dithering.compatibility.program import Program

COMPATIBILITY: Mapping[str, Program] = MappingProxyType(
    {
        program.name: program
        for program in (
            PILLOW,
            IMAGEMAGICK_6,
            IMAGEMAGICK_7,
            LIBDITHER,
            MAKEWORLD,
            DITHERING,
            IMAGE_Q,
            HITHERDITHER,
            FFMPEG,
        )
    }
)
"""Every program by its name."""


def find_program(name: str) -> Program:
    """Find a program by its name.

    Raises
    ------
    UnknownMethodError
        No program of this name; the message has the nearest ones.
    """
    return look_up(name, COMPATIBILITY, what="program")


__all__ = ["COMPATIBILITY", "Program", "find_program"]
