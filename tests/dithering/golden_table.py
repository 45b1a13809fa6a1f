"""What call of ours answers to each output of other programs, and which none does."""

from __future__ import annotations

from typing import NamedTuple

from digits_widget.dithering import CATALOGUE


class Call(NamedTuple):
    """``dither(image, method, like=like, **options)``."""

    method: str
    like: str | None
    options: dict[str, str | int | bool]


COVERED: dict[str, Call] = {}
"""By ``program/method``."""

NOT_COVERED: dict[str, str] = {}
"""Reasons, by ``program/method``."""


def _cover(
    key: str, method: str, like: str | None, **options: str | int | bool
) -> None:
    COVERED[key] = Call(method, like, options)


def _imagemagick(version: int) -> None:
    folder, like = f"im{version}", f"imagemagick-{version}"
    palettes = {
        "remap": "black-and-white",
        "colors2": "two-greys",
        "monochrome": "monochrome",
    }
    methods = {
        "fs": "floyd-steinberg",
        "riemersma": "riemersma",
        "none": "fixed-threshold",
    }
    for short, method in methods.items():
        for ending, palette in palettes.items():
            _cover(f"{folder}/{short}_{ending}", method, like, palette=palette)
    _cover(f"{folder}/threshold50", "fixed-threshold", like)
    for name, ours in CATALOGUE.items():
        if "ImageMagick" in ours.source:
            _cover(f"{folder}/ordered_{name}", name, like)


def _serpentine(folder: str, like: str, names: dict[str, str]) -> None:
    for theirs, ours in names.items():
        _cover(f"{folder}/{theirs}", ours, like)
        _cover(f"{folder}/{theirs}_serp", ours, like, scan="serpentine")


def _dithering() -> None:
    names = {
        "floyd_steinberg": "floyd-steinberg",
        "false_floyd_steinberg": "false-floyd-steinberg",
        "jarvis_judice_ninke": "jarvis-judice-ninke",
        "stucki": "stucki",
        "atkinson": "atkinson",
        "burkes": "burkes",
        "sierra": "sierra-3",
        "sierra_two_row": "sierra-2",
        "sierra_lite": "sierra-lite",
    }
    for ending, linear in (("", False), ("_linear", True)):
        for theirs, ours in names.items():
            for scan, tag in (("raster", ""), ("serpentine", "_serp")):
                key = f"dithering/{theirs}{tag}{ending}"
                _cover(key, ours, "dithering", scan=scan, linear=linear)
        for size in (2, 4, 8, 16):
            key = f"dithering/bayer{size}{ending}"
            _cover(key, "bayer", "dithering", size=size, linear=linear)


def _image_q() -> None:
    names = {
        "FloydSteinberg": "floyd-steinberg",
        "FalseFloydSteinberg": "false-floyd-steinberg",
        "Stucki": "stucki",
        "Atkinson": "atkinson",
        "Jarvis": "jarvis-judice-ninke",
        "Burkes": "burkes",
        "Sierra": "sierra-3",
        "TwoSierra": "sierra-2",
        "SierraLite": "sierra-lite",
    }
    for theirs, ours in names.items():
        for scan, tag in (("raster", ""), ("serpentine", "_serp")):
            for gimp, ending in ((False, ""), (True, "_gimp")):
                key = f"image-q/{theirs}{tag}{ending}"
                _cover(key, ours, "image-q", scan=scan, gimp=gimp)
    _cover("image-q/Riemersma", "riemersma", "image-q")


def _makeworld() -> None:
    kernels = {
        "JarvisJudiceNinke": "jarvis-judice-ninke",
        "Atkinson": "atkinson",
        "Burkes": "burkes",
        "Sierra": "sierra-3",
        "StevenPigeon": "steven-pigeon",
        "Simple2D": "simple-2d",
        "FloydSteinberg": "floyd-steinberg",
        "FalseFloydSteinberg": "false-floyd-steinberg",
        "Stucki": "stucki",
        "TwoRowSierra": "sierra-2",
        "SierraLite": "sierra-lite",
    }
    _serpentine("godither", "makeworld", kernels)
    maps = {
        "ClusteredDotSpiral5x5": "clustered-dot-spiral-5x5",
        "Vertical5x3": "vertical-5x3",
        "ClusteredDotHorizontalLine": "horizontal-line-6x6",
        "ClusteredDot8x8": "clustered-dot-8x8-square",
        "ClusteredDot6x6_2": "central-white-point-6x6",
        "ClusteredDot6x6_3": "balanced-centred-point-6x6",
        "ClusteredDotDiagonal8x8_3": "balanced-centred-point-8x8-45",
        "ClusteredDot4x4": "clustered-dot-4x4",
        "ClusteredDotDiagonal6x6": "clustered-dot-6x6-45",
        "ClusteredDotDiagonal16x16": "clustered-dot-16x16-45",
        "ClusteredDotDiagonal8x8": "clustered-dot-8x8-45",
        "ClusteredDotDiagonal8x8_2": "clustered-dot-8x8-45-33",
        "ClusteredDot6x6": "clustered-dot-6x6-square",
        "bayer3": "bayer-3x3",
    }
    for theirs, ours in maps.items():
        _cover(f"godither/{theirs}", ours, "makeworld")
    turned = {
        "Horizontal3x5": "vertical-5x3",
        "ClusteredDotVerticalLine": "horizontal-line-6x6",
    }
    for theirs, ours in turned.items():
        _cover(f"godither/{theirs}", ours, "makeworld", transpose=True)
    for size in (2, 4, 8, 16):
        _cover(f"godither/bayer{size}", "bayer", "makeworld", size=size)


def _small_programs() -> None:
    _cover("pillow/fs", "floyd-steinberg", "pillow")
    _cover("pillow/threshold", "fixed-threshold", "pillow")
    _cover("netpbm/threshold", "fixed-threshold", None)
    for theirs in [
        "atkinson",
        "burkes",
        "floyd-steinberg",
        "jarvis-judice-ninke",
        "sierra-2-4a",
        "sierra2",
        "sierra3",
        "stucki",
    ]:
        _cover(f"hitherdither/{theirs}", theirs, "hitherdither")
    for size in (2, 4, 8):
        _cover(f"hitherdither/bayer{size}", "bayer", "hitherdither", size=size)
    _cover("hitherdither/cluster4", "clustered-dot-4x4", "hitherdither")
    _cover("hitherdither/cluster8", "clustered-dot-8x8-45", "hitherdither")
    for theirs, ours in {
        "none": "fixed-threshold",
        "heckbert": "heckbert",
        "floyd_steinberg": "floyd-steinberg",
        "sierra2": "sierra-2",
        "sierra2_4a": "sierra-lite",
    }.items():
        _cover(f"ffmpeg/{theirs}", ours, "ffmpeg")


def _libdither() -> None:
    kernels = {
        "floyd_steinberg": "floyd-steinberg",
        "shiaufan1": "shiau-fan-2",
        "shiaufan2": "fan",
        "shiaufan3": "shiau-fan-1",
        "stucki": "stucki",
        "diffusion_1d": "simple-1d",
        "diffusion_2d": "simple-2d",
        "fake_floyd_steinberg": "false-floyd-steinberg",
        "jarvis_judice_ninke": "jarvis-judice-ninke",
        "atkinson": "atkinson",
        "burkes": "burkes",
        "sierra_3": "sierra-3",
        "sierra_2row": "sierra-2",
        "sierra_lite": "sierra-lite",
        "steve_pigeon": "steven-pigeon",
        "stevenson_arce": "stevenson-arce",
        "ostromoukhov": "ostromoukhov",
    }
    _serpentine("libdither", "libdither", kernels)
    maps = {
        "dispersed_dots_2": "o8x8",
        "ulichney_void_dispersed_dots": "void-and-cluster-14x14",
        "ulichney": "clustered-dot-4x4",
        "bayer_clustered_dot_1": "clustered-dot-8x8-45",
        "bayer_clustered_dot_2": "vertical-5x3",
        "bayer_clustered_dot_4": "clustered-dot-6x6-45",
        "bayer_clustered_dot_5": "clustered-dot-8x8-45-33",
        "bayer_clustered_dot_6": "clustered-dot-16x16-45",
        "bayer_clustered_dot_7": "clustered-dot-6x6-square",
        "bayer_clustered_dot_8": "clustered-dot-spiral-5x5",
        "bayer_clustered_dot_9": "horizontal-line-6x6",
        "bayer_clustered_dot_11": "clustered-dot-8x8-square",
        "central_white_point": "central-white-point-6x6",
        "balanced_centered_point": "balanced-centred-point-6x6",
        "diagonal_ordered_matrix": "balanced-centred-point-8x8-45",
        "magic5x5_circle": "c5x5b",
        "magic6x6_circle": "c6x6b",
        "magic7x7_circle": "c7x7b",
        "magic4x4_45": "h4x4a",
        "magic6x6_45": "h6x6a",
        "magic8x8_45": "h8x8a",
        "magic4x4": "h4x4o",
        "magic6x6": "h6x6o",
        "magic8x8": "h8x8o",
        "ign64": "interleaved-gradient-noise",
    }
    for theirs, ours in maps.items():
        _cover(f"libdither/ordered_{theirs}", ours, "libdither")
    turned = {
        "bayer_clustered_dot_3": "vertical-5x3",
        "bayer_clustered_dot_10": "horizontal-line-6x6",
    }
    for theirs, ours in turned.items():
        key = f"libdither/ordered_{theirs}"
        _cover(key, ours, "libdither", transpose=True)
    for size in (2, 4, 8, 16, 32):
        key = f"libdither/ordered_bayer{size}x{size}"
        _cover(key, "bayer", "libdither", size=size)
    _cover("libdither/dotdiff_knuth", "dot-diffusion", "libdither")
    for theirs, weighting in (("orig", "original"), ("mod", "modified")):
        for curve in ("hilbert", "peano"):
            key = f"libdither/riemersma_{curve}_{theirs}"
            options = {"curve": curve, "weighting": weighting}
            _cover(key, "riemersma", "libdither", **options)


def _not_covered() -> None:
    for name in ("xot", "diagonal", "robert_kist"):
        for tag in ("", "_serp"):
            NOT_COVERED[f"libdither/{name}{tag}"] = "a kernel of that library alone"
    for name in [
        "bayer3x3",
        "dispersed_dots_1",
        "non_rectangular_1",
        "non_rectangular_2",
        "non_rectangular_3",
        "non_rectangular_4",
        "ulichney_bayer_5",
        "ulichney_clustered_dot",
    ]:
        NOT_COVERED[f"libdither/ordered_{name}"] = "a map of that library alone"
    NOT_COVERED["libdither/ordered_blue_noise_128x128"] = (
        "a ready-made picture of noise, of 16,384 pixels; ours is generated"
    )
    for name in [
        "mini_knuth",
        "optimized_knuth",
        "mese_8x8",
        "mese_16x16",
        "guoliu_8x8",
        "guoliu_16x16",
        "spiral",
        "spiral_inverted",
    ]:
        NOT_COVERED[f"libdither/dotdiff_{name}"] = "another class matrix than Knuth's"
    for name in [
        "hilbert_mod",
        "fass0",
        "fass1",
        "fass2",
        "gosper",
        "fass_spiral",
    ]:
        for tag in ("orig", "mod"):
            key = f"libdither/riemersma_{name}_{tag}"
            NOT_COVERED[key] = "another curve than Hilbert's and Peano's"
    for name in ("dither8", "cluster3", "cluster4", "cluster8"):
        NOT_COVERED[f"netpbm/{name}"] = (
            "compared in the linear light of BT.709, which none of ours does"
        )


_imagemagick(6)
_imagemagick(7)
_dithering()
_image_q()
_makeworld()
_small_programs()
_libdither()
_not_covered()
