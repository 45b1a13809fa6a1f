"""Export a Keras file, or a SavedModel, as the next version that a server finds."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "export a Keras file as the next version to serve"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "source",
        type=Path,
        help="an .h5 file of Keras 1, 2 or 3, a .keras file, or a SavedModel's folder",
    )
    parser.add_argument("folder", type=Path, help="the model's base path, as digits/")
    parser.add_argument(
        "--version", type=int, help="default: one above the highest there"
    )
    parser.add_argument(
        "--input-name", metavar="NAME", help="what clients send (default: as it was)"
    )
    parser.add_argument(
        "--output-name", metavar="NAME", help="what they get (default: the last layer)"
    )
    parser.add_argument(
        "--dtype", help="type of what clients send, not scaled (default: float32)"
    )
    parser.add_argument(
        "--tags", metavar="TAG,...", help="of the graph (default: serve)"
    )


def run(args: argparse.Namespace) -> None:
    """Export, say how near the answers are, and show the signature."""
    from digits_widget.serving import listing
    from digits_widget.serving.saved_model import read_saved_model
    from digits_widget.training.quiet import import_keras

    import_keras()
    tags = None if args.tags is None else tuple(args.tags.split(","))
    path = _saved_model(args, tags) if args.source.is_dir() else _keras(args, tags)
    saved = read_saved_model(path)
    print()
    for graph in saved.graphs:
        print(listing.list_served(graph.metadata))


def _keras(args: argparse.Namespace, tags: tuple[str, ...] | None) -> Path:
    from digits_widget.training.export import export_file

    done = export_file(
        args.source,
        args.folder,
        args.version,
        input_name=args.input_name,
        output_name=args.output_name,
        dtype=args.dtype or "float32",
        tags=tags or ("serve",),
    )
    print(f"Exported {args.source} as {done.path}, with a warm-up file.")
    print(
        f"Exported and original answers agree to {max(done.difference, 1e-7):.1g} on "
        f"{done.samples} seeded inputs."
    )
    return done.path


def _saved_model(args: argparse.Namespace, tags: tuple[str, ...] | None) -> Path:
    from digits_widget.errors import OptionError
    from digits_widget.training.reversion import export_saved_model

    if args.input_name or args.output_name or args.dtype:
        msg = (
            "Got names or a dtype for a SavedModel, which is copied as it is. Export "
            "the Keras file that it came from instead."
        )
        raise OptionError(msg)
    path = export_saved_model(args.source, args.folder, args.version, tags=tags)
    how = f"with the tags {', '.join(tags)}" if tags else "byte for byte"
    print(f"Copied {args.source} as {path}, {how}.")
    return path
