"""What a server serves: which models are known, and telling it to serve others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from google.protobuf import text_format

from digits_widget.errors import ModelNotFoundError, OptionError, ServingError
from digits_widget.serving.deadline import Deadline
from digits_widget.serving.grpc_transport import GrpcTransport
from digits_widget.serving.knowledge import cure
from digits_widget.serving.messages import (
    ModelServerConfig,
    Proto,
    ReloadConfigRequest,
)
from digits_widget.serving.rest_transport import RestTransport
from digits_widget.serving.transport import Know, Transport
from digits_widget.serving.version_status import VersionStatus

_METRICS = "/monitoring/prometheus/metrics"
_COUNTED = re.compile(r'\bmodel_name="([^"]+)"')


def known_models(
    transport: Transport, names: Iterable[str], deadline: Deadline
) -> dict[str, tuple[VersionStatus, ...]]:
    """Return the versions of each model that is there, of those called `names`.

    Over REST also of those that the metrics page mentions.
    """
    found: dict[str, tuple[VersionStatus, ...]] = {}
    for name in sorted({*names, *_counted(transport, deadline)}):
        try:
            versions = transport.status(name, timeout=deadline.left, know=cure)
        except ModelNotFoundError:
            continue
        found[name] = tuple(sorted(versions, reverse=True))
    return found


def reload_config(
    transport: GrpcTransport,
    config: str | Mapping[str, str],
    *,
    timeout: float,
    know: Know,
) -> None:
    """Ask HandleReloadConfigRequest to serve what `config` says."""
    request = ReloadConfigRequest(config=_config(config))
    transport.call("HandleReloadConfigRequest", request, timeout=timeout, know=know)


def _config(config: str | Mapping[str, str]) -> Proto:
    message = ModelServerConfig()
    if isinstance(config, str):
        try:
            return text_format.Parse(config, message)
        except text_format.ParseError as exc:
            msg = (
                f"Got a configuration that cannot be read ({exc}), expected one such "
                'as model_config_list { config { name: "digits" base_path: "/models" '
                'model_platform: "tensorflow" } }. Mend the text.'
            )
            raise OptionError(msg) from exc
    message.model_config_list.SetInParent()
    for name, base_path in config.items():
        message.model_config_list.config.add(
            name=name, base_path=base_path, model_platform="tensorflow"
        )
    return message


def _counted(transport: Transport, deadline: Deadline) -> set[str]:
    if not isinstance(transport, RestTransport):
        return set()
    try:
        page = transport.page(_METRICS, timeout=deadline.left, know=cure)
    except ServingError:  # the page is off unless a server is told to have it
        return set()
    return set(_COUNTED.findall(page.decode("utf-8", "replace")))
