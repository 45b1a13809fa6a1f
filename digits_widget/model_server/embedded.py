"""Starts the model server as a child process, and never leaves one behind.

Needs neither TensorFlow nor gRPC: the child does.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import select
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from digits_widget.errors import (
    DigitsError,
    MissingExtraError,
    ModelServerError,
    PortTakenError,
)
from digits_widget.model_server.ports import first_free_ports
from digits_widget.model_server.shipped import SHIPPED

__all__ = ["EmbeddedServer", "first_free_ports"]

_STARTED = "READY"
_TAIL_BYTES = 4000
_DRAIN_SECONDS = 10.0
_EXIT_ERRORS: dict[int, type[DigitsError]] = {3: PortTakenError, 4: MissingExtraError}
_CURE = 'pip install "digits-widget[server]"'


class EmbeddedServer:
    """A model server of one's own: a process on this machine, for as long as needed.

    It listens on loopback only, and ends with this process, however this one ends.

    Parameters
    ----------
    base_path : path, optional
        Folder with one numbered SavedModel folder for each version; by default the
        models that come with this package.
    model : str
        What clients call the model.
    port, rest_port : int
        Where to listen for gRPC and REST; 0 takes any free port.
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
        self._stderr: IO[bytes] | None = None
        self._finalizer: weakref.finalize[..., EmbeddedServer] | None = None

    # -- What it is -----------------------------------------------------------------

    @property
    def target(self) -> str:
        """Where it answers gRPC: ``127.0.0.1:8500``."""
        return f"{self.host}:{self._ports[0]}"

    @property
    def rest_url(self) -> str:
        """Where it answers REST: ``http://127.0.0.1:8501``."""
        return f"http://{self.host}:{self._ports[1]}"

    @property
    def is_running(self) -> bool:
        """Whether the process is alive."""
        process = self._process
        return process is not None and process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process's id while it is alive."""
        return self._process.pid if self._process and self.is_running else None

    @property
    def log(self) -> str:
        """The last lines that the process wrote to its stderr."""
        if self._stderr is None:
            return ""
        size = os.fstat(self._stderr.fileno()).st_size
        start = max(0, size - _TAIL_BYTES)
        raw = os.pread(self._stderr.fileno(), _TAIL_BYTES, start)
        return raw.decode("utf-8", "replace").strip()

    # -- What it does ---------------------------------------------------------------

    def start(self, timeout: float = 120) -> Self:
        """Start the process and wait until it answers.

        Parameters
        ----------
        timeout : float
            Seconds to wait. TensorFlow alone takes about five to start.

        Returns
        -------
        EmbeddedServer
            Itself. Starting what runs already does nothing.

        Raises
        ------
        MissingExtraError
            TensorFlow is not installed.
        PortTakenError
            Another program has one of the ports.
        ModelServerError
            It ended, or was not ready in time. The message has its last words.
        """
        with self._lock:
            if self.is_running:
                return self
            self._check()
            # One that died before leaves its pipes behind.
            self._end(0)
            self._spawn()
            try:
                self._ports = self._wait(time.monotonic() + timeout)
            except BaseException:
                self._end(0)
                raise
        return self

    def stop(self) -> None:
        """Let requests under way end, then end the process. Twice does no harm."""
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

    # -- How ------------------------------------------------------------------------

    def _check(self) -> None:
        for module in ("tensorflow", "tensorflow_serving"):
            if importlib.util.find_spec(module) is None:
                msg = (
                    f"The embedded model server needs {module}, which is not "
                    f"installed. Install it: {_CURE}"
                )
                raise MissingExtraError(msg)
        if not self.base_path.is_dir():
            msg = (
                f"Got {self.base_path} as the model's base path, which is no folder. "
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
        # Of a base path a server would serve the newest version alone.
        if self._is_shipped:
            return "--shipped_models"
        return f"--model_base_path={self.base_path}"

    def _spawn(self) -> None:
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115
        package_root = str(Path(__file__).parents[2])
        paths = [package_root, *filter(None, [os.environ.get("PYTHONPATH")])]
        try:
            process = subprocess.Popen(
                self._command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                # Ctrl-C in the terminal, or a kernel's interrupt, is for us; we then
                # stop the child in our own time.
                start_new_session=True,
            )
        except OSError as exc:
            msg = f"The model server's process cannot be started: {exc}"
            raise ModelServerError(msg, model=self.model) from exc
        self._process = process
        self._finalizer = weakref.finalize(self, _end, process, 0)

    def _wait(self, deadline: float) -> tuple[int, int]:
        process = self._process
        if process is None or process.stdout is None:
            msg = "The model server's process was not started."
            raise ModelServerError(msg)
        said = b""
        while not said.endswith(b"\n"):
            left = deadline - time.monotonic()
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, left))
            if not ready:
                raise self._not_ready("was not ready in time; allow more with timeout=")
            piece = os.read(process.stdout.fileno(), 4096)
            if not piece:
                process.wait()
                raise self._ended(process.returncode)
            said += piece
        word, port, rest_port = said.decode().split()[-3:]
        if word != _STARTED:
            raise self._not_ready(f"said {said!r} instead of its ports")
        return int(port), int(rest_port)

    def _ended(self, code: int) -> DigitsError:
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
        if self._stderr is not None:
            self._stderr.close()
            self._stderr = None


def _end(process: subprocess.Popen[bytes], patience: float) -> None:
    """End a child: ask, wait `patience` seconds, insist. Leaves no zombie."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    if process.poll() is None and patience:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    if process.poll() is None:
        process.kill()
    process.wait()
