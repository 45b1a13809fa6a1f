"""The option of commands for models that may answer with logits."""

from __future__ import annotations

import argparse


def add_logits(parser: argparse.ArgumentParser) -> None:
    """Add ``--logits``; without it, logits are an error that suggests it."""
    parser.add_argument(
        "--logits",
        choices=("softmax", "as-is"),
        help="for a model without a final softmax: show the softmax of its answers, or "
        "the answers themselves (default: stop with an error)",
    )
