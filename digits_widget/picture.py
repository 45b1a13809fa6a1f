"""Reads a picture of any usual kind: a file, its bytes, a data URL, an array.

What comes out is light: 1 is white, or fully opaque in the channel of transparency.
`Flatten` and `Polarity` make ink of it, so that what they decide can be seen.
"""

from __future__ import annotations

import base64
import io
import re
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from digits_widget.errors import ImageError, ImageTooLargeError
from digits_widget.steps.checks import checked

MAX_PIXELS = 50_000_000
"""A photograph of 50 megapixels. Anything larger is refused before it is decoded."""

_LONGEST = 300
"""Characters of a path that a message repeats."""

Source = str | Path | bytes | Image.Image | NDArray[np.generic]
"""A path, a PNG data URL, the bytes of a file, a Pillow image or an array."""


def read_picture(source: Source) -> NDArray[np.float32]:
    """Read a picture as light, in shades of grey or in colours.

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
        More than `MAX_PIXELS`; found out before decoding.
    ImageError
        No such file, no picture, a damaged one, or an array of the wrong kind.
    """
    if isinstance(source, np.ndarray):
        return _from_array(source)
    if isinstance(source, Image.Image):
        return _from_pillow(source)
    if isinstance(source, str) and source[:5].lower() == "data:":
        return _decode(io.BytesIO(_from_data_url(source)), "the data URL")
    if isinstance(source, bytes):
        return _decode(io.BytesIO(source), "the bytes")
    if isinstance(source, str | Path):
        return _decode(Path(source), _shortened(str(source)))
    msg = (
        f"Got a {type(source).__name__}, expected a path, a data URL, bytes, a Pillow "
        "image or an array."
    )
    raise ImageError(msg)


def _shortened(path: str) -> str:
    """Name a path in a message: text that is no path at all may be very long."""
    name = path if path.isprintable() and path else repr(path)
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"


def _decode(file: Path | io.BytesIO, name: str) -> NDArray[np.float32]:
    try:
        with warnings.catch_warnings():
            # Pillow only warns of pictures that are somewhat too large.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file) as picture:
                return _from_pillow(picture)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as exc:
        # All that Pillow tells of it is in the text of its error.
        found = re.search(r"\d+", str(exc))
        count = f"{int(found.group()):,}" if found else "very many"
        msg = (
            f"Got {name}, a picture of {count} pixels, expected at most "
            f"{MAX_PIXELS:,} in all. Scale it down first."
        )
        raise ImageTooLargeError(msg) from exc
    except UnidentifiedImageError as exc:
        msg = f"Got {name}, which is no picture that Pillow knows. Save it as PNG."
        raise ImageError(msg) from exc
    except (FileNotFoundError, IsADirectoryError, PermissionError) as exc:
        msg = f"Got {name}, which cannot be opened: {exc.strerror}. Mend the path."
        raise ImageError(msg) from exc
    except (OSError, SyntaxError, ValueError) as exc:
        # The full text of a system's error repeats the path.
        why = getattr(exc, "strerror", None) or exc
        msg = f"Got {name}, which cannot be read ({why}). Check that it is whole."
        raise ImageError(msg) from exc


def _from_data_url(url: str) -> bytes:
    head, _, body = url.partition(",")
    if not head.lower().endswith(";base64"):
        msg = f"Got {head[:60]!r}, expected data:image/png;base64, and the picture."
        raise ImageError(msg)
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as exc:
        msg = f"Got a data URL whose base64 is damaged ({exc}). Send it whole."
        raise ImageError(msg) from exc


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        msg = (
            f"Got a picture of {width}x{height} pixels, expected at most "
            f"{MAX_PIXELS:,} in all. Scale it down first."
        )
        raise ImageTooLargeError(msg)


def _from_pillow(picture: Image.Image) -> NDArray[np.float32]:
    _check_size(*picture.size)
    upright = ImageOps.exif_transpose(picture)
    return _from_array(np.asarray(_in_plain_mode(upright)))


def _in_plain_mode(picture: Image.Image) -> Image.Image:
    """Return the picture in a mode whose array says everything about it."""
    if picture.mode == "La":  # The one mode that Pillow takes to no other in one go.
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
