"""The models that come with this package: their folder and labels."""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).parent.parent / "models" / "digits"
"""Their base path."""

LABELS = {"stable": 1, "canary": 2}
"""Labels of their versions."""
