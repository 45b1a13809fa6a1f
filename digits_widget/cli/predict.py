"""Ask a model server which digits drawings and pictures show."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digits_widget.drawing import Drawing
    from digits_widget.prediction import Prediction

HELP = "ask a model server which digits drawings or pictures show"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="drawings (.json), pictures"
    )
    parser.add_argument(
        "--sample",
        type=int,
        action="append",
        default=[],
        metavar="DIGIT",
        help="a bundled drawing; may be repeated",
    )
    parser.add_argument(
        "--server",
        default=os.environ.get("DIGITS_SERVER", "127.0.0.1:8500"),
        metavar="ADDRESS",
        help="host:port, or http://host:port for REST (default: %(default)s)",
    )
    parser.add_argument("--model", default="digits", help="default: %(default)s")
    parser.add_argument("--version", type=int, help="default: the newest")
    parser.add_argument(
        "--preset",
        "--pipeline",
        default="mnist",
        help="steps before the model (default: %(default)s)",
    )
    parser.add_argument(
        "--timeout", type=float, default=10.0, help="seconds (default: %(default)g)"
    )
    parser.add_argument("--json", action="store_true", help="all ten, for programs")


def run(args: argparse.Namespace) -> int:
    """Prepare all of them, ask once, print one line for each."""
    import numpy as np

    from digits_widget.pipeline import find_preset
    from digits_widget.serving import Client

    pipeline = find_preset(args.preset)
    sources = _sources(args)
    if not sources:
        print("Nothing to ask about: name files, or --sample 3.")
        return 2
    traces = [pipeline(source) for _, source in sources]
    with Client(
        args.server, model=args.model, version=args.version, timeout=args.timeout
    ) as client:
        images = np.stack([trace.tensor for trace in traces])
        predictions = client.predict(images)
    for (name, _), prediction in zip(sources, predictions, strict=True):
        print(_as_json(name, prediction) if args.json else f"{name}: {prediction!r}")
    return 0


def _sources(args: argparse.Namespace) -> list[tuple[str, Drawing | Path]]:
    from digits_widget.drawing import Drawing
    from digits_widget.samples import sample

    return [
        *(
            (str(path), Drawing.load(path) if path.suffix.lower() == ".json" else path)
            for path in args.files
        ),
        *((f"sample {digit}", sample(digit)) for digit in args.sample),
    ]


def _as_json(name: str, prediction: Prediction) -> str:
    return json.dumps(
        {
            "name": name,
            "label": prediction.label,
            "confidences": prediction.confidences.tolist(),
            "model": prediction.model,
            "version": prediction.version,
            "seconds": prediction.timing.total,
        }
    )
