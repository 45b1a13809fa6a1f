"""Ask a model server about the digits in drawings and pictures."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from digits_widget.cli.options.findings import tell
from digits_widget.cli.options.logits import add_logits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digits_widget.drawing import Drawing
    from digits_widget.findings import Finding
    from digits_widget.prediction import Prediction
    from digits_widget.trace import Trace

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
        "--output",
        metavar="NAME",
        help="with the ten confidences (default: the only one that can be it)",
    )
    parser.add_argument(
        "--input",
        metavar="NAME",
        help="takes the picture; for a server that does not list its inputs and "
        "outputs; needs --output, too",
    )
    parser.add_argument(
        "--preset",
        "--pipeline",
        default="mnist",
        help="steps before the model (default: %(default)s)",
    )
    parser.add_argument(
        "--timeout", type=float, default=10.0, help="seconds (default: %(default)g)"
    )
    add_logits(parser)
    parser.add_argument(
        "--json", action="store_true", help="print all ten confidences as JSON"
    )


def run(args: argparse.Namespace) -> int:
    """Prepare all files, ask once about those with a digit, print a line for each."""
    import numpy as np

    from digits_widget.pipeline import find_preset
    from digits_widget.serving import Client

    pipeline = find_preset(args.preset)
    sources = _sources(args)
    if not sources:
        print("There is nothing to predict: name files, or use --sample 3.")
        return 2
    ready = [(name, *_prepared(pipeline(source))) for name, source in sources]
    asked = [(name, tensor) for name, tensor, wrong in ready if _is_digit(wrong)]
    with Client(
        args.server,
        model=args.model,
        version=args.version,
        output=args.output,
        input=args.input,
        timeout=args.timeout,
        logits="softmax" if args.logits else "refuse",
    ) as client:
        images = [tensor for _, tensor in asked]
        answers = client.predict(np.stack(images)) if images else []
    for (name, _), prediction in zip(asked, answers, strict=True):
        as_is = args.logits == "as-is" and prediction.logits is not None
        text = _logits_of(prediction) if as_is else repr(prediction)
        print(_as_json(name, prediction) if args.json else f"{name}: {text}")
    for name, _, wrong in ready:
        if wrong:
            tell("predict", wrong, name)
    return int(any(wrong for *_, wrong in ready))


def _prepared(trace: Trace) -> tuple[NDArray[np.float32], Finding | None]:
    """Return the tensor and the finding, so that the large pictures can be freed."""
    return trace.tensor, trace.finding


def _is_digit(found: Finding | None) -> bool:
    return found is None or found.is_digit


def _logits_of(prediction: Prediction) -> str:
    """Return the ten logits of a model without a final softmax."""
    logits = [] if prediction.logits is None else prediction.logits.tolist()
    told = ", ".join(f"{digit}: {value:.3g}" for digit, value in enumerate(logits))
    return f"{prediction.label}, of the logits {told}"


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
            "logits": None if prediction.logits is None else prediction.logits.tolist(),
            "model": prediction.model,
            "version": prediction.version,
            "seconds": prediction.timing.total,
        }
    )
