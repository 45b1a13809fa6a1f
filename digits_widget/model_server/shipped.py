"""The models that come with this package: where they are, and what they are called."""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).parent.parent / "models" / "digits"
"""Their base path."""

LABELS = {"stable": 1, "canary": 2}
"""Names of their versions."""
