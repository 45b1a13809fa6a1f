"""Serve the widget alone as a page; Ctrl-C stops it and the model server.

Every visitor gets a kernel, and so a drawing; the model server is shared. Voila
makes the page from a notebook of one cell.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from digits_widget.cli.lab import PROMPT, extend_jupyter_path, model_server_beside, port

if TYPE_CHECKING:
    from digits_widget.jupyter.relay import Relay

HELP = "serve the widget alone as a page"

_CALM = "digits_widget.jupyter.calm_kernels.CalmKernelManager"
_GUEST = "digits_widget.jupyter.guest.GuestIdentity"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--no-browser", action="store_true", help="only print the address"
    )
    parser.add_argument(
        "--port",
        type=port,
        default=8866,
        help="of the page, or the next free one (default: 8866)",
    )
    parser.add_argument("--dark", action="store_true", help="on a dark ground")


def run(args: argparse.Namespace) -> int:
    """Start both, wait for Ctrl-C, stop both."""
    from digits_widget.model_server.ports import first_free_ports

    voila = _voila()
    from digits_widget.jupyter.calm_kernels import relay

    # Each request that is refused, and the like; Voila's own level is not theirs.
    for name in ("tornado.access", "tornado.general"):
        logging.getLogger(name).setLevel(logging.ERROR)
    (free,) = first_free_ports([args.port])
    with as_file(files("digits_widget.cli") / "page") as page:
        # Voila looks for templates where Jupyter keeps its data.
        extend_jupyter_path(page)
        # Voila tells this to kernels, but not to those that are up before a visitor.
        os.environ["SERVER_SOFTWARE"] = "voila"
        with model_server_beside():
            print(f"The page: http://127.0.0.1:{free}/")
            signal.signal(signal.SIGINT, partial(_take_leave, relay))
            voila.launch_instance(argv=_options(args, page, free))
    print("The page and the model server are stopped.")
    return 0


def _take_leave(relay: Relay, number: int, frame: FrameType | None) -> None:
    """Stop at Ctrl-C; what kernels have to say about their end is of no use."""
    relay.close()
    signal.default_int_handler(number, frame)


def _voila() -> Any:  # noqa: ANN401 - Voila ships no types
    try:
        from voila.app import Voila
    except ImportError as exc:
        from digits_widget.errors import MissingExtraError

        msg = 'Voila is not installed here: pip install "digits-widget[app]".'
        raise MissingExtraError(msg) from exc
    return Voila


def _options(args: argparse.Namespace, page: Path, port: int) -> list[str]:
    return [
        str(page / "app.ipynb"),
        "--template=digits",
        f"--theme={'dark' if args.dark else 'light'}",
        f"--Voila.port={port}",
        "--Voila.port_retries=0",
        f"--Voila.kernel_websocket_connection_class={PROMPT}",
        f"--AsyncMappingKernelManager.kernel_manager_class={_CALM}",
        f"--Voila.identity_provider_class={_GUEST}",
        "--Voila.log_level=ERROR",
        # The next visitor's kernel is up before the visitor is.
        "--preheat_kernel=True",
        "--pool_size=1",
        # It is made for Notebook, and fails in a page.
        "--VoilaConfiguration.extension_denylist=@jupyter-notebook/lab-extension",
        *(["--no-browser"] if args.no_browser else []),
    ]
