"""`why_unasked`: why nothing is asked about what is drawn, in words."""

from __future__ import annotations

from digits_widget.state import State

_BEGIN = "Draw a digit from 0 to 9."


def why_unasked(state: State) -> str:
    """Return why nothing is asked about a state; empty if something is."""
    if not state.drawing:
        return _BEGIN
    if state.drawing.is_dot:
        return "One dot is not a digit yet. Draw on."
    if state.trace is None:
        # All of the ink is erased again, unless there is a problem, which says more.
        return "" if state.problem else _BEGIN
    if state.trace.is_full:
        return "The paper is full of ink: no digit can be seen. Undo, or erase."
    if state.trace.is_blank:
        return "No ink is left after the steps. Draw thicker, or change the steps."
    return ""
