"""Lists the models of a server, and tells it to serve others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import grpc
from google.protobuf import text_format

from digits_widget.errors import (
    ModelNotFoundError,
    OptionError,
    RequestRefusedError,
    ServingError,
)
from digits_widget.protocol.messages import (
    ModelServerConfig,
    Proto,
    ReloadConfigRequest,
)
from digits_widget.protocol.metadata import VersionStatus
from digits_widget.serving.deadline import Deadline
from digits_widget.serving.error_hints import cure
from digits_widget.serving.grpc_transport import GrpcTransport
from digits_widget.serving.transport import Transport

_CONFIG_CURE = "Mend the configuration: its names, paths, versions and labels."
_FORBIDDEN_CURE = "Ask the person who runs the server to change its own configuration."


def known_models(
    transport: Transport, names: Iterable[str], deadline: Deadline
) -> dict[str, tuple[VersionStatus, ...]]:
    """Return the versions of each model in `names` that the server has.

    Over REST, the function adds the models on the server's metrics page.

    Parameters
    ----------
    transport : Transport
        The way to the server.
    names : iterable of str
        Models to ask about.
    deadline : Deadline
        Time by which all answers must arrive.
    """
    found: dict[str, tuple[VersionStatus, ...]] = {}
    for name in sorted({*names, *transport.counted_models(timeout=deadline.left)}):
        try:
            versions = transport.status(name, timeout=deadline.left, get_hint=cure)
        except ModelNotFoundError:
            continue
        found[name] = tuple(sorted(versions, reverse=True))
    return found


def reload_config(
    transport: GrpcTransport,
    config: str | Mapping[str, str],
    *,
    timeout: float,
) -> None:
    """Call HandleReloadConfigRequest: tell the server to serve these models.

    Parameters
    ----------
    transport : GrpcTransport
        The way to the server.
    config : str or mapping of str to str
        The text of a model config file, or base paths by model name.
    timeout : float
        Seconds until the call fails.
    """
    request = ReloadConfigRequest(config=_config(config))
    transport.call(
        "HandleReloadConfigRequest", request, timeout=timeout, get_hint=_reload_hint
    )


def _reload_hint(kind: type[ServingError], code: grpc.StatusCode, details: str) -> str:
    """Return the cure for a failed reload, which addresses no single model."""
    if code is grpc.StatusCode.PERMISSION_DENIED:
        return _FORBIDDEN_CURE
    refused = issubclass(kind, (RequestRefusedError, ModelNotFoundError))
    return _CONFIG_CURE if refused else cure(kind, code, details)


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
