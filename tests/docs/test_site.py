"""The documentation's site: built from the project, whole, and without a network."""

from __future__ import annotations

import argparse
import json
import re
from base64 import b64decode
from html import unescape
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from PIL import Image

import digits_widget
from digits_widget.cli import COMMANDS, parser
from digits_widget.dithering import CATALOGUE
from digits_widget.dithering.specimen import digit
from digits_widget.errors import DigitsError
from digits_widget.explanation import EXPLANATIONS
from tests.docs.pages import ROOT
from tools.site.commands import documented_parser
from tools.site.dithers import dither_pages
from tools.site.links import check_site
from tools.site.names import FILES, ROOMS, WHOLE, name_pages
from tools.site.table import table
from tools.site.wire import wire_page

# Half a minute's work, which takes many where every core is busy.
pytestmark = pytest.mark.timeout(900)


@pytest.mark.server
def test_every_notebook_has_a_page(site: Path) -> None:
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        assert (site / "tutorials" / f"{notebook.stem}.html").exists()


@pytest.mark.server
def test_a_list_for_language_models_names_every_page_of_the_contents(
    site: Path,
) -> None:
    lines = (site / "llms.txt").read_text().splitlines()
    assert lines[0] == "# digits_widget"
    assert lines[2].startswith("> Draw a digit")
    found = [re.fullmatch(r"- \[(.+)\]\((.+)\): (.+)", line) for line in lines]
    pages = {each[2]: each[1] for each in found if each}
    assert len(pages) == sum(line.startswith("- ") for line in lines)
    assert all((site / page).exists() for page in pages)
    assert pages["how-to/keyboard.html"] == "Use it by keyboard"
    index = (ROOT / "docs" / "index.md").read_text()
    trees = re.findall(r"```\{toctree\}.*?\n\n(.*?)```", index, re.DOTALL)
    notebooks = (ROOT / "notebooks").glob("*.ipynb")
    assert set(pages) == {f"{name}.html" for name in " ".join(trees).split()} | {
        f"tutorials/{path.stem}.html" for path in notebooks
    }


@pytest.mark.server
def test_every_name_of_the_front_door_is_explained(site: Path) -> None:
    pages = "".join(
        page.read_text() for page in (site / "reference" / "python").glob("*.html")
    )
    for name in digits_widget.__all__:
        assert re.search(rf'id="digits_widget\.[\w.]*\.?{name}"', pages), name


@pytest.mark.server
def test_every_method_has_a_card(site: Path) -> None:
    folder = site / "reference" / "dithering"
    pages = "".join(page.read_text() for page in folder.glob("*.html"))
    assert pages.count('class="dither-card"') == len(CATALOGUE)
    assert all(f'id="dither-{name}"' in pages for name in CATALOGUE)


@pytest.mark.server
def test_the_commands_page_has_every_option(site: Path) -> None:
    page = (site / "reference" / "command-line.html").read_text()
    for name in COMMANDS:
        assert f'id="{name}"' in page
    words = re.split(r"[\s,\[\]]+", re.sub(r"<[^>]+>", " ", page))
    for action in _options(parser()):
        # That each has --help, the page does not say.
        assert {*action.option_strings} <= {*words, "-h", "--help"}


def _options(top: argparse.ArgumentParser) -> list[argparse.Action]:
    found = []
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            found += [a for each in action.choices.values() for a in _options(each)]
        elif action.help != argparse.SUPPRESS:
            found.append(action)
    return found


def test_the_commands_page_is_the_same_everywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DIGITS_SERVER", "10.1.2.3:4567")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "a-secret")
    told = [action.default for action in _options(documented_parser())]
    assert "127.0.0.1:8500" in told
    assert "10.1.2.3:4567" not in told
    assert "a-secret" not in told
    # Nor does it show the day on which it was built.
    assert not re.search(r"\d{4}-\d\d-\d\d", " ".join(map(str, told)))


def test_every_room_is_on_a_page() -> None:
    package = Path(digits_widget.__file__).parent
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    # The command line has a page of another kind; models are data; only Jupyter calls
    # what it is started with.
    assert {*ROOMS, *FILES, *WHOLE} == rooms - {"cli", "models", "jupyter"}
    assert len(name_pages()) == len({*ROOMS, *FILES, *WHOLE}) + 2


@pytest.mark.server
def test_the_wire_page_links_every_message_it_has() -> None:
    page = wire_page()
    links = set(re.findall(r"\(#(message-[\w-]+)\)", page))
    assert links <= set(re.findall(r"^\((message-[\w-]+)\)=$", page, re.MULTILINE))
    assert "PredictRequest" in page


def test_the_overview_lists_every_method_and_shows_its_own_print() -> None:
    overview = dither_pages()["reference/dithering/index.md"]
    assert all(f"(#dither-{name})" in overview for name in CATALOGUE)
    gallery = BeautifulSoup(overview, "html.parser").select(".dither-gallery a")
    assert [str(link["href"]).partition("#dither-")[2] for link in gallery] == [
        *CATALOGUE
    ]
    for link, (name, method) in zip(gallery, CATALOGUE.items(), strict=True):
        assert link.get_text() == name
        assert link.img
        data = b64decode(str(link.img["src"]).partition(",")[2])
        with Image.open(BytesIO(data)) as picture:
            ink = ~np.asarray(picture)
        assert np.array_equal(ink[:, :28], method(digit()[None])[0] > 0.5)


@pytest.mark.server
@pytest.mark.parametrize("term", ["string", "byte", "dt_string"])
def test_the_search_finds_string_inputs(site: Path, term: str) -> None:
    script = (site / "searchindex.js").read_text()
    index = json.loads(script.removeprefix("Search.setIndex(").removesuffix(")"))
    # One page as a number, several as a list.
    pages = np.atleast_1d(index["titleterms"][term])
    assert "how-to/service" in [index["docnames"][page] for page in pages]


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.html").write_text('<p id="here">')
    (tmp_path / "index.html").write_text(
        '<a href="there.html#here"></a><a href="#top" id="top"></a>'
        '<a href="there.html#gone"></a><a href="gone.html"></a>'
        '<a href="https://example.org/"></a>'
        '<script src="https://example.org/a.js"></script><img src="gone.png">'
    )
    assert set(check_site(tmp_path)) == {
        "index.html links to there.html#gone, which is not there",
        "index.html links to gone.html, which is not there",
        "index.html links to gone.png, which is not there",
        "index.html fetches https://example.org/a.js",
    }


def test_a_table_keeps_its_cells_apart() -> None:
    assert table(("a",), [["b | c\nd"]]) == "| a |\n|---|\n| b \\| c d |\n"
    assert table(("a",), []) == ""


def test_the_errors_are_a_tree_that_is_documented() -> None:
    assert "errors" in name_pages()["reference/python/story.rst"]
    assert DigitsError.__doc__


@pytest.mark.server
def test_every_error_has_its_place_from_a_to_z(site: Path) -> None:
    page = (site / "reference" / "errors.html").read_text()
    places = [page.index(f'id="error-{slug}"') for slug in EXPLANATIONS]
    assert places == sorted(places)
    # Sphinx makes typographic quotation marks.
    words = re.sub(r"\W+", " ", re.sub(r"<[^>]+>", "", unescape(page)))
    for explanation in EXPLANATIONS.values():
        for paragraph in explanation.paragraphs:
            assert re.sub(r"\W+", " ", paragraph).strip() in words


@pytest.mark.server
def test_the_errors_are_linked(site: Path) -> None:
    for page in ("index.html", "how-to/real-server.html"):
        assert 'reference/errors.html#errors-a-to-z"' in (site / page).read_text()
