"""`Report`: all diagnoses of one run of `doctor`."""

from __future__ import annotations

import json
import platform
from collections import Counter
from dataclasses import asdict, dataclass

from digits_widget.diagnostics.diagnosis import Diagnosis, Health


@dataclass(frozen=True)
class Report:
    """All diagnoses, in order."""

    findings: tuple[Diagnosis, ...]
    """One diagnosis for each check."""

    @property
    def is_well(self) -> bool:
        """Whether nothing is broken."""
        return all(each.state is not Health.BROKEN for each in self.findings)

    def to_json(self) -> str:
        """Write as JSON text, for programs and bug reports."""
        from digits_widget import __version__  # noqa: PLC0415 - of the front door

        return json.dumps(
            {
                "digits_widget": __version__,
                "python": platform.python_version(),
                "platform": platform.platform(),
                "is_well": self.is_well,
                "findings": [asdict(each) for each in self.findings],
            },
            indent=1,
            ensure_ascii=False,
        )

    def __repr__(self) -> str:
        counts = Counter(each.state for each in self.findings)
        return f"<Report: {', '.join(f'{counts[each]} {each}' for each in Health)}>"
