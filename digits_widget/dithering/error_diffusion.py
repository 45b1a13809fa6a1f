"""The rows of the catalogue for error diffusion with a fixed kernel."""

from __future__ import annotations

from functools import partial

from digits_widget.dithering import kernel as kernels
from digits_widget.dithering.codegen.diffusion import own_diffusion
from digits_widget.dithering.diffusion import OPTIONS, diffuse
from digits_widget.dithering.kernel import Kernel
from digits_widget.dithering.method import Method


def _row(
    name: str,
    kernel: Kernel,
    year: int,
    author: str,
    source: str,
    *aliases: str,
    note: str = "",
) -> Method:
    return Method(
        name=name,
        family="error diffusion",
        apply=partial(diffuse, kernel=kernel),
        code=partial(own_diffusion, kernel=kernel),
        year=year,
        author=author,
        source=source,
        keeps_mean=kernel.keeps_error,
        options=OPTIONS,
        aliases=aliases,
        kernel=kernel,
        note=note,
    )


METHODS = (
    _row(
        "floyd-steinberg",
        kernels.FLOYD_STEINBERG,
        1976,
        "Robert W. Floyd, Louis Steinberg",
        "An adaptive algorithm for spatial greyscale, Proc. SID 17(2)",
        "fs",
        note="The one to begin with: four shares, sharp, quick.",
    ),
    _row(
        "false-floyd-steinberg",
        kernels.FALSE_FLOYD_STEINBERG,
        1987,
        "unknown",
        "Described as a common mistake in L. Crocker, DHALF.TXT, 1989",
        "fake-floyd-steinberg",
        "ffs",
        "heckbert",
        note="Floyd-Steinberg as it was often misremembered: rougher.",
    ),
    _row(
        "jarvis-judice-ninke",
        kernels.JARVIS_JUDICE_NINKE,
        1976,
        "J. F. Jarvis, C. N. Judice, W. H. Ninke",
        "A survey of techniques for the display of continuous tone pictures on "
        "bilevel displays, Computer Graphics and Image Processing 5",
        "jjn",
        "jarvis",
        "minimized-average-error",
        "jajuni",
        note="Spreads over three rows: coarser, and sharper at edges.",
    ),
    _row(
        "stucki",
        kernels.STUCKI,
        1981,
        "Peter Stucki",
        "MECCA, IBM Research Report RZ1060",
        "mecca",
        note="Jarvis-Judice-Ninke with rounder weights: cleaner.",
    ),
    _row(
        "burkes",
        kernels.BURKES,
        1988,
        "Daniel Burkes",
        "Presentation of the Burkes error filter, CompuServe",
        note="Stucki without its last row.",
    ),
    _row(
        "sierra-3",
        kernels.SIERRA_3,
        1989,
        "Frankie Sierra",
        "In L. Crocker, DHALF.TXT",
        "sierra",
        "sierra3",
        "three-row-sierra",
        note="Near Jarvis-Judice-Ninke, with fewer shares.",
    ),
    _row(
        "sierra-2",
        kernels.SIERRA_2,
        1990,
        "Frankie Sierra",
        "In L. Crocker, DHALF.TXT",
        "sierra2",
        "two-row-sierra",
        note="Sierra's filter on two rows.",
    ),
    _row(
        "sierra-lite",
        kernels.SIERRA_LITE,
        1990,
        "Frankie Sierra",
        "In L. Crocker, DHALF.TXT",
        "sierra-2-4a",
        "filter-lite",
        note="Three shares only, and close to Floyd-Steinberg.",
    ),
    _row(
        "atkinson",
        kernels.ATKINSON,
        1984,
        "Bill Atkinson",
        "Apple Macintosh and HyperScan",
        "bill-atkinson",
        note="Drops a quarter of the error: light greys turn white, dark ones black.",
    ),
    _row(
        "stevenson-arce",
        kernels.STEVENSON_ARCE,
        1985,
        "Robert L. Stevenson, Gonzalo R. Arce",
        "Binary display of hexagonally sampled continuous-tone images, J. Opt. Soc. "
        "Am. A 2",
        note="Made for a hexagonal grid: on a square one half of its cells are empty "
        "and the result is poor.",
    ),
    _row(
        "fan",
        kernels.FAN,
        1993,
        "Zhigang Fan",
        "A simple modification of error diffusion weights, IS&T 46th Annual Conference",
        "fan93",
        "zhigang-fan",
        note="Floyd-Steinberg with the small share moved back: fewer worms.",
    ),
    _row(
        "shiau-fan-1",
        kernels.SHIAU_FAN_1,
        1993,
        "Jeng-Nan Shiau, Zhigang Fan",
        "US patent 5,353,127",
        "shiau-fan",
        note="Fewer worms in light greys.",
    ),
    _row(
        "shiau-fan-2",
        kernels.SHIAU_FAN_2,
        1993,
        "Jeng-Nan Shiau, Zhigang Fan",
        "US patent 5,353,127; A set of easily implementable coefficients in error "
        "diffusion with reduced worm artifacts, SPIE 2658, 1996",
        note="One more share than shiau-fan-1: fewer worms still.",
    ),
    _row(
        "simple-2d",
        kernels.SIMPLE_2D,
        1975,
        "unknown",
        "Folklore",
        "2d",
        note="Half ahead, half below: stripes, but easy to follow by hand.",
    ),
    _row(
        "simple-1d",
        kernels.SIMPLE_1D,
        1975,
        "unknown",
        "Folklore",
        "1d",
        note="All to the next pixel: every row on its own.",
    ),
    _row(
        "steven-pigeon",
        kernels.STEVEN_PIGEON,
        2013,
        "Steven Pigeon",
        "Dithering, on the author's blog",
        "pigeon",
        note="Drops a seventh of the error: more contrast, less than Atkinson.",
    ),
)
"""Every fixed kernel."""
