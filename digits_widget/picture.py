"""Reads a picture of any usual kind: a file, its bytes, a data URL, an array.

The result is light: 1 is white, or fully opaque in the alpha channel. The steps
`Flatten` and `Polarity` turn light into ink, so that a trace shows their decisions.
"""

from __future__ import annotations

import base64
import io
import math
import re
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from digits_widget.errors import ImageError, ImageTooLargeError, shortened
from digits_widget.regular_file import UnusableFileError, open_regular_file
from digits_widget.steps.checks import checked

MAX_PIXELS = 50_000_000
"""A photograph of 50 megapixels. Anything larger is refused before it is decoded."""

Source = str | Path | bytes | Image.Image | NDArray[np.generic]
"""A path, a PNG data URL, the bytes of a file, a Pillow image or an array."""


class Reading(NamedTuple):
    """A picture, and the size of its file."""

    light: NDArray[np.float32]
    """The picture, as `read_picture` returns it."""

    size: tuple[int, int]
    """Columns and rows of the upright picture in the file."""


def read_picture(source: Source) -> NDArray[np.float32]:
    """Read a picture as light, upright, in shades of grey or in colours.

    Parameters
    ----------
    source : str, Path, bytes, PIL.Image.Image or ndarray
        A path; a data URL such as ``data:image/png;base64,...``; the bytes of a file; a
        Pillow image of any mode; or an array, (rows, cols) or (rows, cols, 1 to 4
        channels: grey, grey and alpha, RGB, RGBA), of bool, uint8, uint16, or floats
        in [0, 1].

    Returns
    -------
    ndarray
        (rows, cols), (rows, cols, 3) or (rows, cols, 4) float32 in [0, 1]; 1 is white
        and, in the fourth channel, opaque. A new array.

    Raises
    ------
    ImageTooLargeError
        The picture has more than `MAX_PIXELS`; checked before decoding.
    ImageError
        No such file, not a picture, a damaged one, or an array of the wrong kind.
    """
    return read_reduced(source, MAX_PIXELS).light


def read_reduced(source: Source, at_most: int) -> Reading:
    """Read a picture, reduced to about `at_most` pixels.

    Parameters
    ----------
    source : str, Path, bytes, PIL.Image.Image or ndarray
        As `read_picture` takes it.
    at_most : int
        Most pixels. In a larger file or Pillow image, each square of pixels is averaged
        into one, which reads a large photograph several times as fast.

    Raises
    ------
    ImageTooLargeError, ImageError
        As from `read_picture`.
    """
    if isinstance(source, np.ndarray):
        return _whole(_from_array(source))
    if isinstance(source, Image.Image):
        return _from_pillow(source, at_most)
    if isinstance(source, str) and source[:5].lower() == "data:":
        return _decode(io.BytesIO(_from_data_url(source)), "the data URL", at_most)
    if isinstance(source, bytes):
        return _decode(io.BytesIO(source), "the bytes", at_most)
    if isinstance(source, str | Path):
        return _decode(Path(source), shortened(str(source)), at_most)
    msg = (
        f"Got a {type(source).__name__}, expected a path, a data URL, bytes, a Pillow "
        "image or an array."
    )
    raise ImageError(msg)


def _whole(light: NDArray[np.float32]) -> Reading:
    return Reading(light, (light.shape[1], light.shape[0]))


def _decode(file: Path | io.BytesIO, name: str, at_most: int) -> Reading:
    try:
        with warnings.catch_warnings():
            # Warnings about a file that can be read are of no interest here.
            warnings.simplefilter("ignore")
            # Pillow only warns about pictures that are somewhat too large.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = open_regular_file(file) if isinstance(file, Path) else file
            with opened, Image.open(opened) as picture:
                _check_size(*picture.size)
                wide, high = picture.size
                if (factor := _factor(picture, at_most)) > 1:
                    # A JPEG can be decoded at a reduced size, which is many times as
                    # fast.
                    picture.draft(None, (wide // factor, high // factor))
                return _from_pillow(picture, at_most, (wide, high))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as exc:
        # Pillow tells the size only in the text of its error.
        found = re.search(r"\d+", str(exc))
        count = f"{int(found.group()):,}" if found else "very many"
        msg = (
            f"Got {name}, a picture of {count} pixels, expected at most "
            f"{MAX_PIXELS:,} in all. Scale it down first."
        )
        raise ImageTooLargeError(msg) from exc
    except UnidentifiedImageError as exc:
        msg = f"Got {name}, which Pillow cannot read as a picture. Save it as PNG."
        raise ImageError(msg) from exc
    except (FileNotFoundError, PermissionError, UnusableFileError) as exc:
        msg = f"Got {name}, which cannot be opened: {exc.strerror}. Check the path."
        raise ImageError(msg) from exc
    except (OSError, SyntaxError, ValueError) as exc:
        # str() of a system's error would repeat the path.
        why = getattr(exc, "strerror", None) or exc
        msg = f"Got {name}, which cannot be read ({why}). Is the file complete?"
        raise ImageError(msg) from exc


def _from_data_url(url: str) -> bytes:
    head, _, body = url.partition(",")
    if not head.lower().endswith(";base64"):
        msg = f"Got {head[:60]!r}, expected data:image/png;base64, and the picture."
        raise ImageError(msg)
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as exc:
        msg = f"Got a data URL whose base64 is damaged ({exc}). Send all of it."
        raise ImageError(msg) from exc


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        msg = (
            f"Got a picture of {width}x{height} pixels, expected at most "
            f"{MAX_PIXELS:,} in all. Scale it down first."
        )
        raise ImageTooLargeError(msg)


def _from_pillow(
    picture: Image.Image, at_most: int, size: tuple[int, int] | None = None
) -> Reading:
    wide, high = size or picture.size
    _check_size(wide, high)
    # Loading sets a TIFF upright, and the EXIF of a PNG may come last in the file.
    picture.load()
    turn = _TURNS.get(_orientation(picture))
    plain = _reduced(_in_plain_mode(picture), at_most)
    upright = plain if turn is None else plain.transpose(turn)
    if (upright.width > upright.height) != (wide > high):
        wide, high = high, wide
    return Reading(_from_array(np.asarray(upright)), (wide, high))


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The operation that sets a picture upright, by its EXIF tag Orientation."""


def _orientation(picture: Image.Image) -> int:
    """Return the EXIF tag Orientation: 1 is upright."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - whatever Pillow makes of damaged EXIF
        return 1


def _factor(picture: Image.Image, at_most: int) -> int:
    """Return the side of the squares that become one pixel each."""
    return max(1, math.ceil(math.sqrt(picture.width * picture.height / at_most)))


def _reduced(picture: Image.Image, at_most: int) -> Image.Image:
    factor = _factor(picture, at_most)
    if factor == 1:
        return picture
    if picture.mode == "1":
        picture = picture.convert("L")
    elif picture.mode.startswith("I;16"):
        picture = Image.fromarray(_from_array(np.asarray(picture)))
    return picture.reduce(factor)


def _in_plain_mode(picture: Image.Image) -> Image.Image:
    """Convert the picture to a mode that NumPy can hold without loss."""
    if picture.mode == "La":  # Pillow cannot convert this mode in one step.
        picture = picture.convert("LA")
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    if picture.mode in {"1", "L", "RGB", "F"} or picture.mode.startswith("I;16"):
        return picture
    if picture.mode == "I":
        return Image.fromarray(_sixteen_bits(np.asarray(picture)))
    colours = picture.convert("RGB")
    if picture.mode == "P" and _is_grey(np.asarray(colours)):
        return colours.convert("L")
    return colours


def _is_grey(colours: NDArray[np.uint8]) -> bool:
    return bool((colours == colours[..., :1]).all())


def _sixteen_bits(pixels: NDArray[np.int32]) -> NDArray[np.uint16]:
    if pixels.min() < 0 or pixels.max() > 65535:
        msg = (
            f"Got a picture in 32-bit whole numbers from {pixels.min()} to "
            f"{pixels.max()}, expected 0 to 65535. Scale it to 16 bits first."
        )
        raise ImageError(msg)
    return pixels.astype(np.uint16)


_WHITE = {"b": 1, "u1": 255, "u2": 65535}


def _from_array(array: NDArray[np.generic]) -> NDArray[np.float32]:
    if array.ndim in {2, 3}:
        _check_size(array.shape[1], array.shape[0])
    kind = array.dtype.kind
    key = kind if kind == "b" else f"{kind}{array.dtype.itemsize}"
    if kind != "f" and key not in _WHITE:
        msg = (
            f"Got an array of {array.dtype}, expected bool, uint8, uint16, or floats "
            "in [0, 1]. For values from 0 to 255: array.astype(np.uint8)."
        )
        raise ImageError(msg)
    light = array.astype(np.float32)
    if kind != "f":
        light /= np.float32(_WHITE[key])
    return checked(_in_known_channels(light))


def _in_known_channels(light: NDArray[np.float32]) -> NDArray[np.float32]:
    if light.ndim == 3 and light.shape[2] == 1:
        return light[..., 0]
    if light.ndim == 3 and light.shape[2] == 2:
        return light[..., [0, 0, 0, 1]]
    return light
