from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import (
    DrawingFormatError,
    EmptyDrawingError,
    FileTakenError,
    OptionError,
)
from digits_widget.pipeline import PRESETS
from digits_widget.raster import rasterize
from digits_widget.samples import sample
from digits_widget.widget import DigitsWidget
from digits_widget.widget.canvas.autosave import FOLDER
from digits_widget.widget.canvas.files import FORMATS
from tests.photos import SCENES, photograph
from tests.widget.conftest import Look, answer
from tests.widget.panel_driver import PanelDriver


@pytest.fixture
def page(widget: DigitsWidget, look: Look) -> PanelDriver:
    """Return the paper with More open."""
    page = look(widget.canvas)
    page.click("More")
    return page


def test_json_that_was_saved_loads_as_the_same_drawing(
    widget: DigitsWidget, tmp_path: Path
) -> None:
    widget.draw(sample(4))
    path = widget.save(tmp_path / "four.json")
    widget.clear()
    widget.load(path)
    assert widget.drawing == sample(4)
    widget.undo()
    assert not widget.drawing


def test_npz_holds_every_step_and_the_confidences(
    widget: DigitsWidget, tmp_path: Path
) -> None:
    widget.draw(sample(4))
    widget.wait()
    with np.load(widget.save(tmp_path / "four.npz")) as arrays:
        assert widget.trace
        assert widget.prediction
        for shot in widget.trace:
            assert (arrays[shot.name] == shot.image).all()
        assert (arrays["confidences"] == widget.prediction.confidences).all()
        assert Drawing.from_json(str(arrays["drawing_json"])) == sample(4)


def test_png_is_the_drawing_in_black_on_white(
    widget: DigitsWidget, tmp_path: Path
) -> None:
    widget.draw(sample(4))
    with Image.open(widget.save(tmp_path / "four.png")) as picture:
        light = np.asarray(picture.convert("L")) / 255
    assert np.abs(1 - light - rasterize(sample(4), side=560)).max() < 1 / 255


def test_svg_has_a_line_for_each_stroke(widget: DigitsWidget, tmp_path: Path) -> None:
    widget.draw(sample(4))
    text = widget.save(tmp_path / "four.svg").read_text()
    assert text.count("<polyline") == len(sample(4))


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_that_is_there_stays_unless_asked(
    widget: DigitsWidget, tmp_path: Path, suffix: str
) -> None:
    widget.draw(sample(4))
    path = tmp_path / f"digit{suffix}"
    path.write_text("mine")
    with pytest.raises(FileTakenError, match="overwrite=True"):
        widget.save(path)
    assert path.read_text() == "mine"
    widget.save(path, overwrite=True)
    assert path.read_bytes() != b"mine"


@pytest.mark.parametrize("name", ["digit.bmp", "digit", "absent/digit.json"])
def test_a_name_that_is_no_use_is_refused(
    widget: DigitsWidget, tmp_path: Path, name: str
) -> None:
    with pytest.raises(DrawingFormatError, match=r"expected|cannot be written"):
        widget.save(tmp_path / name)


def test_a_blank_sheet_has_no_steps_to_save(
    widget: DigitsWidget, tmp_path: Path
) -> None:
    with pytest.raises(EmptyDrawingError, match="Draw a digit"):
        widget.save(tmp_path / "blank.npz")
    assert not (tmp_path / "blank.npz").exists()


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_link_has_the_whole_file_until_something_else_is_drawn(
    widget: DigitsWidget, page: PanelDriver, tmp_path: Path, suffix: str
) -> None:
    widget.draw(sample(2))
    widget.wait()
    page.click(FORMATS[suffix].name)
    ((name, content),) = page.downloads().items()
    assert name == f"digit{suffix}"
    saved = widget.save(tmp_path / name)
    if suffix != ".npz":
        assert content == saved.read_bytes()
    else:
        with np.load(io.BytesIO(content)) as offered, np.load(saved) as kept:
            assert "tensor" in offered
            assert offered.files == kept.files
    page.click("Undo")
    assert not page.downloads()


def test_a_file_that_is_chosen_is_drawn(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    page.upload("mine.json", sample(6).to_json().encode())
    assert widget.drawing == sample(6)
    page.click("Clear")
    page.upload("mine.json", sample(6).to_json().encode())
    assert widget.drawing == sample(6)


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe", b"not json", b"{}", json.dumps({"format": 1}).encode()],
)
def test_a_wrong_file_says_so_and_the_drawing_stays(
    widget: DigitsWidget, page: PanelDriver, content: bytes
) -> None:
    widget.draw(sample(6))
    page.upload("wrong.json", content)
    assert isinstance(widget.problem, DrawingFormatError)
    assert str(widget.problem).startswith("wrong.json: This is not a drawing")
    assert "wrong.json: This is not a drawing" in page.problem()
    assert widget.drawing == sample(6)


@pytest.mark.parametrize("suffix", [".svg", ".npz"])
def test_a_file_without_strokes_or_pixels_says_what_can_be_loaded(
    widget: DigitsWidget, page: PanelDriver, tmp_path: Path, suffix: str
) -> None:
    widget.draw(sample(6))
    widget.wait()
    path = widget.save(tmp_path / f"six{suffix}")
    page.upload(path.name, path.read_bytes())
    assert isinstance(widget.problem, DrawingFormatError)
    assert str(widget.problem).startswith(f"Got six{suffix}, ")
    assert "expected a drawing that was saved as JSON" in page.problem()
    assert widget.drawing == sample(6)


def photo_file(digit: int, scene: str = "pen") -> bytes:
    """Return a photograph of a digit, as the bytes of a JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(photograph(digit, SCENES[scene])).save(buffer, "JPEG")
    return buffer.getvalue()


def test_a_photo_lies_on_the_paper_and_goes_through_the_steps_for_pictures(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    page.upload("seven.jpg", photo_file(7))
    assert not widget.problem
    assert widget.trace
    wanted = PRESETS["mnist"](photo_file(7))
    np.testing.assert_array_equal(widget.trace.tensor, wanted.tensor)
    assert [shot.title for shot in widget.trace][:3] == [
        "Picture",
        "Flatten",
        "Find paper and ink",
    ]
    (paper,) = page.pictures()
    assert paper.shape[:2] == (560, 560)
    # Pen on grey paper in the middle.
    assert paper.min() < 90
    assert 150 < np.median(paper) < 240


def test_a_stroke_takes_the_photos_place_and_undo_brings_it_back(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    page.upload("seven.jpg", photo_file(7))
    page.stroke((0.2, 0.2), (0.8, 0.8))
    page.wait_until(lambda: not page.pictures())
    page.wait_until(lambda: len(widget.drawing) == 1)
    page.click("Undo")
    page.wait_until(page.pictures)
    page.wait_until(lambda: widget.drawing.picture == photo_file(7))
    page.click("Clear")
    page.wait_until(lambda: not page.pictures())
    page.wait_until(lambda: not widget.drawing)


def test_a_photo_is_saved_and_loaded_as_what_it_is(
    widget: DigitsWidget, tmp_path: Path
) -> None:
    (tmp_path / "seven.jpg").write_bytes(photo_file(7))
    widget.load(tmp_path / "seven.jpg")
    kept = widget.drawing
    for suffix in FORMATS:
        widget.wait()
        widget.save(tmp_path / f"kept{suffix}")
    widget.load(tmp_path / "kept.json")
    assert widget.drawing == kept
    with Image.open(tmp_path / "kept.png") as picture:
        assert picture.size == (560, 560)
        assert np.asarray(picture.convert("L")).min() < 90
    assert "<image" in (tmp_path / "kept.svg").read_text()


@pytest.mark.parametrize("content", [b"", b"not a picture", photo_file(3)[:200]])
def test_what_is_no_picture_says_so_and_the_drawing_stays(
    widget: DigitsWidget, page: PanelDriver, content: bytes
) -> None:
    widget.draw(sample(6))
    page.upload("mine.jpg", content)
    assert "mine.jpg" in page.problem()
    assert "the bytes" not in page.problem()
    assert widget.drawing == sample(6)


@pytest.mark.parametrize(
    "pixels",
    [np.full((300, 300), 255), np.zeros((300, 300)), np.full((1, 1), 255)],
    ids=["white", "black", "one pixel"],
)
def test_a_picture_without_a_digit_is_not_asked_about(
    widget: DigitsWidget, look: Look, pixels: np.ndarray
) -> None:
    buffer = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(buffer, "PNG")
    page = look(widget)
    widget.draw(Drawing(picture=buffer.getvalue()))
    page.settle()
    assert widget.wait() is None
    assert not widget.problem
    assert widget.trace
    assert not page.problem()


def test_a_photo_has_no_strokes_to_replay_or_to_follow(
    widget: DigitsWidget, page: PanelDriver, look: Look
) -> None:
    page.upload("seven.jpg", photo_file(7))
    widget.replay()
    assert not page.is_enabled("Replay")
    bars = look(widget.bars)
    bars.click("Over time")
    bars.wait_for("A picture has no strokes to follow.")
    assert not widget.problem


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder; return where drawings are kept in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / FOLDER


def test_a_drawing_is_kept_by_its_key(
    folder: Path, settled: Callable[[], None]
) -> None:
    first = DigitsWidget(predict=answer, key="lesson-1")
    first.draw(sample(5))
    settled()
    assert Drawing.load(folder / "lesson-1.json") == sample(5)
    assert "digits_widget_autosave/lesson-1.json" in first.children[-1].value
    again = DigitsWidget(predict=answer, key="lesson-1")
    other = DigitsWidget(predict=answer, key="lesson-2")
    assert again.drawing == sample(5)
    assert not other.drawing
    again.draw(again.drawing + Stroke([[0.5, 0.5]]))
    settled()
    assert len(Drawing.load(folder / "lesson-1.json")) == len(sample(5)) + 1
    assert [path.name for path in folder.iterdir()] == ["lesson-1.json"]


def test_nothing_is_kept_without_a_key(
    folder: Path, settled: Callable[[], None], widget: DigitsWidget
) -> None:
    widget.draw(sample(5))
    settled()
    assert not folder.exists()


def test_an_earlier_moment_is_not_kept(folder: Path, look: Look) -> None:
    widget = DigitsWidget(predict=answer, key="a")
    page = look(widget.canvas)
    widget.draw(sample(5))
    page.click("More")
    page.set("Rewind the drawing, steps and bars", 30)
    page.settle()
    assert widget.drawing != sample(5)
    assert Drawing.load(folder / "a.json") == sample(5)


def test_a_damaged_file_is_put_aside_and_told(
    folder: Path, settled: Callable[[], None]
) -> None:
    folder.mkdir()
    (folder / "a.json").write_text("{")
    widget = DigitsWidget(predict=answer, key="a")
    assert "a.json.damaged" in str(widget.problem)
    assert (folder / "a.json.damaged").read_text() == "{"
    widget.draw(sample(5))
    settled()
    assert Drawing.load(folder / "a.json") == sample(5)


@pytest.mark.parametrize("number", ["9" * 400, "5", "NaN", "[" * 9999])
def test_what_no_pen_can_draw_is_put_aside_and_told(
    number: str, folder: Path, settled: Callable[[], None]
) -> None:
    folder.mkdir()
    text = json.dumps(json.loads(sample(5).to_json()))
    text = text.replace('"points": [[', f'"points": [[{number}, 0], [', 1)
    (folder / "a.json").write_text(text)
    (folder / "a.json.damaged").write_text("an earlier one")
    widget = DigitsWidget(predict=answer, key="a")
    assert "a.json.damaged2" in str(widget.problem)
    assert (folder / "a.json.damaged2").read_text() == text
    assert (folder / "a.json.damaged").read_text() == "an earlier one"
    widget.draw(sample(6))
    settled()
    assert Drawing.load(folder / "a.json") == sample(6)


@pytest.mark.parametrize("key", ["../a", "a b", "a/b", "x" * 65])
def test_a_key_must_be_good_for_a_file(key: str) -> None:
    with pytest.raises(OptionError, match="name of a file"):
        DigitsWidget(predict=answer, key=key)
