"""Export a Keras file, or a SavedModel, as the next version of a served model."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digits_widget.training.publish import Exported

HELP = "export a Keras file as the next version to serve"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "source",
        type=Path,
        help="an .h5 file of Keras 1, 2 or 3, a .keras file, or a SavedModel folder",
    )
    parser.add_argument(
        "folder", type=Path, help="base path of the model, such as digits/"
    )
    parser.add_argument(
        "--version", type=int, help="default: one above the highest in the folder"
    )
    parser.add_argument(
        "--input-name",
        metavar="NAME",
        help="name of the input (default: the model's own)",
    )
    parser.add_argument(
        "--output-name",
        metavar="NAME",
        help="name of the output (default: the last layer)",
    )
    parser.add_argument(
        "--dtype", help="dtype of the input; values are not scaled (default: float32)"
    )
    parser.add_argument(
        "--tags", metavar="TAG,...", help="tags of the graph (default: serve)"
    )
    parser.add_argument(
        "--activations",
        action="store_true",
        help="add a signature with the output of every layer, for the Inside panel",
    )


def run(args: argparse.Namespace) -> None:
    """Export the model, compare its answers, and show the signature."""
    from digits_widget.protocol.saved_model import read_saved_model
    from digits_widget.serving import listing
    from digits_widget.training.quiet import import_keras

    import_keras()
    tags = None if args.tags is None else tuple(args.tags.split(","))
    done = _saved_model(args, tags) if args.source.is_dir() else _keras(args, tags)
    saved = read_saved_model(done.path)
    if done.without_tflite:
        print(f"Without model.tflite: {done.without_tflite}")
        print("The version is complete; a model server needs TensorFlow to serve it.")
    else:
        print("LiteRT and TensorFlow Serving can both serve it.")
    print()
    for graph in saved.graphs:
        print(listing.list_served(graph.metadata))


def _keras(args: argparse.Namespace, tags: tuple[str, ...] | None) -> Exported:
    from digits_widget.training.export import export_file

    done = export_file(
        args.source,
        args.folder,
        args.version,
        input_name=args.input_name,
        output_name=args.output_name,
        dtype=args.dtype or "float32",
        tags=tags or ("serve",),
        activations=args.activations,
    )
    print(f"Exported {args.source} as {done.path}, with a warm-up file.")
    print(
        f"Exported and original answers agree to {max(done.difference, 1e-7):.1g} on "
        f"{done.samples} seeded inputs."
    )
    return done


def _saved_model(args: argparse.Namespace, tags: tuple[str, ...] | None) -> Exported:
    from digits_widget.errors import OptionError
    from digits_widget.training.saved_model_copy import export_saved_model

    if args.input_name or args.output_name or args.dtype or args.activations:
        msg = (
            "A SavedModel is copied unchanged, so names and dtype cannot be set and "
            "activations cannot be added. Export its Keras file instead."
        )
        raise OptionError(msg)
    done = export_saved_model(args.source, args.folder, args.version, tags=tags)
    how = f"with the tags {', '.join(tags)}" if tags else "byte for byte"
    print(f"Copied {args.source} as {done.path}, {how}.")
    return done
