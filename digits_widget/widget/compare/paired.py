"""Two answers about one drawing, as paired bars and as a sentence."""

from __future__ import annotations

from digits_widget.insight.reasons import percent
from digits_widget.prediction import DIGITS, Prediction
from digits_widget.state import State
from digits_widget.widget.unasked import why_unasked

NAMES = ("A ●", "B ◆")
"""The two sides: a letter for the sentence, a shape for the bars."""

_SHAPES = tuple(name[-1] for name in NAMES)


def verdict(first: State, second: State) -> str:
    """Say in one sentence whether both say the same."""
    if not first.drawing:
        return "Draw a digit, and see whether both say the same."
    if reason := why_unasked(first):
        return reason
    answers = first.prediction, second.prediction
    one, two = answers
    if one is None or two is None:
        return _unfinished(first, second)
    if one.label == two.label:
        return (
            f"= Both say {one.label}: A {percent(one.confidence)}, "
            f"B {percent(two.confidence)}."
        )
    return f"≠ They disagree: A says {_says(one)}, B says {_says(two)}."


def bars(first: State, second: State) -> str:
    """Return ten pairs of bars; pale while they belong to an older drawing."""
    shown = [state.prediction or state.previous for state in (first, second)]
    stale = [
        " digits-stale" if state.prediction is None and state.previous else ""
        for state in (first, second)
    ]
    rows = "".join(_row(digit, shown, stale) for digit in range(DIGITS))
    heads = "".join(f'<th scope="col">{name}</th>' for name in NAMES)
    return (
        '<table class="digits-paired"><thead><tr><td></td><td class="digits-key">'
        f'<i class="digits-a"></i> A <i class="digits-b"></i> B</td>{heads}</tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _says(prediction: Prediction) -> str:
    return f"{prediction.label} ({percent(prediction.confidence)})"


def _unfinished(first: State, second: State) -> str:
    known = [
        f"{name[0]} says {_says(state.prediction)}"
        for name, state in zip(NAMES, (first, second), strict=True)
        if state.prediction
    ]
    missing = [
        name[0]
        for name, state in zip(NAMES, (first, second), strict=True)
        if state.problem and not state.prediction
    ]
    if not missing:
        return "Asking both …"
    absent = " and ".join(missing) + (" has" if len(missing) == 1 else " have")
    return ". ".join([*known, f"{absent} no answer."])


def _row(digit: int, shown: list[Prediction | None], stale: list[str]) -> str:
    tracks, numbers = "", ""
    for kind, shape, answer, pale in zip("ab", _SHAPES, shown, stale, strict=True):
        confidence = float(answer.confidences[digit]) if answer else 0.0
        best = answer is not None and answer.label == digit
        strong = " digits-top-one" if best else ""
        tracks += (
            f'<div class="digits-{kind}{strong}{pale}" '
            f'style="width:{100 * confidence:.2f}%"></div>'
        )
        number = f"{100 * confidence:.1f}" if answer else ""
        mark = shape if best else ""
        numbers += f'<td class="{strong}{pale}">{number}<span>{mark}</span></td>'
    return (
        f'<tr><th scope="row">{digit}</th><td><div class="digits-lanes">{tracks}</div>'
        f"</td>{numbers}</tr>"
    )
