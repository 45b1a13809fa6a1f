"""Starts the model server as a child process, and never leaves one behind.

The child needs TensorFlow or LiteRT, and gRPC; this module needs none of them.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from digits_widget.errors import (
    DigitsError,
    MissingExtraError,
    ModelServerError,
    PortTakenError,
)
from digits_widget.model_server.child_output import ChildOutput
from digits_widget.model_server.engines.choice import is_installed
from digits_widget.model_server.ports import first_free_ports
from digits_widget.model_server.shipped import SHIPPED

__all__ = ["EmbeddedServer", "first_free_ports"]

_STARTED = "READY"
_LAST_WORDS_SECONDS = 5.0
_DRAIN_SECONDS = 10.0
_EXIT_ERRORS: dict[int, type[DigitsError]] = {3: PortTakenError, 4: MissingExtraError}
# Ctrl-C or a kernel's interrupt must reach only this process, which then stops the
# child itself.
_APART: dict[str, Any]
if sys.platform == "win32":
    _APART = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
else:
    _APART = {"start_new_session": True}
_CURE = 'pip install "digits-widget[lab]"'


class EmbeddedServer:
    """A private model server in a process on this machine.

    It listens on loopback only, and ends with this process, however this one ends.

    Parameters
    ----------
    base_path : str or Path, optional
        Folder with one numbered SavedModel folder for each version. Default: the
        models that come with this package.
    model : str
        The model's name for clients.
    port, rest_port : int
        Ports for gRPC and REST; 0 takes any free port.
    host : str
        Address to listen on.
    flags : sequence of str
        Further flags of the server, such as ``--enable_batching``.

    Examples
    --------
    >>> with EmbeddedServer() as server:  # doctest: +SKIP
    ...     print(server.target)
    127.0.0.1:40123
    """

    def __init__(
        self,
        base_path: str | os.PathLike[str] | None = None,
        *,
        model: str = "digits",
        port: int = 0,
        rest_port: int = 0,
        host: str = "127.0.0.1",
        flags: Sequence[str] = (),
    ) -> None:
        self.base_path = Path(SHIPPED if base_path is None else base_path).absolute()
        self.model = model
        self.host = host
        self._is_shipped = base_path is None
        self._ports = (port, rest_port)
        self._flags = tuple(flags)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stdout: ChildOutput | None = None
        self._stderr: ChildOutput | None = None
        self._finalizer: weakref.finalize[..., EmbeddedServer] | None = None

    # -- Properties -----------------------------------------------------------------

    @property
    def target(self) -> str:
        """The address for gRPC, such as ``127.0.0.1:8500``."""
        return f"{self.host}:{self._ports[0]}"

    @property
    def rest_url(self) -> str:
        """The address for REST, such as ``http://127.0.0.1:8501``."""
        return f"http://{self.host}:{self._ports[1]}"

    @property
    def is_running(self) -> bool:
        """Whether the process is alive."""
        process = self._process
        return process is not None and process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process id while the process is alive."""
        return self._process.pid if self._process and self.is_running else None

    @property
    def log(self) -> str:
        """The last lines that the process wrote to its stderr."""
        return self._stderr.text if self._stderr else ""

    @property
    def engines(self) -> list[str]:
        """The engine of each version and the reason for it, one line each."""
        lines = [line.partition("model server: ")[2] for line in self.log.splitlines()]
        return [line for line in lines if ", because " in line]

    # -- Starting and stopping ------------------------------------------------------

    def start(self, timeout: float = 120) -> Self:
        """Start the process and wait until it answers.

        Parameters
        ----------
        timeout : float
            Seconds to wait. LiteRT starts at once; TensorFlow takes about five seconds.

        Returns
        -------
        EmbeddedServer
            This server. If it already runs, the method does nothing.

        Raises
        ------
        MissingExtraError
            A package that the server needs is not installed.
        PortTakenError
            Another program has one of the ports.
        ModelServerError
            The process ended, or was not ready in time. The message quotes its last
            output.
        """
        with self._lock:
            if self.is_running:
                return self
            self._check()
            # A process that ended earlier still has open pipes here.
            self._end(0)
            self._spawn()
            try:
                self._ports = self._wait(time.monotonic() + timeout)
            except BaseException:
                self._end(0)
                raise
        return self

    def stop(self) -> None:
        """Let requests in progress finish, then end the process, if it runs."""
        with self._lock:
            self._end(_DRAIN_SECONDS)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    # -- Details --------------------------------------------------------------------

    def _check(self) -> None:
        for module in ("tornado", "prometheus_client", "grpc_health"):
            if not is_installed(module):
                raise _missing(module)
        if not (is_installed("ai_edge_litert") or is_installed("tensorflow")):
            raise _missing("LiteRT (ai-edge-litert)")
        if not self.base_path.is_dir():
            msg = (
                f"The model's base path {self.base_path} is not a folder. "
                "Give a folder that holds numbered version folders."
            )
            raise ModelServerError(msg, model=self.model)

    def _command(self) -> list[str]:
        return [
            sys.executable,
            "-m",
            "digits_widget.model_server",
            f"--host={self.host}",
            f"--port={self._ports[0]}",
            f"--rest_api_port={self._ports[1]}",
            f"--model_name={self.model}",
            self._what_to_serve(),
            "--free_ports",
            "--report_ports",
            "--exit_with_stdin",
            *self._flags,
        ]

    def _what_to_serve(self) -> str:
        # With a base path, the server would serve only the newest version.
        if self._is_shipped:
            return "--shipped_models"
        return f"--model_base_path={self.base_path}"

    def _spawn(self) -> None:
        package_root = str(Path(__file__).parents[2])
        paths = [package_root, *filter(None, [os.environ.get("PYTHONPATH")])]
        try:
            process = subprocess.Popen(
                self._command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                **_APART,
            )
        except OSError as exc:
            msg = f"The model server's process cannot be started: {exc}"
            raise ModelServerError(msg, model=self.model) from exc
        self._process = process
        if process.stdout and process.stderr:
            self._stdout = ChildOutput(process.stdout)
            self._stderr = ChildOutput(process.stderr)
        self._finalizer = weakref.finalize(self, _end, process, 0)

    def _wait(self, deadline: float) -> tuple[int, int]:
        process, stdout = self._process, self._stdout
        if process is None or stdout is None:
            msg = "The model server's process was not started."
            raise ModelServerError(msg)
        if not stdout.wait_for_line(max(0.0, deadline - time.monotonic())):
            raise self._not_ready("was not ready in time; allow more with timeout=")
        said = stdout.text
        if not said:
            raise self._ended(process.wait())
        word, port, rest_port = said.split()[-3:]
        if word != _STARTED:
            raise self._not_ready(f"said {said!r} instead of its ports")
        return int(port), int(rest_port)

    def _ended(self, code: int) -> DigitsError:
        if self._stderr is not None:
            self._stderr.wait_for_end(_LAST_WORDS_SECONDS)
        kind = _EXIT_ERRORS.get(code)
        if kind is not None:
            last = self.log.splitlines()[-1:] or [""]
            return kind(last[0].partition("model server: ")[2] or last[0])
        how = f"ended with code {code}" if code >= 0 else f"was ended by signal {-code}"
        return self._not_ready(how)

    def _not_ready(self, what: str) -> ModelServerError:
        words = self.log or "nothing"
        msg = f"The model server {what}. Its last words: {words}"
        return ModelServerError(msg, target=self.target, model=self.model)

    def _end(self, patience: float) -> None:
        process, self._process = self._process, None
        if self._finalizer is not None:
            self._finalizer.detach()
            self._finalizer = None
        if process is not None:
            _end(process, patience)
        self._stdout = self._stderr = None


def _missing(what: str) -> MissingExtraError:
    return MissingExtraError(
        f"The embedded model server needs {what}, which is not installed. "
        f"Install it: {_CURE}"
    )


def _end(process: subprocess.Popen[bytes], patience: float) -> None:
    """Terminate a child, wait `patience` seconds, then kill it. Leaves no zombie."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            # Closing its stdin makes the child stop by itself.
            process.stdin.close()
    if process.poll() is None and patience:
        if sys.platform != "win32":
            # On Windows `terminate` would cut off requests in progress.
            process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    if process.poll() is None:
        process.kill()
    process.wait()
