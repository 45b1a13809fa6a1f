"""Ten buttons on the digits beside the bars: each makes the drawing that digit."""

from __future__ import annotations

from digits_widget.insight.reasons import a_digit
from digits_widget.widget.panels.confidences.bars import IN_ORDER, Order


def targets(*, is_on: bool, order: Order = IN_ORDER) -> str:
    """Return the buttons, as HTML that lies on the first column of the bars.

    The bars are new with each answer, and would take the focus and a click that is half
    done with them: so the buttons stay apart, and show no digit of their own. See
    ``targets.js`` for what they do.

    Parameters
    ----------
    is_on : bool
        Whether there is an answer that could become another; else all are disabled.
    order : sequence of int
        The digits from the top, as of the bars.
    """
    buttons = "".join(_button(digit, is_on=is_on) for digit in order)
    return (
        '<div class="digits-bar-targets" role="group" '
        f'aria-label="Make the drawing another digit">{buttons}</div>'
    )


def _button(digit: int, *, is_on: bool) -> str:
    words = f"Make it {a_digit(digit)}"
    return (
        f'<button type="button" title="{words}" data-digit="{digit}"'
        f'{"" if is_on else " disabled"}><span class="digits-unseen">{words}</span>'
        "</button>"
    )
