"""Files that other programs read: citation, forms, CI, Binder, containers, figures."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.docs.pages import ROOT
from tools.figures.__main__ import FIGURES, main
from tools.figures.vectors import THEMES

FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))
CONFIG = ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCRIPTS = Path(sys.executable).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def follows(schema: str, path: Path) -> None:
    """Check a file against a schema that the checker brings along."""
    subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", f"vendor.{schema}", str(path)),
        ],
        check=True,
        capture_output=True,
    )


def test_the_citation_is_one() -> None:
    follows("citation-file-format", ROOT / "CITATION.cff")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == PROJECT["version"]
    # The code's; the picture of training digits has its own.
    assert citation["license"] in PROJECT["license"].split(" AND ")
    assert citation["authors"] == PROJECT["authors"]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_issue_forms_are_forms(form: Path) -> None:
    follows("github-issue-forms", form)


def test_the_forms_have_a_configuration() -> None:
    follows("github-issue-config", CONFIG)


def test_a_report_of_a_fault_asks_for_the_doctor() -> None:
    form = yaml.safe_load((CONFIG.parent / "bug.yml").read_text())
    (field,) = (each for each in form["body"] if each["id"] == "doctor")
    assert "digits-widget doctor --json" in field["attributes"]["description"]
    assert field["attributes"]["render"] == "json"


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_are_workflows(workflow: Path) -> None:
    follows("github-workflows", workflow)


def test_updates_are_proposed_as_dependabot_wants_it() -> None:
    follows("dependabot", ROOT / ".github" / "dependabot.yml")


def test_every_python_and_system_of_the_readme_is_tested_by_its_command() -> None:
    (workflow,) = WORKFLOWS
    jobs = yaml.safe_load(workflow.read_text())["jobs"]
    tested = set(jobs["everything"]["strategy"]["matrix"]["python"])
    tested |= {
        step["with"]["python-version"]
        for step in jobs["without-tensorflow"]["steps"]
        if "python-version" in step.get("with", {})
    }
    named = {c.rpartition(" :: ")[2] for c in PROJECT["classifiers"] if " 3." in c}
    assert tested == named
    for job in jobs.values():
        names = job["strategy"]["matrix"]["system"]
        assert {name.partition("-")[0] for name in names} == {"ubuntu", "macos"}
    commands = [step.get("run", "") for step in jobs["everything"]["steps"]]
    assert "make PYTHON=python test" in commands


@pytest.mark.parametrize(
    "command",
    [["repo-review", "--show", "err", "."], ["zizmor", "--offline", ".github"]],
    ids=lambda command: command[0],
)
def test_other_projects_rules_are_kept(command: list[str]) -> None:
    assert f"$(BIN)/{command[0]} " in (ROOT / "Makefile").read_text()
    done = subprocess.run(
        [SCRIPTS / command[0], *command[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_binder_can_run_its_scripts(name: str) -> None:
    script = ROOT / "binder" / name
    assert script.stat().st_mode & 0o111
    bash = shutil.which("bash")
    assert bash
    subprocess.run([bash, "-n", str(script)], check=True)


def test_binder_and_dev_container_have_a_python_that_suits() -> None:
    environment = yaml.safe_load((ROOT / "binder" / "environment.yml").read_text())
    assert "python=3.12" in environment["dependencies"]
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert ":3.12-" in container["image"]
    assert container["postCreateCommand"].endswith("make dev")


def test_the_figures_are_up_to_date() -> None:
    assert main(["--check"]) == 0


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_vectors_alone(name: str, theme: str) -> None:
    path = ROOT / "docs" / "pictures" / f"{name}-{theme}.svg"
    tree = ET.parse(path)  # noqa: S314 - our own file
    kinds = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert not kinds & {"image", "script", "foreignObject"}
    assert "title" in kinds
