"""Measures the shipped models through the real server, and writes their card.

``python tools/model_card.py --data DIR --held-out BASE`` measures everything again;
``--check`` says whether card, figures and files still belong together, in a second.
Both print the figures beside their targets.
The held-out model is what ``digits-widget train … --hold-out val ced`` exported: the
twin of version 2, which never saw the writers that it is measured on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from digits_widget.datasets import (  # noqa: E402
    LabelledDrawings,
    read_mnist,
    read_pen_digits,
)
from digits_widget.evaluation import Evaluation, evaluate  # noqa: E402
from digits_widget.evaluation.comparison_table import comparison_table, variants_of  # noqa: E402
from digits_widget.evaluation.nondigit_confidence import non_digit_images, share_sure  # noqa: E402
from digits_widget.evaluation.results import figures_of  # noqa: E402
from digits_widget.model_server.embedded import EmbeddedServer  # noqa: E402
from digits_widget.pipeline import PRESETS  # noqa: E402
from digits_widget.serving import Client  # noqa: E402
from tools.targets import odd_rows, targets  # noqa: E402

MODELS = ROOT / "digits_widget" / "models"
FIGURES = MODELS / "figures.json"
CARD = MODELS / "README.md"
TEXT = MODELS / "card.md"
HELD_OUT = ("val", "ced")
"""Organisations that the twin of version 2 never saw."""


def main() -> int:
    """Measure and write, or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="holds mnist/ and pen-digits/")
    parser.add_argument("--held-out", type=Path, help="base path of version 2's twin")
    parser.add_argument("--check", action="store_true", help="only compare")
    args = parser.parse_args()
    if args.check:
        return check()
    if not args.data or not args.held_out:
        parser.error("--data and --held-out are needed to measure")
    figures = measure(args.data, args.held_out)
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    CARD.write_text(render(figures), encoding="utf-8")
    print(targets(figures))
    return 0


def check() -> int:
    """Return 0 if the card has the figures, and the figures are of these files."""
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    print(targets(figures))
    problems = [
        f"{FIGURES} says {row}, which does not follow from its counts"
        for row in odd_rows(figures)
    ]
    if figures["pictures"] != _pictures():
        problems.append(f"the pictures in {MODELS} are not those that were drawn")
    if figures["files"] != fingerprints():
        problems.append(f"{FIGURES} was measured on other model files")
    if CARD.read_text(encoding="utf-8") != render(figures):
        problems.append(f"{CARD} is not what {TEXT} and {FIGURES} give")
    for problem in problems:
        print(problem, file=sys.stderr)
    return len(problems)


def fingerprints() -> dict[str, str]:
    """Return the SHA-256 of every file of the shipped models."""
    return _hashes((MODELS / "digits").rglob("*"))


def _pictures() -> dict[str, str]:
    return _hashes(MODELS.glob("*.png"))


def _hashes(paths: Iterable[Path]) -> dict[str, str]:
    return {
        path.relative_to(MODELS).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(paths)
        if path.is_file()
    }


def measure(data: Path, held_out: Path) -> dict[str, Any]:
    """Return every figure of the card by name."""
    pen = read_pen_digits(data / "pen-digits" / "pen-digits.jsonl.gz")
    unseen = pen.split(HELD_OUT)[1]
    figures: dict[str, Any] = {"files": fingerprints()}
    for version in ("1", "2"):
        with _served(MODELS / "digits" / version) as client:
            figures[f"version {version}"] = {
                "mnist": _mnist(client, data),
                "unseen": _presets(client, unseen) if version == "1" else None,
                "all": _short(_asked(client, pen, "mnist")),
                "non-digits": _doubt(client),
                "milliseconds": _speed(client),
            }
    newest = max(held_out.iterdir(), key=lambda path: int(path.name))
    with _served(newest) as client:
        figures["twin"] = {
            "mnist": _mnist(client, data),
            "unseen": _presets(client, unseen),
            "dithering": _dithering(client, unseen),
            "non-digits": _doubt(client),
            "writers": len(set(unseen.writers)),
        }
        _draw(client, unseen)
    figures["pictures"] = _pictures()
    return figures


@contextmanager
def _served(version: Path) -> Iterator[Client]:
    """Serve one version alone, whatever else is beside it."""
    with tempfile.TemporaryDirectory() as base:
        shutil.copytree(version, Path(base) / version.name)
        with (
            EmbeddedServer(base) as server,
            Client(server.target, timeout=120) as client,
        ):
            yield client


def _asked(client: Client, drawn: LabelledDrawings, preset: str) -> Evaluation:
    images = PRESETS[preset].batch(drawn.drawings)
    return evaluate(images, drawn.labels, client.predict)


def _short(result: Evaluation) -> dict[str, Any]:
    known = figures_of(result)
    names = ("digits", "correct", "accuracy", "interval", "mean_confidence", "ece")
    return {name: known[name] for name in names}


def _mnist(client: Client, data: Path) -> dict[str, Any]:
    known = read_mnist(data / "mnist")
    images = known.images.astype(np.float32) / np.float32(255)
    return _short(evaluate(images, known.labels, client.predict))


def _presets(client: Client, drawn: LabelledDrawings) -> dict[str, Any]:
    return {name: _short(_asked(client, drawn, name)) for name in PRESETS}


def _dithering(client: Client, drawn: LabelledDrawings) -> dict[str, float]:
    variants = variants_of(
        "dithering", lambda _: PRESETS["mnist"].batch(drawn.drawings)
    )
    rows = comparison_table(variants, drawn.labels, client.predict)
    return {row.name: row.result.accuracy for row in rows}


def _doubt(client: Client) -> dict[str, float]:
    images, kinds = non_digit_images("mnist")
    answers = client.predict(images)
    return {
        kind: share_sure(
            [a for a, k in zip(answers, kinds, strict=True) if kind in (k, "all")]
        )
        for kind in (*dict.fromkeys(kinds), "all")
    }


def _speed(client: Client) -> dict[str, float]:
    """Return milliseconds from call to answer, the median of eleven calls."""
    return {
        str(count): statistics.median(
            client.predict(np.zeros((count, 28, 28), np.float32))[0].timing.total
            for _ in range(11)
        )
        * 1000
        for count in (1, 500)
    }


def _draw(client: Client, unseen: LabelledDrawings) -> None:
    """Draw the pictures of the card, small."""
    from digits_widget.figures.calibration import draw_calibration  # noqa: PLC0415
    from digits_widget.figures.confusion import draw_confusion  # noqa: PLC0415
    from digits_widget.figures.mistakes import draw_mistakes  # noqa: PLC0415

    images = PRESETS["mnist"].batch(unseen.drawings)
    result = evaluate(images, unseen.labels, client.predict)
    draw_confusion(result).savefig(MODELS / "confusion.png", dpi=70)
    draw_calibration(result).savefig(MODELS / "calibration.png", dpi=70)
    draw_mistakes(images, result).savefig(MODELS / "mistakes.png", dpi=80)


def render(figures: dict[str, Any]) -> str:
    """Return the card: the text with every ``{figure}`` filled in."""
    values = {
        "mnist": _table(
            ("version 1", figures["version 1"]["mnist"]),
            ("version 2", figures["version 2"]["mnist"]),
            ("version 2's twin", figures["twin"]["mnist"]),
        ),
        "unseen": _table(
            *(
                (f"{model}, `{preset}`", row)
                for model, key in (("version 1", "version 1"), ("twin", "twin"))
                for preset, row in figures[key]["unseen"].items()
            )
        ),
        "all": _table(
            ("version 1", figures["version 1"]["all"]),
            ("version 2, which learnt from them", figures["version 2"]["all"]),
        ),
        "dithering": _dithering_text(figures["twin"]["dithering"]),
        "non_digits": _doubt_table(figures),
        "unseen_digits": f"{figures['twin']['unseen']['mnist']['digits']:,}",
        "writers": figures["twin"]["writers"],
        "size": _sizes(),
        "one": _speeds(figures, "1", 1),
        "many": _speeds(figures, "500", 0),
    }
    return TEXT.read_text(encoding="utf-8").format(**values)


def _table(*rows: tuple[str, dict[str, Any]]) -> str:
    lines = [
        "| model | digits | accuracy | 95 % interval | mean confidence | ECE |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in rows:
        low, high = row["interval"]
        lines.append(
            f"| {name} | {row['digits']:,} | {row['accuracy']:.2%} | {low:.2%} to "
            f"{high:.2%} | {row['mean_confidence']:.2%} | {row['ece']:.2%} |"
        )
    return "\n".join(lines)


def _dithering_text(rows: dict[str, float]) -> str:
    methods = {name: share for name, share in rows.items() if name != "(none)"}
    mean = sum(methods.values()) / len(methods)
    worst = min(methods, key=methods.__getitem__)
    return (
        f"{mean:.2%} on average over {len(methods)} dithering methods; the hardest is "
        f"`{worst}` with {methods[worst]:.2%}, and without dithering it is "
        f"{rows['(none)']:.2%}"
    )


def _doubt_table(figures: dict[str, Any]) -> str:
    names = {"version 1": "version 1", "version 2": "version 2", "twin": "twin"}
    kinds = list(figures["twin"]["non-digits"])
    lines = [
        f"| model | {' | '.join(kinds)} |",
        "|---" * (len(kinds) + 1) + "|",
    ]
    for key, name in names.items():
        shares = [f"{figures[key]['non-digits'][kind]:.1%}" for kind in kinds]
        lines.append(f"| {name} | {' | '.join(shares)} |")
    return "\n".join(lines)


def _speeds(figures: dict[str, Any], count: str, digits: int) -> str:
    times = [figures[f"version {v}"]["milliseconds"][count] for v in (1, 2)]
    return " and ".join(f"{time:.{digits}f} ms" for time in times)


def _sizes() -> str:
    sizes = {
        version: sum(
            path.stat().st_size
            for path in (MODELS / "digits" / version).rglob("*")
            if path.is_file()
        )
        for version in ("1", "2")
    }
    return " and ".join(f"{size / 1e6:.2f} MB" for size in sizes.values())


if __name__ == "__main__":
    sys.exit(main())
