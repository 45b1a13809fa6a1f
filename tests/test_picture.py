"""Pictures of every kind become light; what is none is refused with its reason."""

from __future__ import annotations

import base64
import io
import struct
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from digits_widget.errors import ImageError, ImageTooLargeError
from digits_widget.picture import read_picture, read_reduced

GREY = np.arange(0, 240, 10, dtype=np.uint8).reshape(4, 6)
LIGHT = GREY.astype(np.float32) / np.float32(255)


def png_of(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def in_mode(mode: str) -> Image.Image:
    grey = Image.fromarray(GREY)
    if mode == "1":
        return grey.point(lambda v: 255 * (v > 100), "1")
    if mode == "I;16":
        return Image.fromarray(GREY.astype(np.uint16) * 257)
    if mode == "I":
        return Image.fromarray(GREY.astype(np.int32) * 257)
    if mode == "F":
        return Image.fromarray(LIGHT)
    if mode == "La":
        return grey.convert("LA").convert("La")
    return grey.convert(mode)


@pytest.mark.parametrize(
    ("mode", "channels"),
    [
        ("L", 0),
        ("LA", 4),
        ("La", 4),
        ("RGB", 3),
        ("RGBA", 4),
        ("P", 0),
        ("I;16", 0),
        ("I", 0),
        ("F", 0),
        ("CMYK", 3),
        ("YCbCr", 3),
        ("HSV", 3),
    ],
)
def test_every_mode_is_read_as_light(mode: str, channels: int) -> None:
    light = read_picture(in_mode(mode))
    assert light.dtype == np.float32
    assert light.shape == ((4, 6, channels) if channels else (4, 6))
    first = light[..., 0] if channels else light
    np.testing.assert_allclose(first, LIGHT, atol=1 / 255)
    if channels == 4:
        assert (light[..., 3] == 1).all()


def test_black_and_white_is_read_as_0_and_1() -> None:
    np.testing.assert_array_equal(read_picture(in_mode("1")), GREY > 100)


def test_a_palette_in_colours_keeps_them() -> None:
    colours = Image.new("RGB", (3, 2), (255, 0, 0)).quantize()
    assert read_picture(colours)[0, 0].tolist() == [1, 0, 0]


def test_a_transparent_colour_of_a_palette_is_transparent() -> None:
    palette = Image.new("P", (3, 2), 0)
    palette.putpalette([10, 20, 30, 255, 255, 255])
    palette.info["transparency"] = 0
    light = read_picture(png_of(palette))
    assert light.shape == (2, 3, 4)
    assert not light[..., 3].any()


@pytest.mark.parametrize("kind", ["path", "text", "bytes", "data URL"])
def test_a_png_is_read_from_wherever_it_is(kind: str, tmp_path: Path) -> None:
    png = png_of(in_mode("L"))
    path = tmp_path / "grey.png"
    path.write_bytes(png)
    url = "data:image/png;base64," + base64.b64encode(png).decode()
    sources: dict[str, Any] = {
        "path": path,
        "text": str(path),
        "bytes": png,
        "data URL": url,
    }
    np.testing.assert_array_equal(read_picture(sources[kind]), LIGHT)


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (GREY, LIGHT),
        (GREY[..., None], LIGHT),
        (GREY.astype(np.uint16) * 257, LIGHT),
        (GREY > 100, (GREY > 100).astype(np.float32)),
        (LIGHT.astype(np.float64), LIGHT),
        (LIGHT.astype(np.float16), LIGHT.astype(np.float16).astype(np.float32)),
    ],
    ids=["uint8", "one channel", "uint16", "bool", "float64", "float16"],
)
def test_arrays_are_scaled_by_their_white(
    array: np.ndarray[Any, Any], expected: np.ndarray[Any, Any]
) -> None:
    np.testing.assert_array_equal(read_picture(array), expected)


def test_grey_and_alpha_become_four_channels() -> None:
    both = np.stack([GREY, 255 - GREY], axis=2)
    light = read_picture(both)
    assert light.shape == (4, 6, 4)
    np.testing.assert_array_equal(light[..., 2], LIGHT)
    np.testing.assert_allclose(light[..., 3], 1 - LIGHT, atol=1e-6)


def test_the_array_given_is_never_handed_on() -> None:
    given = LIGHT.copy()
    assert not np.shares_memory(read_picture(given), given)


def test_a_photograph_is_set_upright() -> None:
    picture = in_mode("L")
    exif = picture.getexif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", exif=exif)
    assert read_picture(buffer.getvalue()).shape == (6, 4)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_camera_may_be_held_in_any_way(kind: str, orientation: int) -> None:
    upright = Image.fromarray(np.repeat(np.repeat(GREY, 8, axis=0), 8, axis=1))
    exif = upright.getexif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    held = HELD.get(orientation)
    taken = upright if held is None else upright.transpose(held)
    taken.save(buffer, kind, exif=exif, **({"quality": 95} if kind != "TIFF" else {}))
    light = read_picture(buffer.getvalue())
    grey = light[..., 0] if light.ndim == 3 else light
    expected = np.asarray(upright, np.float32) / np.float32(255)
    assert np.abs(grey - expected).mean() < 0.02


HELD = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


DAMAGED = [
    b"Exif\0\0",
    b"Exif\0\0II*\0",
    b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x03\0" * 9,
    b"Exif\0\0MM\0*\xff\xff\xff\xff",
    b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\x04\0\0\0abcd\0\0\0\0",
    b"Exif\0\0" + b"\xff" * 40,
]


@pytest.mark.parametrize("number", range(len(DAMAGED)))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damaged_exif_is_passed_over_without_a_word(
    kind: str, number: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "photo"
    in_mode("RGB").save(path, kind, exif=DAMAGED[number])
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert read_picture(path).shape == (4, 6, 3)
    assert warned == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "CMYK", "P", "I;16", "F"])
def test_a_large_picture_is_read_smaller_and_its_size_is_kept(
    mode: str, kind: str
) -> None:
    grey = np.tile(np.linspace(0, 255, 80, dtype=np.uint8), (120, 1))
    picture: Any = Image.fromarray(grey)
    if mode == "I;16":
        picture = Image.fromarray(grey.astype(np.uint16) * 257)
    elif mode == "F":
        picture = Image.fromarray(grey.astype(np.float32) / 255)
    else:
        picture = picture.convert(mode)
    if kind == "JPEG" and mode in {"L", "RGB", "CMYK"}:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG")
        picture = buffer.getvalue()
    light, size = read_reduced(picture, 2500)
    assert size == (80, 120)
    assert light.shape[:2] == (60, 40)
    row = light[30, :, 0] if light.ndim == 3 else light[30]
    ramp = np.linspace(0, 1, 40)
    assert np.abs(row - ramp).mean() < (0.3 if mode == "1" else 0.05)


def test_to_read_a_pillow_image_leaves_it_as_it_was() -> None:
    buffer = io.BytesIO()
    Image.new("L", (800, 600), 200).save(buffer, "JPEG")
    with Image.open(buffer) as picture:
        assert read_reduced(picture, 10_000).size == (800, 600)
        assert picture.size == (800, 600)


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (GREY.astype(np.int64), "int64"),
        (GREY.astype(np.float64), "Divide by 255"),
        (LIGHT - 1, "values -1"),
        (np.full((3, 3), np.nan), "NaN"),
        (np.full((3, 3), np.inf), "values inf"),
        (np.zeros((0, 4)), "shape"),
        (np.zeros(784), "shape"),
        (np.zeros((4, 6, 5)), "shape"),
        (np.zeros((2, 4, 6, 3)), "shape"),
        (np.zeros((2, 2), complex), "complex"),
        (np.array([["a"]]), "<U1"),
    ],
)
def test_arrays_that_are_no_picture_say_why(
    array: np.ndarray[Any, Any], reason: str
) -> None:
    with pytest.raises(ImageError, match=reason):
        read_picture(array)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"no picture", "Pillow cannot read as a picture"),
        (b"", "Pillow cannot read as a picture"),
        ("nowhere.png", "cannot be opened: No such file"),
        ("data:image/png,abc", "base64"),
        ("data:image/png;base64,????", "damaged"),
        (png_of(in_mode("L"))[:60], "cannot be read"),
        (3, "Got a int"),
        (None, "Got a NoneType"),
        (Image.fromarray(np.array([[70_000, 1]], np.int32)), "32-bit"),
        (Image.fromarray(np.array([[255.0, 0.0]], np.float32)), "Divide by 255"),
    ],
)
def test_sources_that_are_no_picture_say_why(source: Any, reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        read_picture(source)


def bomb(width: int, height: int) -> bytes:
    """Return a PNG that only says how large it is: to decode it would fail."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [7_100, 10_000, 20_000])
def test_a_picture_of_many_pixels_is_refused_before_it_is_decoded(side: int) -> None:
    with pytest.raises(ImageTooLargeError, match="at most 50,000,000") as caught:
        read_picture(bomb(side, side))
    assert f"{side}x{side}" in str(caught.value) or f"{side**2:,}" in str(caught.value)


def test_an_array_of_many_pixels_is_refused() -> None:
    huge = np.broadcast_to(np.uint8(0), (20_000, 20_000))
    with pytest.raises(ImageTooLargeError, match="20000x20000"):
        read_picture(huge)


@pytest.mark.parametrize("body", ["é", "\N{BOM}", "AAAA=A"])
def test_a_data_url_with_other_letters_is_refused(body: str) -> None:
    with pytest.raises(ImageError, match="base64 is damaged"):
        read_picture(f"data:image/png;base64,{body}")


def test_a_data_url_may_be_in_capitals() -> None:
    with pytest.raises(ImageError, match="the data URL, which Pillow cannot read"):
        read_picture("DATA:image/png;BASE64,AAAA")


@pytest.mark.parametrize("path", ["", "a\0b", "x" * 100_000])
def test_what_is_no_path_is_named_and_not_repeated_at_length(path: str) -> None:
    with pytest.raises(ImageError) as caught:
        read_picture(path)
    assert len(str(caught.value)) < 500
    assert "Got ," not in str(caught.value)
    assert "\0" not in str(caught.value)
