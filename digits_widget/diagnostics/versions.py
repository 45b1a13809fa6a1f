"""Checks installed versions against the requirements of the project."""

from __future__ import annotations

import platform
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from digits_widget.diagnostics.diagnosis import Diagnosis, broken, doubtful, well

TOPIC = "Versions"

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"


@dataclass(frozen=True)
class Wanted:
    """The requirements of the project."""

    python: str
    """Versions of Python, such as ``>=3.11,<3.15``."""

    always: tuple[Requirement, ...]
    """Requirements of every installation."""

    extras: Mapping[str, tuple[Requirement, ...]]
    """Further requirements of each extra."""


def examine_versions() -> Iterator[Diagnosis]:
    """Compare each requirement of the project with what is installed."""
    wanted = find_wanted()
    yield _python(wanted.python)
    for need in wanted.always:
        yield _package(need)
    seen = {need.name for need in wanted.always}
    for extra, needs in wanted.extras.items():
        for need in needs:
            if need.name not in seen:
                seen.add(need.name)
                yield _package(need, extra)


def find_wanted() -> Wanted:
    """Return the requirements of the installed project, or of its source folder."""
    if _PROJECT.exists():
        return _from_source(tomllib.loads(_PROJECT.read_text(encoding="utf-8")))
    return _from_metadata(metadata.metadata("digits-widget"))


def _from_source(parsed: Mapping[str, Any]) -> Wanted:
    project = parsed["project"]
    return Wanted(
        project["requires-python"],
        tuple(map(Requirement, project["dependencies"])),
        {
            extra: tuple(filter(_is_looked_at, map(Requirement, needs)))
            for extra, needs in project["optional-dependencies"].items()
        },
    )


def _is_looked_at(need: Requirement) -> bool:
    # One extra may name another, whose requirements are looked at anyway.
    here = need.marker is None or need.marker.evaluate()
    return here and need.name != "digits-widget"


def _from_metadata(said: metadata.PackageMetadata) -> Wanted:
    needs = [Requirement(each) for each in said.get_all("Requires-Dist") or ()]
    extras = said.get_all("Provides-Extra") or ()
    return Wanted(
        said["Requires-Python"],
        tuple(need for need in needs if not need.marker),
        {
            extra: tuple(
                need
                for need in needs
                if need.marker and need.marker.evaluate({"extra": extra})
                if need.name != "digits-widget"
            )
            for extra in extras
        },
    )


def _python(wanted: str) -> Diagnosis:
    got = platform.python_version()
    if SpecifierSet(wanted).contains(got, prereleases=True):
        return well(TOPIC, f"Python {got} (wanted: {wanted})")
    return broken(
        TOPIC,
        f"Python {got}, wanted: {wanted}",
        "Install Python 3.12 and make a new environment with it.",
    )


def _package(need: Requirement, extra: str = "") -> Diagnosis:
    try:
        got = metadata.version(need.name)
    except metadata.PackageNotFoundError:
        return _absent(need, extra)
    if need.specifier.contains(got, prereleases=True):
        return well(TOPIC, f"{need.name} {got} (wanted: {need.specifier})")
    said = f"{need.name} {got}, wanted: {need.specifier}"
    return broken(TOPIC, said, f'pip install "{need.name}{need.specifier}"')


def _absent(need: Requirement, extra: str) -> Diagnosis:
    said = f"{need.name} is not installed"
    if not extra:
        return broken(TOPIC, said, f'pip install "{need.name}{need.specifier}"')
    said += f"; it belongs to the extra `{extra}`"
    return doubtful(
        TOPIC, said, f'pip install "digits-widget[{extra}]", if you need it'
    )
