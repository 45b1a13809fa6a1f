"""Looks at all that the widget needs, and says what to do about what is missing.

Made for installations that are broken: nothing here is loaded before it is looked at,
and what cannot even be looked at is a finding too. It is a place where worlds meet.
"""

from __future__ import annotations

from digits_widget.checkup.doctor import doctor
from digits_widget.checkup.finding import Finding, State
from digits_widget.checkup.report import Report

__all__ = ["Finding", "Report", "State", "doctor"]
