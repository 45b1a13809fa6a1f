"""`COMPATIBILITY`: programs whose output this package reproduces bit for bit.

Use one as ``dither(image, "floyd-steinberg", like="pillow")``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from digits_widget.dithering.catalogue import find_method
from digits_widget.dithering.compatibility.dithering_rust import DITHERING
from digits_widget.dithering.compatibility.ffmpeg import FFMPEG, FFMPEG_9
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
from digits_widget.dithering.method import Method
from digits_widget.nearest_names import look_up

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
            FFMPEG_9,
        )
    }
)
"""Every program by its name."""


def find_program(name: str) -> Program:
    """Find a program by its name.

    Raises
    ------
    UnknownMethodError
        No program has this name; the message lists the nearest ones.
    """
    return look_up(name, COMPATIBILITY, what="program")


def find_method_like(name: str | Method, like: str | None) -> Method:
    """Find a program's variant of a method, or the catalogue's own.

    Parameters
    ----------
    name : str or Method
        A name or alias of `CATALOGUE`, or a method of your own.
    like : str or None
        A name of `COMPATIBILITY`; None for the catalogue's own variant.

    Raises
    ------
    UnknownMethodError
        No method or program has this name; the message lists the nearest ones.
    OptionError
        The program does not have the method; the message lists those it has.
    """
    method = find_method(name)
    return find_program(like).find(method) if like is not None else method


__all__ = ["COMPATIBILITY", "Program", "find_method_like", "find_program"]
