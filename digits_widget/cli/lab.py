"""Start the model server and JupyterLab together; Ctrl-C stops both."""

from __future__ import annotations

import argparse
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digits_widget.terminal import complain_of

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer


HELP = "start the model server and JupyterLab"

OURS = files("digits_widget") / "jupyter"
SETTINGS = OURS / "lab_settings"
PROMPT = "digits_widget.jupyter.prompt_connection.PromptConnection"
"""Sends messages to the browser without delay. Jupyter imports it by this name."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path(),
        help="folder of notebooks to open (default: this one)",
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="only print the address"
    )
    parser.add_argument(
        "--port", type=port, default=8888, help="port of JupyterLab (default: 8888)"
    )


def port(text: str) -> int:
    """Read the port of a page, as an option.

    Raises
    ------
    argparse.ArgumentTypeError
        `text` is not a whole number from 1 to 65535.
    """
    from digits_widget.errors import shortened

    if text.isdecimal() and len(text) < 20 and 0 < int(text) < 1 << 16:
        return int(text)
    msg = f"got {shortened(repr(text))}, expected a whole number from 1 to 65535"
    raise argparse.ArgumentTypeError(msg)


def run(args: argparse.Namespace) -> int:
    """Start JupyterLab and the model server, wait for Ctrl-C, stop both."""
    folder = _folder(args.folder)
    lab = _jupyterlab()
    extend_jupyter_path()
    _hide_deprecations()
    with model_server_beside():
        jupyter = lab.initialize_server(argv=_options(args, folder))
        # JupyterLab's own default would override this as an option.
        jupyter.default_url = _first_page(folder)
        jupyter.start()
    print("JupyterLab and the model server are stopped.")
    return 0


@contextmanager
def model_server_beside() -> Iterator[None]:
    """Start a model server that every later kernel knows; stop it at the end.

    It starts in the background, because TensorFlow and Jupyter each take seconds.
    """
    with ExitStack() as claims:
        server = _server(claims)
        os.environ["DIGITS_SERVER"] = server.target
        os.environ["DIGITS_REST"] = server.rest_url
        threading.Thread(target=_start, args=(server, claims), daemon=True).start()
        try:
            yield
        finally:
            server.stop()


def _server(claims: ExitStack) -> EmbeddedServer:
    """Return a server for the usual ports, or for the next free ones with a message."""
    from digits_widget.model_server.embedded import EmbeddedServer
    from digits_widget.model_server.ports import USUAL_PORTS, claimed_ports, moved

    ports = claims.enter_context(claimed_ports())
    if note := moved(USUAL_PORTS, ports):
        print(note)
    return EmbeddedServer(port=ports[0], rest_port=ports[1])


def _start(server: EmbeddedServer, claims: ExitStack) -> None:
    from digits_widget.errors import DigitsError

    try:
        server.start()
    except DigitsError as exc:
        complain_of(exc, "\nThe model server did not start")
        return
    # It has its ports now. If it dies, another server may take them.
    claims.close()
    print(f"\nModel server: gRPC at {server.target}, REST at {server.rest_url}\n")


def _folder(folder: Path) -> Path:
    from digits_widget.errors import OptionError, shortened
    from digits_widget.regular_file import is_folder

    if not is_folder(folder):
        msg = (
            f"Got {shortened(folder)}, which is not a folder. Name a folder of "
            "notebooks."
        )
        raise OptionError(msg)
    return folder.resolve()


def _jupyterlab() -> Any:  # noqa: ANN401 - JupyterLab ships no types
    try:
        from jupyterlab.labapp import LabApp
    except ImportError as exc:
        from digits_widget.errors import MissingExtraError

        msg = 'JupyterLab is not installed here: pip install "digits-widget[lab]".'
        raise MissingExtraError(msg) from exc
    return LabApp


def extend_jupyter_path(*folders: Path) -> None:
    """Make Jupyter search its data and our kernel in these folders first.

    Our kernel is the usual one with two changes: its log level keeps warnings for
    developers out of the terminal, and a message interrupts it instead of a signal,
    because a signal during its start prints a traceback.
    """
    paths = [*map(str, folders), str(OURS), os.environ.get("JUPYTER_PATH", "")]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, paths))


def _hide_deprecations() -> None:
    """Keep Jupyter's deprecation warnings out of the terminal."""
    # JupyterLab loads Voila, which enables them: only the last filter counts.
    with suppress(ImportError):
        import voila  # noqa: F401
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="traitlets")


def _first_page(folder: Path) -> str:
    notebooks = sorted(path.name for path in folder.glob("*.ipynb"))
    return f"/lab/tree/{notebooks[0]}" if notebooks else "/lab"


def _options(args: argparse.Namespace, folder: Path) -> list[str]:
    options = [
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={args.port}",
        # A class needs only the address; the other log lines are for developers.
        "--ServerApp.log_level=ERROR",
        "--LabApp.log_level=ERROR",
        # Ctrl-C stops at once, without asking.
        "--ServerApp.answer_yes=True",
        # A classroom may have no network: do not fetch news or updates.
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        f"--LabApp.app_settings_dir={SETTINGS}",
        f"--ServerApp.kernel_websocket_connection_class={PROMPT}",
    ]
    if args.no_browser:
        options.append("--no-browser")
    # A container often has only root, which JupyterLab refuses by default.
    if sys.platform != "win32" and os.geteuid() == 0:
        options.append("--allow-root")
    return options
