"""The stages of one call as four small bars."""

from __future__ import annotations

from digits_widget.prediction import Timing

STAGES = {
    "preparing": "shape and type, as the model declares",
    "encoding": "the request is written",
    "waiting": "the wire, the server and the model",
    "decoding": "the response is read",
}
"""What each does, by its name in `Timing`."""


def stages(timing: Timing | None) -> str:
    """Return one bar for each stage, to one scale; none are filled without `timing`."""
    rows = "".join(_row(name, timing) for name in STAGES)
    total = f"{1000 * timing.total:.2f} ms" if timing else ""
    return (
        f'<table class="digits-stages"><tbody>{rows}<tr><th scope="row">in all</th>'
        f"<td></td><td>{total}</td></tr></tbody></table>"
    )


def _row(name: str, timing: Timing | None) -> str:
    seconds = float(getattr(timing, name)) if timing else 0.0
    share = seconds / timing.total if timing and timing.total else 0.0
    number = f"{1000 * seconds:.2f} ms" if timing else ""
    return (
        f'<tr title="{STAGES[name]}"><th scope="row">{name}</th>'
        f'<td class="digits-track"><div style="width:{100 * share:.1f}%"></div></td>'
        f"<td>{number}</td></tr>"
    )
