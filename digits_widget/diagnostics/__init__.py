"""Checks everything the widget needs, and says how to fix what is missing.

It must work in a broken installation: it imports nothing before it has checked it, and
a check that fails itself becomes a diagnosis.
"""

from __future__ import annotations

from digits_widget.diagnostics.diagnosis import Diagnosis, Health
from digits_widget.diagnostics.doctor import doctor
from digits_widget.diagnostics.report import Report

__all__ = ["Diagnosis", "Health", "Report", "doctor"]
