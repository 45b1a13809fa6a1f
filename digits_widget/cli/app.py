"""Serve the widget alone as a page; Ctrl-C stops it and the model server.

Every visitor gets a kernel with a drawing of their own; all share the model server.
Voila makes the page from a notebook of one cell.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from digits_widget.cli.lab import PROMPT, extend_jupyter_path, model_server_beside, port

HELP = "serve the widget alone as a page"

_GUEST = "digits_widget.jupyter.guest.GuestIdentity"
_KERNELS = "digits_widget.jupyter.page.VisitorKernels"

_LOOK = 20
"""Seconds between two searches for kernels without a browser."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--no-browser", action="store_true", help="only print the address"
    )
    parser.add_argument(
        "--port",
        type=port,
        default=8866,
        help="port of the page, or the next free one (default: 8866)",
    )
    parser.add_argument(
        "--visitors",
        type=int,
        default=50,
        help="most visitors at once; each needs about 100 MB of memory (default: 50)",
    )
    parser.add_argument(
        "--host",
        action="append",
        default=[],
        metavar="NAME",
        help="another host name of the page, such as that of a proxy; may be repeated "
        "(default: only 127.0.0.1 and localhost)",
    )
    parser.add_argument("--dark", action="store_true", help="use a dark theme")


def run(args: argparse.Namespace) -> int:
    """Start the page and the model server, wait for Ctrl-C, stop both."""
    from digits_widget.model_server.ports import first_free_ports

    _check(args)
    page_app = _page_app()
    # These loggers ignore Voila's level, and would log each refused request.
    logging.getLogger("tornado.general").setLevel(logging.ERROR)
    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
    (free,) = first_free_ports([args.port])
    with as_file(files("digits_widget.cli") / "page") as page:
        # Voila searches templates in Jupyter's data folders.
        extend_jupyter_path(page)
        # Voila sets this for kernels, but not for those it starts before a visitor
        # comes.
        os.environ["SERVER_SOFTWARE"] = "voila"
        with model_server_beside():
            print(f"The page: http://127.0.0.1:{free}/")
            page_app.launch_instance(argv=_options(args, page, free))
    print("The page and the model server are stopped.")
    return 0


def _check(args: argparse.Namespace) -> None:
    from digits_widget.errors import OptionError, shortened

    if args.visitors < 1:
        msg = f"Got --visitors {shortened(args.visitors)}, expected 1 or more."
        raise OptionError(msg)
    for host in args.host:
        if not re.fullmatch(r"[\w.-]+|\[[0-9a-fA-F:.]+\]", host):
            msg = (
                f"Got --host {shortened(host)}, expected a name or an address without "
                "http:// and port, as page.school.example."
            )
            raise OptionError(msg)


def _page_app() -> Any:  # noqa: ANN401 - Voila ships no types
    try:
        from digits_widget.jupyter.page import Page
    except ImportError as exc:
        from digits_widget.errors import MissingExtraError

        msg = 'Voila is not installed here: pip install "digits-widget[app]".'
        raise MissingExtraError(msg) from exc
    return Page


def _options(args: argparse.Namespace, page: Path, port: int) -> list[str]:
    return [
        str(page / "app.ipynb"),
        "--template=digits",
        f"--theme={'dark' if args.dark else 'light'}",
        f"--Voila.port={port}",
        "--Voila.port_retries=0",
        f"--Voila.kernel_websocket_connection_class={PROMPT}",
        f"--VoilaConfiguration.multi_kernel_manager_class={_KERNELS}",
        f"--VisitorKernels.cull_interval={_LOOK}",
        # With any number above 0, Jupyter searches.
        f"--VisitorKernels.cull_idle_timeout={_LOOK}",
        f"--Page.visitors={args.visitors}",
        *(f"--Page.hosts={host}" for host in args.host),
        f"--Voila.identity_provider_class={_GUEST}",
        "--Voila.log_level=ERROR",
        # Start the next visitor's kernel in advance.
        "--preheat_kernel=True",
        "--pool_size=1",
        # This extension is for Notebook, and fails in a page.
        "--VoilaConfiguration.extension_denylist=@jupyter-notebook/lab-extension",
        *(["--no-browser"] if args.no_browser else []),
    ]
