"""The page "Errors A to Z": every error of the tree, from the docstrings."""

from __future__ import annotations

from collections.abc import Iterator

from digits_widget.explanation import EXPLANATIONS, Explanation

_INTRODUCTION = """\
(errors-a-to-z)=
# Errors A to Z

Every error that the project raises on purpose: what it means, its usual causes, and
what to do. The same text is where the error is, without a network: in a terminal,
`digits-widget explain` prints it; the widget shows it at "Details" below a message.
"""


def error_page() -> str:
    """Return the page as Markdown."""
    sections = (_section(each) for each in EXPLANATIONS.values())
    return "\n".join([_INTRODUCTION, *("\n".join(each) for each in sections)])


def _section(explanation: Explanation) -> Iterator[str]:
    yield f"(error-{explanation.slug})=\n## {explanation.name}\n"
    for paragraph in explanation.paragraphs:
        yield f"{paragraph}\n"
    own = f"{{py:class}}`~digits_widget.errors.{explanation.name}`"
    more_general = [
        f"[{each.name}](#error-{each.slug})" for each in explanation.more_general
    ]
    yield f"Python catches it as {', '.join([own, *more_general])}.\n"
