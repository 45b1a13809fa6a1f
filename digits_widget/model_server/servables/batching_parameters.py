"""How requests are batched: TensorFlow Serving's batching parameters file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from google.protobuf import text_format

from digits_widget.errors import ModelServerError
from digits_widget.model_server.config_messages import new_message


@dataclass(frozen=True)
class BatchingParameters:
    """How large a batch may be, how long it may wait, how many there may be."""

    max_batch_size: int = 1000
    """Rows of the largest request."""

    timeout: float = 0.0
    """Seconds that a batch waits for more rows, once it could run."""

    max_enqueued_batches: int = 10
    """Batches that wait for their turn; further requests are refused."""

    threads: int = os.cpu_count() or 1
    """Batches that run at the same time."""

    allowed_sizes: tuple[int, ...] = ()
    """Rows that a batch may have, increasing; none means any number."""

    pads: bool = False
    """Whether inputs of unequal shape are padded to the largest."""

    splits: bool = False
    """Whether larger requests are cut up instead of refused."""

    max_execution_size: int = 0
    """Rows that run together when requests are cut up; 0 for the largest request."""

    @property
    def largest_task(self) -> int:
        """Rows that one run may have."""
        if self.splits and self.max_execution_size:
            return self.max_execution_size
        return self.max_batch_size

    def padded(self, rows: int) -> int:
        """Find the allowed size that `rows` are padded to."""
        if not rows:
            return rows
        return next((size for size in self.allowed_sizes if size >= rows), rows)


def read_batching_parameters(path: Path) -> BatchingParameters:
    """Read a text-format BatchingParameters file.

    Raises
    ------
    ModelServerError
        It is not there, does not parse, or contradicts itself.
    """
    proto = new_message("BatchingParameters")
    try:
        text_format.Parse(path.read_text(encoding="utf-8"), proto)
    except (OSError, UnicodeDecodeError, text_format.ParseError) as exc:
        msg = f"Got the batching parameters file {path}, which is no use: {exc}"
        raise ModelServerError(msg) from exc
    usual = BatchingParameters()
    chosen = {
        field: getattr(proto, name).value
        for field, name in (
            ("max_batch_size", "max_batch_size"),
            ("max_enqueued_batches", "max_enqueued_batches"),
            ("threads", "num_batch_threads"),
            ("max_execution_size", "max_execution_batch_size"),
        )
        if proto.HasField(name)
    }
    parameters = BatchingParameters(
        timeout=proto.batch_timeout_micros.value / 1e6,
        allowed_sizes=tuple(proto.allowed_batch_sizes),
        pads=proto.pad_variable_length_inputs,
        splits=proto.enable_large_batch_splitting.value,
        **{"threads": usual.threads, **chosen},
    )
    _check(parameters, path)
    return parameters


def _check(parameters: BatchingParameters, path: Path) -> None:
    sizes = parameters.allowed_sizes
    wrong = ""
    if min(parameters.max_batch_size, parameters.threads) < 1:
        wrong = "max_batch_size and num_batch_threads must be at least 1"
    elif sizes and (
        list(sizes) != sorted(set(sizes)) or sizes[-1] != parameters.largest_task
    ):
        wrong = (
            "allowed_batch_sizes must increase, and the last must equal max_batch_size"
        )
    if wrong:
        msg = f"Got the batching parameters file {path}: {wrong}."
        raise ModelServerError(msg)
