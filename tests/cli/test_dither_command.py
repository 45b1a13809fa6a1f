"""``digits-widget dither`` as it is typed."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digits_widget.cli import main
from digits_widget.cli.dither import OPTIONS
from digits_widget.dithering import CATALOGUE, COMPATIBILITY, dither


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Return a file with a ramp of 8-bit greys."""
    path = tmp_path / "picture.png"
    greys = np.linspace(0, 255, 24 * 32).reshape(24, 32).astype(np.uint8)
    Image.fromarray(greys).save(path)
    return path


def greys_of(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return the greys of a file in [0, 1]."""
    with Image.open(path) as image:
        return np.asarray(image.convert("L"), dtype=np.float32) / np.float32(255)


def test_a_picture_is_dithered_as_by_the_function(
    picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = picture.with_name("out.png")
    line = f"dither {picture} --method atkinson --scan serpentine -o {out}"

    assert main(line.split()) == 0

    expected = dither(greys_of(picture), "atkinson", scan="serpentine")
    np.testing.assert_array_equal(greys_of(out), expected)
    with Image.open(out) as image:
        assert image.mode == "1"
    assert "32x24 pixels by atkinson" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "method", "like", "options"),
    [
        (
            "--method bayer --size 4 --transpose",
            "bayer",
            None,
            {"size": 4, "transpose": True},
        ),
        ("--levels 3 --strength 0.5", "fs", None, {"levels": 3, "strength": 0.5}),
        ("--linear", "floyd-steinberg", None, {"linear": True}),
        ("--like pillow", "floyd-steinberg", "pillow", {}),
        ("--like image-q --gimp true", "fs", "image-q", {"gimp": True}),
        ("--method knuth --across-tiles false", "knuth", None, {"across_tiles": False}),
    ],
)
def test_options_are_read_as_their_method_takes_them(
    picture: Path, typed: str, method: str, like: str | None, options: dict[str, bool]
) -> None:
    out = picture.with_name("out.png")

    assert main(["dither", str(picture), *typed.split(), "-o", str(out)]) == 0

    expected = dither(greys_of(picture), method, like=like, **options)
    np.testing.assert_allclose(greys_of(out), expected, atol=1 / 255)


def test_colours_become_luma_and_what_is_clear_becomes_white(tmp_path: Path) -> None:
    path, out = tmp_path / "colours.png", tmp_path / "out.png"
    pixels = [[(255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (0, 0, 0, 0)]]
    Image.fromarray(np.array(pixels, dtype=np.uint8)).save(path)

    assert main(["dither", str(path), "--method", "none", "-o", str(out)]) == 0

    assert greys_of(out).tolist() == [[0, 1, 0, 1]]


def test_the_list_names_every_method_and_program(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["dither", "--list"]) == 0

    printed = capsys.readouterr().out
    for name in (*CATALOGUE, *COMPATIBILITY):
        assert name in printed


def test_the_list_of_a_program_names_its_methods(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["dither", "--list", "--like", "pillow"]) == 0

    assert "fixed-threshold" in capsys.readouterr().out


@pytest.mark.parametrize("name", COMPATIBILITY)
def test_the_version_that_is_imitated_is_named(
    name: str, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    version = COMPATIBILITY[name].version
    out = picture.with_name("out.png")

    assert main(["dither", "--list"]) == 0
    assert f"{name}: {version}, for " in capsys.readouterr().out
    assert main(["dither", "--list", "--like", name]) == 0
    assert f"{version} prints " in capsys.readouterr().out.splitlines()[0]
    typed = ["dither", str(picture), "--like", name, "-o", str(out)]
    assert main(typed) == 0
    assert f"{version} prints it" in capsys.readouterr().out


def colour_pictures() -> dict[str, Image.Image]:
    """Return one picture of each mode that a PNG or TIFF file has."""
    rng = np.random.default_rng(0)
    colours = Image.fromarray(rng.integers(0, 256, (19, 23, 4), dtype=np.uint8))
    deep = rng.integers(0, 65536, (19, 23), dtype=np.uint16)
    clear = colours.convert("RGB").quantize(9)
    clear.info["transparency"] = 2
    modes = ("1", "L", "LA", "RGB", "RGBA", "P", "CMYK", "YCbCr", "F")
    return {
        **{mode: colours.convert(mode) for mode in modes},
        "I;16": Image.fromarray(deep),
        "clear": clear,
    }


@pytest.mark.parametrize("mode", colour_pictures())
@pytest.mark.parametrize("method", ["floyd-steinberg", "none"])
def test_like_pillow_is_what_pillow_itself_makes_of_any_picture(
    mode: str, method: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ending = "tif" if mode in {"CMYK", "YCbCr", "F"} else "png"
    path, out = tmp_path / f"in.{ending}", tmp_path / "out.png"
    picture = colour_pictures()[mode]
    if mode == "F":  # Read as light, which is in [0, 1].
        picture = picture.point(lambda v: v / 255)
    picture.save(path)
    typed = ["dither", str(path), "--like", "pillow", "--method", method]

    assert main([*typed, "-o", str(out)]) == 0

    dots = Image.Dither.FLOYDSTEINBERG if method != "none" else Image.Dither.NONE
    with Image.open(path) as again, Image.open(out) as made:
        expected = np.asarray(again.convert("1", dither=dots))
        np.testing.assert_array_equal(np.asarray(made), expected)
    assert "something else" not in capsys.readouterr().out


@pytest.mark.parametrize("mode", ["LA", "RGB", "RGBA", "P", "I;16"])
@pytest.mark.parametrize("like", ["imagemagick-6", "ffmpeg", "libdither"])
def test_what_is_not_grey_is_said_where_a_program_has_its_own_way(
    mode: str, like: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "in.png", tmp_path / "out.png"
    colour_pictures()[mode].save(path)

    assert main(["dither", str(path), "--like", like, "-o", str(out)]) == 0
    assert "8-bit grey pictures like this" in capsys.readouterr().out

    assert main(["dither", str(path), "-o", str(out)]) == 0
    assert "8-bit" not in capsys.readouterr().out


def test_greys_in_colour_channels_are_greys(
    picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = picture.with_name("out.png")
    with Image.open(picture) as image:
        image.convert("RGBA").save(picture)

    typed = ["dither", str(picture), "--like", "ffmpeg", "-o", str(out)]
    assert main(typed) == 0

    assert "8-bit" not in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["jpg", "jpeg", "JPG", "jfif", "mpo", "ico", "pdf"])
def test_a_format_that_does_not_keep_every_pixel_is_refused(
    ending: str, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = picture.with_name(f"out.{ending}")
    out.write_bytes(b"was here before")

    assert main(["dither", str(picture), "-o", str(out)]) == 1

    assert "does not keep two greys" in capsys.readouterr().err
    assert out.read_bytes() == b"was here before"


@pytest.mark.parametrize("ending", ["png", "gif", "bmp", "tif", "pgm", "webp", "tga"])
@pytest.mark.parametrize("levels", [2, 5])
def test_a_format_that_keeps_every_pixel_does(
    ending: str, levels: int, picture: Path
) -> None:
    out = picture.with_name(f"out.{ending}")
    typed = ["dither", str(picture), "--levels", str(levels), "-o", str(out)]

    assert main(typed) == 0

    expected = np.rint(dither(greys_of(picture), levels=levels) * 255)
    np.testing.assert_array_equal(np.rint(greys_of(out) * 255), expected)


@pytest.mark.parametrize("name", ["out", "out.heic", "out.xyz", "out.txt"])
def test_an_unknown_ending_is_refused(
    name: str, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = picture.with_name(name)

    assert main(["dither", str(picture), "-o", str(out)]) == 1

    assert "Choose a name such as out.png" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("size", [(1, 200_000), (200_000, 1), (3, 70_000)])
def test_a_picture_of_any_shape_takes_little_memory(
    size: tuple[int, int], tmp_path: Path
) -> None:
    path, out = tmp_path / "in.png", tmp_path / "out.png"
    Image.linear_gradient("L").resize(size).save(path)
    tracemalloc.start()

    assert main(["dither", str(path), "-o", str(out)]) == 0

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # A slanted table of all rows took the square of these: 640 GB.
    assert peak < 200_000_000
    with Image.open(out) as image:
        assert image.size == size


def test_every_option_of_every_method_can_be_typed() -> None:
    tables = (CATALOGUE, *(program.methods for program in COMPATIBILITY.values()))
    options = {
        name.replace("_", "-")
        for table in tables
        for method in table.values()
        for name in method.options
    }

    assert sorted(options) == list(OPTIONS)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("--method atkison -o {out}", "atkinson"),
        ("--scan zigzag -o {out}", "expected 'raster' or 'serpentine'"),
        ("--levels many -o {out}", "expected a whole number from 2 to 256"),
        ("--levels 2.5 -o {out}", "expected a whole number from 2 to 256"),
        ("--method bayer --scan raster -o {out}", "bayer takes: size"),
        ("--method atkinson --like pillow -o {out}", "it has only: floyd-steinberg"),
        ("--like gimp -o {out}", "The nearest are"),
        ("-o {out}.xyz", "cannot be written"),
        ("", "Name a picture and an --output"),
    ],
)
def test_what_is_wrong_is_said_with_what_would_be_right(
    picture: Path, capsys: pytest.CaptureFixture[str], typed: str, message: str
) -> None:
    words = typed.format(out=picture.with_name("out.png")).split()

    assert main(["dither", str(picture), *words]) == 1

    assert message in capsys.readouterr().err


def test_a_file_that_is_no_picture_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "notes.png"
    path.write_text("no picture")

    assert main(["dither", str(path), "-o", str(tmp_path / "out.png")]) == 1

    assert "cannot read as a picture" in capsys.readouterr().err


def test_a_huge_file_is_refused_before_it_is_decoded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    # 20,000 x 20,000 pixels by its head; decoding the body would fail otherwise.
    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    path = tmp_path / "huge.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"broken")
    )

    assert main(["dither", str(path), "-o", str(tmp_path / "out.png")]) == 1

    assert "pixels" in capsys.readouterr().err
