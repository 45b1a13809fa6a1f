"""Train the article's network on MNIST and export it as a version to serve."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "train the article's network and export it"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", type=Path, help="the model's base path, as digits/")
    parser.add_argument(
        "--version", type=int, default=1, help="number of the new folder (default: 1)"
    )
    parser.add_argument(
        "--mnist",
        metavar="DIR",
        type=Path,
        help="folder with MNIST's four files (default: Keras fetches them)",
    )
    parser.add_argument("--seed", type=int, default=2020, help="default: 2020")
    parser.add_argument("--epochs", type=int, default=12, help="default: 12")


def run(args: argparse.Namespace) -> None:
    """Train, export, and say where the model is."""
    from digits_widget.training.export import check_free, export_version
    from digits_widget.training.mnist import training_set
    from digits_widget.training.network import INPUT_NAME, OUTPUT_NAME
    from digits_widget.training.train import train_article_network

    # Half an hour of training should not end at a folder that is taken.
    check_free(args.folder, args.version)
    model = train_article_network(
        training_set(args.mnist), epochs=args.epochs, seed=args.seed
    )
    path = export_version(
        model,
        args.folder,
        args.version,
        input_name=INPUT_NAME,
        output_name=OUTPUT_NAME,
    )
    print(f"Exported version {args.version}: {path}")
