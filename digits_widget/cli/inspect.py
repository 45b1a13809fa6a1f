"""Show what a model takes and gives, from its folder or from a server.

A folder is read without TensorFlow; the text is laid out as TensorFlow's own
``saved_model_cli show`` lays it out.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digits_widget.serving import ModelMetadata

HELP = "show what a model takes and gives, on disk or on a server"


_TAGS = "serve"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "where", help="a model's folder; host:port; or http://host:port for REST"
    )
    parser.add_argument(
        "--tag_set", help=f"of a folder: which of its graphs (default: {_TAGS})"
    )
    parser.add_argument("--signature_def", metavar="NAME", help="only this signature")
    parser.add_argument(
        "--all", action="store_true", help="operations and functions too"
    )
    parser.add_argument("--model", default="digits", help="default: %(default)s")
    parser.add_argument("--version", type=int, help="default: the newest")
    parser.add_argument(
        "--against",
        type=Path,
        metavar="FOLDER",
        help="say how a server's model differs from the one in this folder",
    )
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace) -> int:
    """Print it; with ``--against``, return 1 if they differ."""
    from digits_widget.serving import listing
    from digits_widget.serving.saved_model import read_saved_model

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
    from digits_widget.serving.comparison import differences
    from digits_widget.serving.saved_model import read_saved_model, versions_on_disk

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
    """Refuse what would be left undone without a word."""
    from digits_widget.errors import OptionError

    is_server = not _is_folder(args.where)
    if is_server and args.all:
        msg = "Got --all for a server, which does not tell its operations. "
    elif is_server and args.tag_set is not None and args.against is None:
        msg = f"Got --tag_set {args.tag_set} for a server, which has chosen its graph. "
    elif args.all and args.tag_set is not None:
        msg = "Got --tag_set with --all, which shows every graph. Leave one out."
        raise OptionError(msg)
    else:
        return
    msg += "Leave it out, or name the model's folder."
    raise OptionError(msg)


def _tags(args: argparse.Namespace) -> str:
    return _TAGS if args.tag_set is None else str(args.tag_set)


def _is_folder(where: str) -> bool:
    # A path with a colon is rarer than an address without one.
    return Path(where).exists() or ":" not in where
