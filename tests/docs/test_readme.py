"""What the README and the other pages show, works."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from digits_widget import cli, sample
from digits_widget.cli import COMMANDS, parser
from tests.docs.pages import BLOCKS, LINES, PAGES, ROOT, Block, blocks_in
from tests.photos import SCENES, photograph
from tools.lessons import COURSE, ROUTES, Lesson

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

README = (ROOT / "README.md").read_text()

LANGUAGES = {"python", "console", "text"}

# The others are of the pages on installing without a network, and on releases.
PREFIXES = (
    "digits-widget ",
    "digits/bin/digits-widget ",
    "build/released/bin/digits-widget ",
)
OURS = sorted(
    {line[line.index("digits-w") :] for _, line in LINES if line.startswith(PREFIXES)}
)
MAKE = [line for _, line in LINES if line.startswith("make")]

# Making environments is what the set-up of these very tests does, by other words; the
# wheels on a stick were tried by hand; docker and kubectl are not here.
OTHERS = {
    "python3 -m venv .venv",
    ". .venv/bin/activate",
    "pip install -e '.[lab]'",
    "pip install .",
    "pip install -e '.[class]'",
    "conda env create -f environment.yml",
    "conda activate digits-widget",
    "python3 -m pip wheel --wheel-dir wheels -c constraints.txt '.[lab]'",
    "python3 -m venv digits",
    "digits/bin/pip install --no-index --find-links wheels 'digits-widget[lab]'",
    "export DIGITS_SERVER=127.0.0.1:8500",
    "export DIGITS_SERVER=192.168.1.10:8500",
    'eval "$(digits-widget completion bash)"',
    "docker compose --file deploy/compose.yaml up --build",
    "docker build --target serving --tag digits-serving --file deploy/Dockerfile .",
    "docker build --target lab --tag digits-lab --file deploy/Dockerfile .",
    (
        "docker build --target hub --build-arg JUPYTERHUB=5 --tag digits-hub "
        "--file deploy/Dockerfile ."
    ),
    "kubectl apply --filename deploy/kubernetes",
    "kubectl port-forward deployment/digits-lab 8888",
    "kubectl create namespace digits",
    "kubectl apply --namespace digits --filename deploy/kubernetes/serving.yaml",
    (
        "helm upgrade --install jupyterhub jupyterhub/jupyterhub --version '^4' "
        "--namespace digits --values deploy/jupyterhub-kubernetes/values.yaml"
    ),
    "sudo /opt/tljh/user/bin/python -m pip install '.[lab]'",
    "sudo cp deploy/littlest-jupyterhub/digits-server.service /etc/systemd/system/",
    "sudo systemctl daemon-reload",
    "sudo systemctl enable --now digits-server",
    (
        "sudo cp deploy/littlest-jupyterhub/digits.py "
        "/opt/tljh/config/jupyterhub_config.d/"
    ),
    "sudo tljh-config set limits.memory 1G",
    "sudo tljh-config set services.cull.timeout 3600",
    "sudo tljh-config reload hub",
    # A release is made by hand; tests/test_core_install.py builds a wheel.
    ".venv/bin/python -m pip wheel --no-deps --wheel-dir dist .",
    "python3 -m venv build/released",
    "build/released/bin/pip install 'dist/digits_widget-0.2.0-py3-none-any.whl[lab]'",
    'git commit --all --message "Version 0.2.0"',
    'git tag --annotate v0.2.0 --message "Version 0.2.0"',
}

RUN_HERE = ("predict", "inspect", "steps", "dither", "doctor", "explain")
"""Commands that end soon by themselves, and need no data set."""

TARGETS = sorted(
    {
        target
        for page in PAGES
        for target in re.findall(
            r"(?:`|^)make ([a-z-]+)", page.read_text(), re.MULTILINE
        )
    }
)


def place(block: Block) -> str:
    return block.place


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("block", BLOCKS, ids=place)
def test_every_block_says_its_language(block: Block) -> None:
    # Sphinx's directives are tried by building the site.
    assert block.language in LANGUAGES or block.language.startswith("{")


def test_every_console_line_is_known() -> None:
    others = {line for _, line in LINES if not line.startswith(PREFIXES)}
    assert others == {*MAKE, *OTHERS}


def test_the_two_commands_stand_at_the_top() -> None:
    first = next(b for b in blocks_in("console") if b.page == ROOT / "README.md")
    assert [line for block, line in LINES if block == first] == [
        "make lab",
        "make test",
    ]


@pytest.mark.parametrize("line", OURS)
def test_our_commands_take_these_options(line: str) -> None:
    args = parser().parse_args(shlex.split(line)[1:])
    assert args.command in COMMANDS


@pytest.mark.server
@pytest.mark.parametrize("line", [x for x in OURS if x.split()[1] in RUN_HERE])
def test_our_commands_do_it(
    line: str,
    model_server: EmbeddedServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIGITS_SERVER", model_server.target)
    for file in {"drawing.json", *re.findall(r"\S+\.json", line)}:
        sample(3).save(file)
    for file in re.findall(r"\S+\.jpg", line):
        Image.fromarray(photograph(3, SCENES["pen"])).save(file)
    words = shlex.split(line.replace("127.0.0.1:8500", model_server.target))
    assert cli.main(words[1:]) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize(
    "command", sorted({line.split()[1] for line in OURS} - {*RUN_HERE})
)
def test_the_other_commands_have_tests_of_their_own(command: str) -> None:
    assert (ROOT / "tests" / "cli" / f"test_{command}_command.py").exists()


@pytest.mark.parametrize("target", TARGETS)
def test_make_has_the_target(target: str) -> None:
    assert re.search(rf"(?m)^{target}:.*##", (ROOT / "Makefile").read_text())


def test_make_can_read_its_file() -> None:
    make = shutil.which("make")
    assert make
    subprocess.run([make, "-n", "help"], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.server
@pytest.mark.parametrize("block", blocks_in("python"), ids=place)
def test_python_runs(
    block: Block, model_server: EmbeddedServer, tmp_path: Path
) -> None:
    result = subprocess.run(
        [
            *(sys.executable, "-W", "error::DeprecationWarning:digits_widget"),
            *("-c", block.text),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={
            "PYTHONPATH": str(ROOT),
            "HOME": str(tmp_path),
            "PATH": os.environ["PATH"],
            "DIGITS_SERVER": model_server.target,
        },
    )
    assert result.returncode == 0, result.stderr
    if "print(prediction)" in block.text:
        assert result.stdout.startswith("<Prediction 3 at ")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", prose):
        if "://" not in link:
            assert (page.parent / link).exists() or made_for_the_site(page, link), link
    for link in re.findall(r'(?:src|srcset)="([^"]+)"', prose):
        assert (page.parent / link).exists(), link


def made_for_the_site(page: Path, link: str) -> bool:
    """Return whether a link leads to what `tools.site` puts there."""
    from tools.site.build import COPIES

    docs = ROOT / "docs"
    if not page.is_relative_to(docs):
        return False
    target = (page.parent / link).resolve().relative_to(docs).as_posix()
    return any(
        (ROOT / folder / target.removeprefix(put)).exists()
        for put, folder, _ in COPIES
        if target.startswith(put)
    )


@pytest.mark.parametrize("extra", ["lab", "app", "server", "training"])
def test_every_extra_is_explained(extra: str) -> None:
    page = ROOT / "docs" / "how-to" / "install.md"
    assert f"| `{extra}` |" in page.read_text()


def test_every_notebook_is_listed() -> None:
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"](notebooks/{notebook.name})" in README


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_a_lesson_is_listed_with_its_minutes(path: Path) -> None:
    core, deeper = Lesson(path).stated
    minutes = f"{core} + {deeper}" if deeper else f"{core}"
    (row,) = (line for line in README.splitlines() if f"notebooks/{path.name})" in line)
    assert row.endswith(f"| {minutes} |")


@pytest.mark.parametrize(("name", "route"), ROUTES.items(), ids=list(ROUTES))
def test_the_routes_are_told(name: str, route: tuple[int, ...]) -> None:
    numbers = ", ".join(map(str, route))
    assert re.search(rf"\*\*{name.title()}\*\*,[^.]*take {numbers}\.", README)


def test_the_readme_is_short_enough_to_be_read() -> None:
    prose = re.sub(
        r"```.*?```|<picture>.*?</picture>|\]\([^)]*\)", "", README, flags=re.DOTALL
    )
    words = [word for word in prose.split() if re.search(r"\w", word)]
    assert len(words) <= 900
