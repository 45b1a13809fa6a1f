"""The small text-format files that flags name: certificates, monitoring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
from google.protobuf import text_format

from digits_widget.errors import ModelServerError
from digits_widget.model_server.config_messages import new_message

METRICS_PATH = "/monitoring/prometheus/metrics"
"""Where the metrics page is, unless its file says otherwise."""


def read_credentials(path: str) -> grpc.ServerCredentials:
    """Read a text-format SSLConfig, with keys and certificates as PEM text inside.

    Raises
    ------
    ModelServerError
        The file is no use.
    """
    config = _read(path, new_message("SSLConfig"))
    return grpc.ssl_server_credentials(
        [(config.server_key.encode(), config.server_cert.encode())],
        root_certificates=config.custom_ca.encode() or None,
        require_client_auth=config.client_verify,
    )


def read_metrics_path(path: str) -> str:
    """Read a text-format MonitoringConfig; give the page's path, or nothing.

    Raises
    ------
    ModelServerError
        The file is no use.
    """
    config = _read(path, new_message("MonitoringConfig"))
    if not config.prometheus_config.enable:
        return ""
    return config.prometheus_config.path or METRICS_PATH


def _read(path: str, message: Any) -> Any:
    try:
        return text_format.Parse(Path(path).read_text(encoding="utf-8"), message)
    except (OSError, UnicodeDecodeError, text_format.ParseError) as exc:
        kind = message.DESCRIPTOR.full_name
        msg = f"Error parsing text-format {kind}: {path}: {exc}"
        raise ModelServerError(msg) from exc
