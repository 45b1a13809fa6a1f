"""The gRPC channel: retries, limits, load balancing and TLS in gRPC's own terms."""

from __future__ import annotations

import json

import grpc

from digits_widget.serving.connection import Connection
from digits_widget.serving.quiet import quietly
from digits_widget.serving.target import Target

SERVICE_CONFIG = json.dumps(
    {
        # With one address it is the same as any other policy; with several it spreads
        # calls evenly and passes over those that are down.
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [
            {
                "name": [{}],
                "retryPolicy": {
                    "maxAttempts": 4,
                    "initialBackoff": "0.08s",
                    "maxBackoff": "1s",
                    "backoffMultiplier": 2,
                    # Only this status promises that asking again can help. A deadline
                    # that passed, or a failure inside, would only add to the load.
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
    }
)
"""What gRPC does by itself on every call, always under the call's deadline."""


def open_channel(target: Target, connection: Connection) -> grpc.Channel:
    """Return a channel to `target`. No traffic happens before the first call."""
    options = _options(target, connection)
    with quietly():
        if connection.tls is None:
            return grpc.insecure_channel(target.grpc, options=options)
        ca, key, certificate = connection.tls.read()
        credentials = grpc.ssl_channel_credentials(ca, key, certificate)
        return grpc.secure_channel(target.grpc, credentials, options=options)


def _options(target: Target, connection: Connection) -> list[tuple[str, object]]:
    options: list[tuple[str, object]] = [
        ("grpc.service_config", SERVICE_CONFIG),
        ("grpc.max_send_message_length", connection.max_request_bytes),
        ("grpc.max_receive_message_length", connection.max_response_bytes),
        # A request that does not fit in this buffer is never retried.
        ("grpc.per_rpc_retry_buffer_size", 2 * connection.max_request_bytes),
        # Each client has connections of its own: how one of them fails, and how long
        # it then waits, is no concern of the next.
        ("grpc.use_local_subchannel_pool", 1),
        # gRPC waits a second before it dials again; a restart is over sooner.
        ("grpc.initial_reconnect_backoff_ms", 50),
        ("grpc.max_reconnect_backoff_ms", 1000),
    ]
    if target.is_loopback:
        # A proxy for the world outside must not be asked for this machine.
        options.append(("grpc.enable_http_proxy", 0))
    if connection.keepalive is not None:
        options += [
            ("grpc.keepalive_time_ms", int(connection.keepalive * 1000)),
            ("grpc.keepalive_permit_without_calls", 1),
        ]
    if connection.tls is not None and connection.tls.server_name is not None:
        options.append(("grpc.ssl_target_name_override", connection.tls.server_name))
    return options
