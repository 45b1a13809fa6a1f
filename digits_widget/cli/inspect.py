"""Show the inputs and outputs of a model, from its folder or from a server.

Reading a folder needs no TensorFlow. The layout is that of TensorFlow's
``saved_model_cli show``.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digits_widget.serving import ModelMetadata

HELP = "show the inputs and outputs of a model, on disk or on a server"


_TAGS = "serve"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "where", help="a model folder; host:port; or http://host:port for REST"
    )
    parser.add_argument(
        "--tag_set", help=f"the graph to show, in a folder (default: {_TAGS})"
    )
    parser.add_argument("--signature_def", metavar="NAME", help="only this signature")
    parser.add_argument(
        "--all", action="store_true", help="show operations and functions too"
    )
    parser.add_argument("--model", default="digits", help="default: %(default)s")
    parser.add_argument("--version", type=int, help="default: the newest")
    parser.add_argument(
        "--against",
        type=Path,
        metavar="FOLDER",
        help="compare a server's model with the one in this folder",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Print the model; with ``--against``, return 1 if the two differ."""
    from digits_widget.protocol.saved_model import read_saved_model
    from digits_widget.serving import listing

    _check_options(args)
    if args.against is not None:
        return _compare(args)
    if _is_folder(args.where):
        saved = read_saved_model(args.where)
        if args.all:
            print(listing.list_all(saved))
            return 0
        metadata = saved.graph(_tags(args)).metadata
    else:
        metadata = _ask(args)
    if args.json:
        told = _as_json(metadata, args.signature_def)
        print(json.dumps(told, indent=1, default=sorted))
    elif args.signature_def is None:
        print(listing.list_served(metadata))
    else:
        print(listing.list_signature(metadata.choose(args.signature_def)))
    return 0


def _compare(args: argparse.Namespace) -> int:
    from digits_widget.protocol.saved_model import read_saved_model, versions_on_disk
    from digits_widget.serving.comparison import differences

    saved = read_saved_model(args.against)
    found = differences(
        _ask(args),
        saved.graph(_tags(args)).metadata,
        versions_on_disk=versions_on_disk(args.against),
    )
    if args.json:
        print(json.dumps({"differences": list(found)}, indent=1))
    else:
        print("\n".join(found) or "The server serves what is in the folder.")
    return 1 if found else 0


def _as_json(metadata: ModelMetadata, only: str | None) -> dict[str, object]:
    signatures = (
        metadata.signatures.values() if only is None else [metadata.choose(only)]
    )
    return {
        "model": metadata.model,
        "version": metadata.version,
        "target": metadata.target,
        "signatures": {each.name: asdict(each) for each in signatures},
    }


def _ask(args: argparse.Namespace) -> ModelMetadata:
    from digits_widget.serving import Client

    with Client(args.where, model=args.model, version=args.version) as client:
        return client.metadata()


def _check_options(args: argparse.Namespace) -> None:
    """Refuse options that would have no effect."""
    from digits_widget.errors import OptionError

    is_server = not _is_folder(args.where)
    if is_server and args.all:
        msg = "--all needs a SavedModel folder; a server does not list operations. "
    elif is_server and args.tag_set is not None and args.against is None:
        msg = "--tag_set needs a SavedModel folder; a server has chosen its graph. "
    elif args.all and args.tag_set is not None:
        msg = "--all shows every graph, so --tag_set has no effect. Leave one out."
        raise OptionError(msg)
    else:
        return
    msg += "Leave it out, or name the model's folder."
    raise OptionError(msg)


def _tags(args: argparse.Namespace) -> str:
    return _TAGS if args.tag_set is None else str(args.tag_set)


def _is_folder(where: str) -> bool:
    # A path with a colon is rarer than an address without a colon.
    return os.path.exists(where) or ":" not in where  # noqa: PTH110 - any text
