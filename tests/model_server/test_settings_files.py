"""The small text files that flags name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from digits_widget.errors import ModelServerError
from digits_widget.model_server import process
from digits_widget.model_server.settings_files import (
    METRICS_PATH,
    check_batching_parameters,
    read_credentials,
    read_metrics_path,
)

READERS = [check_batching_parameters, read_credentials, read_metrics_path]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ""),
        ("prometheus_config { enable: true }", METRICS_PATH),
        ('prometheus_config { enable: true path: "/metrics" }', "/metrics"),
        ('prometheus_config { path: "/metrics" }', ""),
    ],
)
def test_the_metrics_page_is_where_its_file_says(
    tmp_path: Path, text: str, path: str
) -> None:
    file = tmp_path / "monitoring.txt"
    file.write_text(text)
    assert read_metrics_path(str(file)) == path


def test_batching_parameters_are_read_as_the_original_reads_them(
    tmp_path: Path,
) -> None:
    file = tmp_path / "batching.txt"
    file.write_text(
        "max_batch_size { value: 128 } batch_timeout_micros { value: 0 }\n"
        "max_enqueued_batches { value: 100 } num_batch_threads { value: 4 }\n"
        'thread_pool_name { value: "shared" } allowed_batch_sizes: 64\n'
        "allowed_batch_sizes: 128 pad_variable_length_inputs: true\n"
        "enable_large_batch_splitting { value: true }\n"
        "max_execution_batch_size { value: 128 }\n"
    )
    check_batching_parameters(str(file))


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("text", ["nonsense {", "no_such_field: 1", None])
def test_a_file_that_makes_no_sense_is_refused_by_its_name(
    tmp_path: Path, read: Callable[[str], object], text: str | None
) -> None:
    file = tmp_path / "file.txt"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ModelServerError, match="Error parsing text-format") as caught:
        read(str(file))
    assert str(file) in str(caught.value)


def test_batching_parameters_need_the_switch(
    capsys: pytest.CaptureFixture[str],
) -> None:
    flags = ["--model_base_path=/m", "--batching_parameters_file=/b", "--port=0"]
    assert process.main([*flags, "--grpc_socket_path=/s"]) == 1
    assert "without --enable_batching; add that flag" in capsys.readouterr().err
