"""Opens channels of gRPC, for threads or for asyncio: options, retries, encryption."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import grpc

from digits_widget.serving.connection import Connection
from digits_widget.serving.grpc_messages import METHODS
from digits_widget.serving.quiet import quietly
from digits_widget.serving.target import Target

SERVICE_CONFIG = json.dumps(
    {
        # With several addresses this policy spreads the calls evenly and skips servers
        # that are down; with a single address all policies are the same.
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [
            {
                "name": [{}],
                "retryPolicy": {
                    "maxAttempts": 4,
                    "initialBackoff": "0.08s",
                    "maxBackoff": "1s",
                    "backoffMultiplier": 2,
                    # Most often no server has seen the request, and one that comes
                    # back will answer it. After a missed deadline, a retry would
                    # only add load.
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
    }
)
"""Load balancing and retries that gRPC performs within each call's deadline."""


def open_channel(library: ModuleType, target: Target, connection: Connection) -> Any:  # noqa: ANN401
    """Return a channel to `target`. It connects at the first call.

    Parameters
    ----------
    library : module
        `grpc` or `grpc.aio`: whose channel to open.
    target : Target
        The server.
    connection : Connection
        How to reach it.
    """
    options = _options(target, connection)
    with quietly():
        if connection.tls is None:
            return library.insecure_channel(target.grpc, options=options)
        ca, key, certificate = connection.tls.read()
        credentials = grpc.ssl_channel_credentials(ca, key, certificate)
        return library.secure_channel(target.grpc, credentials, options=options)


def open_call(channel: Any, name: str) -> Any:  # noqa: ANN401 - gRPC's types know only messages
    """Return a callable for one of the server's methods, from bytes to bytes.

    Parameters
    ----------
    channel : channel
        A channel of either library.
    name : str
        The method's name, such as ``Predict``.
    """
    # Without serialisers, so that sizes and times can be measured.
    return channel.unary_unary(f"/{METHODS[name].containing_service.full_name}/{name}")


def call_options(connection: Connection, timeout: float) -> dict[str, Any]:
    """Return the keyword arguments of one call.

    Parameters
    ----------
    connection : Connection
        How to reach the server.
    timeout : float
        Seconds until the call fails.
    """
    token = connection.bearer()
    return {
        "timeout": timeout,
        "metadata": (("authorization", f"Bearer {token}"),) if token else None,
        "wait_for_ready": connection.wait_for_ready,
    }


def _options(target: Target, connection: Connection) -> list[tuple[str, object]]:
    options: list[tuple[str, object]] = [
        ("grpc.service_config", SERVICE_CONFIG),
        ("grpc.max_send_message_length", connection.max_request_bytes),
        ("grpc.max_receive_message_length", connection.max_response_bytes),
        # gRPC never retries a request that does not fit in this buffer.
        ("grpc.per_rpc_retry_buffer_size", 2 * connection.max_request_bytes),
        # Each client has its own connections, so that one client's failures and
        # waiting times do not affect another.
        ("grpc.use_local_subchannel_pool", 1),
        # By default gRPC reconnects after a second; a server restarts sooner.
        ("grpc.initial_reconnect_backoff_ms", 50),
        ("grpc.max_reconnect_backoff_ms", 1000),
    ]
    if target.is_loopback:
        # A configured proxy must not handle connections within this machine.
        options.append(("grpc.enable_http_proxy", 0))
    if connection.keepalive is not None:
        options += [
            ("grpc.keepalive_time_ms", int(connection.keepalive * 1000)),
            ("grpc.keepalive_permit_without_calls", 1),
        ]
    if connection.tls is not None and connection.tls.server_name is not None:
        options.append(("grpc.ssl_target_name_override", connection.tls.server_name))
    return options
