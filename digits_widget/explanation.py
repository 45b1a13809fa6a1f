"""`EXPLANATIONS`: what each error means, its usual causes, and what to do."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from digits_widget.errors import DigitsError, explained
from digits_widget.nearest_names import look_up

_SECTION = re.compile(r"^\w+\n-+$", re.MULTILINE)
"""The heading of a numpy section, which is for programmers."""


@dataclass(frozen=True)
class Explanation:
    """The docstring of an error's class, as a text for people."""

    kind: type[DigitsError]
    """The class."""

    @property
    def name(self) -> str:
        """The class's name, such as ``ServerAbsentError``."""
        return self.kind.__name__

    @property
    def slug(self) -> str:
        """The name in kebab case, such as ``server-absent-error``."""
        return _kebab(self.name)

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The text; backticks are around code. The first paragraph is the summary."""
        # Python without docstrings (-OO) has no text.
        text = _SECTION.split(inspect.cleandoc(self.kind.__doc__ or ""))[0]
        single = text.replace("``", "`").strip()
        return tuple(" ".join(each.split()) for each in single.split("\n\n"))

    @property
    def more_general(self) -> tuple[Explanation, ...]:
        """The other errors that ``except`` may name, the nearest first."""
        others = self.kind.__mro__[1:]
        return tuple(
            Explanation(kind) for kind in others if issubclass(kind, DigitsError)
        )


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def _tree(kind: type[DigitsError]) -> Iterator[type[DigitsError]]:
    """Yield a class and those below it that have an explanation of their own."""
    yield kind
    for each in kind.__subclasses__():
        if explained(each) is each:
            yield from _tree(each)


EXPLANATIONS: Mapping[str, Explanation] = MappingProxyType(
    {
        each.slug: each
        for each in sorted(
            map(Explanation, _tree(DigitsError)), key=lambda each: each.name
        )
    }
)
"""Every error of the tree from A to Z, by its name in kebab case."""


def explain(error: str | DigitsError) -> Explanation:
    """Return the explanation of an error.

    Parameters
    ----------
    error : str or DigitsError
        The name of its class, also in kebab case; or the error itself.

    Raises
    ------
    UnknownMethodError
        No error has this name; the message lists the nearest ones.
    """
    if isinstance(error, DigitsError):
        return Explanation(explained(type(error)))
    return look_up(_kebab(error), EXPLANATIONS, what="error")
