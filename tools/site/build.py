"""Builds the documentation's site into ``site/``; any warning is an error.

``python -m tools.site.build`` runs the notebooks against an embedded server, and keeps
what they gave for the next time; ``--no-run`` shows them without output, in seconds.
Nothing is fetched, now or by whoever reads the site.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import main as sphinx_build

from tools.site.dithers import dither_pages
from tools.site.errors import error_page
from tools.site.links import check_site
from tools.site.llms import llms_txt
from tools.site.names import name_pages
from tools.site.notebooks import run_notebooks
from tools.site.wire import wire_page

ROOT = Path(__file__).resolve().parents[2]


COPIES = (
    ("", "docs", "**/*"),
    ("tutorials/", "notebooks", "*.ipynb"),
    ("how-to/deploy/", "deploy", "**/*"),
    ("reference/models/", "digits_widget/models", "*.*"),
    ("", ".", "CHANGELOG.md"),
    ("", ".", "CONTRIBUTING.md"),
    ("", ".", "SUPPORT.md"),
    ("", ".", "SECURITY.md"),
    ("", ".", "CODE_OF_CONDUCT.md"),
)
"""Place in the site, folder of the project, and which of its files."""

LINKS = {
    "notebooks": {
        "../digits_widget/models/README.md": "../reference/models/README.md",
        "../deploy/": "../how-to/deploy/",
        "../README.md": "../index.md",
        "../docs/": "../",
    },
    "deploy": {
        "../docs/how-to/": "../",
    },
    "": {
        "CHANGELOG.md": "changes.md",
        "docs/": "",
        "notebooks/": "tutorials/",
        "deploy/": "how-to/deploy/",
    },
}
"""By folder: beginnings of links, in the project and in the site."""

_TEXTS = {".md", ".ipynb"}

_PICTURE = re.compile(
    r'<picture>.*?srcset="(?P<dark>[^"]+)".*?src="(?P<light>[^"]+)"'
    r'.*?alt="(?P<alt>[^"]+)".*?</picture>',
    re.DOTALL,
)


def main(argv: list[str] | None = None) -> int:
    """Build, and check the links; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-run", action="store_true", help="run no notebook")
    parser.add_argument("--output", type=Path, default=ROOT / "site")
    parser.add_argument(
        "--work", type=Path, default=ROOT / "build" / "docs", help="what is kept"
    )
    args = parser.parse_args(argv)
    source = args.work / "source"
    os.environ["PYTHONPATH"] = str(ROOT)
    # What TensorFlow says of its own accord helps no reader.
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    gather(source, None if args.no_run else args.work / "notebooks-that-ran")
    options = ["-W", "--keep-going", "-n", "-q", "-d", str(args.work / "doctrees")]
    code: int = sphinx_build([*options, str(source), str(args.work / "html")])
    if not code:
        index = (source / "index.md").read_text(encoding="utf-8")
        listed = llms_txt(index, args.work / "html")
        (args.work / "html" / "llms.txt").write_text(listed, encoding="utf-8")
    problems = [] if code else list(check_site(args.work / "html"))
    for problem in problems:
        print(problem, file=sys.stderr)
    if code or problems:
        return 1
    publish(args.work / "html", args.output)
    print(f"The site is in {args.output}: open index.html.")
    return 0


def publish(built: Path, output: Path) -> None:
    """Copy the site to where people look for it, in place of an older one."""
    # Sphinx leaves this file in what it builds: nothing else is ever removed.
    if (output / ".buildinfo").exists():
        shutil.rmtree(output)
    shutil.copytree(built, output, dirs_exist_ok=True)


def gather(source: Path, kept: Path | None) -> None:
    """Lay out all that Sphinx reads: pages by hand, pages made here, notebooks.

    Parameters
    ----------
    source : Path
        Where to lay it.
    kept : Path or None
        A folder of notebooks that ran, for the next time. With None, none runs.
    """
    made = {
        "reference/errors.md": error_page(),
        "reference/wire.md": wire_page(),
        **dither_pages(),
        **name_pages(),
    }
    copies = {
        place + path.relative_to(ROOT / folder).as_posix(): path
        for place, folder, pattern in COPIES
        for path in (ROOT / folder).glob(pattern)
        if path.is_file() and path.suffix != ".pyc"
    }
    _forget(source, {*made, *copies})
    notebooks = [path for path in copies.values() if path.suffix == ".ipynb"]
    ran = run_notebooks(notebooks, kept) if kept else {}
    for name, path in copies.items():
        if path.suffix in _TEXTS:
            text = ran.get(path) or path.read_text(encoding="utf-8")
            _put(source / name, _moved(path, text))
        else:
            _put(source / name, path.read_bytes())
    for name, text in made.items():
        _put(source / name, text.encode())


def _moved(path: Path, text: str) -> bytes:
    """Return a page's text, its links mended to where things lie in the site."""
    folder = "" if path.parent == ROOT else path.parent.name
    for here, there in LINKS.get(folder, {}).items():
        text = text.replace(f"]({here}", f"]({there}")
    return _PICTURE.sub(_by_theme, text).encode()


def _by_theme(found: re.Match[str]) -> str:
    """Write a picture of GitHub's two themes as the site's theme wants it."""
    return "\n".join(
        f"```{{image}} {path.removeprefix('docs/')}\n"
        f":class: only-{theme}\n:alt: {found['alt']}\n```\n"
        for theme, path in (("light", found["light"]), ("dark", found["dark"]))
    )


def _forget(source: Path, kept: set[str]) -> None:
    """Remove what an earlier build had, and this one has not."""
    for path in source.rglob("*"):
        if path.is_file() and path.relative_to(source).as_posix() not in kept:
            path.unlink()


def _put(path: Path, content: bytes) -> None:
    """Write a file, unless that is what it holds: Sphinx reads new files anew."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
