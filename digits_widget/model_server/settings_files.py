"""Reads the text-format files named by flags: certificates, monitoring, batching."""

from __future__ import annotations

from typing import Any

import grpc
from google.protobuf import text_format

from digits_widget.errors import ModelServerError
from digits_widget.protocol.messages import message_class
from digits_widget.regular_file import read_regular_text

_MOST_BYTES = 1 << 24
"""Largest settings file to read."""

METRICS_PATH = "/monitoring/prometheus/metrics"
"""Default path of the metrics page."""


def read_credentials(path: str) -> grpc.ServerCredentials:
    """Read a text-format SSLConfig, with keys and certificates as PEM text inside.

    Parameters
    ----------
    path : str
        The file.

    Raises
    ------
    ModelServerError
        The file cannot be read or does not parse.
    """
    config = _read(path, "SSLConfig")
    return grpc.ssl_server_credentials(
        [(config.server_key.encode(), config.server_cert.encode())],
        root_certificates=config.custom_ca.encode() or None,
        require_client_auth=config.client_verify,
    )


def read_metrics_path(path: str) -> str:
    """Read a text-format MonitoringConfig.

    Parameters
    ----------
    path : str
        The file.

    Returns
    -------
    str
        Path of the metrics page; empty if the file does not enable the page.

    Raises
    ------
    ModelServerError
        The file cannot be read or does not parse.
    """
    config = _read(path, "MonitoringConfig")
    if not config.prometheus_config.enable:
        return ""
    return config.prometheus_config.path or METRICS_PATH


def check_batching_parameters(path: str) -> None:
    """Check that a file is a text-format BatchingParameters. It has no other effect.

    Parameters
    ----------
    path : str
        The file.

    Raises
    ------
    ModelServerError
        The file cannot be read or does not parse.
    """
    _read(path, "BatchingParameters")


def _read(path: str, kind: str) -> Any:
    name = f"tensorflow.serving.{kind}"
    message = message_class(name)()
    try:
        return text_format.Parse(read_regular_text(path, most=_MOST_BYTES), message)
    except (OSError, UnicodeDecodeError, text_format.ParseError) as exc:
        msg = f"Error parsing text-format {name}: {path}: {exc}"
        raise ModelServerError(msg) from exc
