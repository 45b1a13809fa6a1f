"""The engine that runs ``model.tflite``: LiteRT, Google's small runtime.

An interpreter is not thread-safe, so each request borrows one from a pool. The
interpreter uses only the caller's thread, and several requests run in parallel. When
the batch size changes, an interpreter lays out its memory again, which takes
microseconds.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from digits_widget.discard_stderr import discard_stderr
from digits_widget.model_server.engines.engine import Array
from digits_widget.model_server.log import holding_log
from digits_widget.model_server.servables.signature import Signature
from digits_widget.model_server.status_error import StatusError, invalid
from digits_widget.protocol.dtypes import DTYPES, dtype_of_array
from digits_widget.protocol.messages import Proto
from digits_widget.protocol.signature import DEFAULT, TensorSpec

_PREDICT = "tensorflow/serving/predict"
_LARGE_BYTES = 2**20
"""An interpreter keeps the memory of its largest batch. Above this input size the pool
drops it to free the memory: a new one costs little compared with the answer."""


class _Runner(Protocol):
    """Runs one signature of one interpreter."""

    def __call__(self, **inputs: Array) -> Mapping[str, Array]:
        """Return the outputs by alias."""
        ...

    def get_input_details(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the details of each input, by alias."""
        ...

    def get_output_details(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the details of each output, by alias."""
        ...


class _Tensors:
    """Runs a file without a table of signatures.

    Parameters
    ----------
    interpreter : Interpreter
        The interpreter.
    aliases : mapping of str to str
        Aliases of inputs and outputs, by tensor name; by default the tensor name.
    """

    def __init__(self, interpreter: Interpreter, aliases: Mapping[str, str]) -> None:
        self._interpreter = interpreter
        self._aliases = aliases

    def __call__(self, **inputs: Array) -> dict[str, Array]:
        places = self.get_input_details()
        for alias, array in inputs.items():
            index = places[alias]["index"]
            self._interpreter.resize_tensor_input(index, array.shape)
        self._interpreter.allocate_tensors()
        for alias, array in inputs.items():
            self._interpreter.set_tensor(places[alias]["index"], array)
        self._interpreter.invoke()
        return {
            alias: self._interpreter.get_tensor(each["index"])
            for alias, each in self.get_output_details().items()
        }

    def get_input_details(self) -> dict[str, dict[str, Any]]:
        return self._by_alias(self._interpreter.get_input_details())

    def get_output_details(self) -> dict[str, dict[str, Any]]:
        return self._by_alias(self._interpreter.get_output_details())

    def _by_alias(self, details: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {self._aliases.get(each["name"], each["name"]): each for each in details}


class LitertEngine:
    """A model in a pool of interpreters.

    Parameters
    ----------
    path : Path
        The ``.tflite`` file. The engine reads it once, so later changes have no effect.
    interpreters : int
        Requests to run at the same time; 0 means two for each processor.

    Raises
    ------
    StatusError
        DATA_LOSS for a damaged file, UNIMPLEMENTED for a file with operations that
        LiteRT does not have.
    """

    def __init__(self, path: Path, interpreters: int = 0) -> None:
        self._path = path
        self._content = _read(path)
        self._idle: list[dict[str, _Runner]] = []
        # The gRPC server runs one large request for each processor, and the small ones
        # need places beside them.
        places = interpreters or 2 * (os.cpu_count() or 1)
        self._places = threading.Semaphore(places)
        # LiteRT logs its delegate on stderr.
        with holding_log(), discard_stderr():
            first = self._make()
        self.signatures = {
            name: _signature(name, runner) for name, runner in first.items()
        }
        self._idle.append(first)

    def run(
        self,
        signature: Signature,
        inputs: Mapping[str, Array],
        outputs: Sequence[TensorSpec],
        timeout: float | None,
    ) -> list[Array]:
        """Run a signature once.

        Parameters
        ----------
        signature, inputs, outputs, timeout
            As for `Engine.run`.

        Raises
        ------
        StatusError
            As for `Engine.run`; FAILED_PRECONDITION if the file does not have the
            signature.
        """
        if signature.name not in self.signatures:
            msg = f'{self._path.name} has no signature "{signature.name}".'
            raise StatusError("FAILED_PRECONDITION", msg)
        specs = self.signatures[signature.name].inputs
        fitting = {alias: _fit(specs[alias], inputs[alias]) for alias in inputs}
        if any(not array.size for array in fitting.values()):
            return [_no_rows(spec) for spec in outputs]
        found = self._answer(signature.name, fitting, timeout)
        return [found[spec.name] for spec in outputs]

    def close(self) -> None:
        """Free the interpreters. No run may be in progress."""
        self._idle.clear()

    def _answer(
        self, name: str, inputs: Mapping[str, Array], timeout: float | None
    ) -> Mapping[str, Array]:
        with self._place(timeout):
            runners = self._borrow()
            try:
                found = runners[name](**inputs)
            except (RuntimeError, ValueError) as exc:
                # After a failure an interpreter's state is undocumented: drop it.
                raise invalid(f"The model refused the input: {_line(exc)}") from exc
            if sum(array.nbytes for array in inputs.values()) <= _LARGE_BYTES:
                self._idle.append(runners)
        return found

    def _borrow(self) -> dict[str, _Runner]:
        try:
            # Take the last one used, so that a busy minute does not keep all of them in
            # use. Do not check for one first: another thread could take it in between.
            return self._idle.pop()
        except IndexError:
            return self._make()

    @contextmanager
    def _place(self, timeout: float | None) -> Iterator[None]:
        if not self._places.acquire(timeout=timeout):
            raise StatusError("DEADLINE_EXCEEDED", "Timed out waiting for notification")
        try:
            yield
        finally:
            self._places.release()

    def _make(self) -> dict[str, _Runner]:
        """Make an interpreter, and return a runner for each of its signatures."""
        try:
            interpreter = Interpreter(model_content=self._content, num_threads=1)
            interpreter.allocate_tensors()
        except ValueError as exc:
            raise StatusError("DATA_LOSS", self._about("is damaged", exc)) from exc
        except RuntimeError as exc:
            why = "needs more than LiteRT has"
            raise StatusError("UNIMPLEMENTED", self._about(why, exc)) from exc
        names = interpreter.get_signature_list()
        if not names:
            return self._without_table(interpreter)
        return {name: interpreter.get_signature_runner(name) for name in names}

    def _without_table(self, interpreter: Interpreter) -> dict[str, _Runner]:
        # Imported late: few files need it, and it takes half a second.
        from digits_widget.model_server.engines.legacy_signatures import (  # noqa: PLC0415
            read_legacy_signatures,
        )

        try:
            found = read_legacy_signatures(self._content)
        except ValueError as exc:
            raise StatusError("DATA_LOSS", self._about("is damaged", exc)) from exc
        if not found:
            return {DEFAULT: _Tensors(interpreter, {})}
        return {
            name: _Tensors(interpreter, _aliases(found[name])) for name in sorted(found)
        }

    def _about(self, what: str, exc: Exception) -> str:
        return f"{self._path} {what}: {_line(exc)}"


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise StatusError("PERMISSION_DENIED", f"Can't read {path}: {exc}") from exc
    if not content:
        raise StatusError("DATA_LOSS", f"{path} is damaged: it is empty")
    return content


def _line(exc: Exception) -> str:
    return " ".join(str(exc).split())


def _aliases(signature: Proto) -> dict[str, str]:
    """Return the aliases by tensor name, which ends in ``:0`` in TensorFlow alone."""
    return {
        info.name.partition(":")[0]: alias
        for infos in (signature.inputs, signature.outputs)
        for alias, info in infos.items()
    }


def _signature(name: str, runner: _Runner) -> Signature:
    return Signature(
        name,
        _PREDICT,
        _specs(runner.get_input_details()),
        _specs(runner.get_output_details()),
    )


def _specs(details: Mapping[str, Mapping[str, Any]]) -> dict[str, TensorSpec]:
    return {
        alias: TensorSpec(
            alias,
            dtype_of_array(np.empty(0, details[alias]["dtype"])).name,
            tuple(details[alias]["shape_signature"].tolist()),
            str(details[alias]["name"]),
        )
        for alias in sorted(details)
    }


def _fit(spec: TensorSpec, array: Array) -> Array:
    """Return the array in the model's shape, with any number of rows, or refuse it.

    LiteRT itself does not check shapes: with too many channels it would apply weights
    to the wrong values.
    """
    shape = spec.shape or ()
    if array.ndim == len(shape) and all(
        wanted in (-1, size)
        for wanted, size in zip(shape[1:], array.shape[1:], strict=True)
    ):
        return array
    if -1 not in shape and array.size == math.prod(shape):
        # TensorFlow Serving also accepts another shape with the same number of bytes.
        return array.reshape(shape)
    msg = (
        f"Input {spec.name} has shape {list(array.shape)}, and the model takes "
        f"{list(shape)}"
    )
    raise invalid(msg)


def _no_rows(spec: TensorSpec) -> Array:
    """Return the answer to an input without rows."""
    shape = spec.shape or ()
    if not shape or -1 in shape[1:]:
        raise invalid("The input is empty")
    return np.zeros((0, *shape[1:]), DTYPES[spec.dtype].stored)
