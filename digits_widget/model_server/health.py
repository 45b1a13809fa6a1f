"""``grpc.health.v1.Health``: what load balancers and Kubernetes ask.

A server that can be asked is well: its ports open when every model is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2

from digits_widget.model_server.grpc_front import Method, parse, refuse, serialize
from digits_widget.model_server.refusal import Refusal

SERVICE_NAME = health.SERVICE_NAME
"""Its full name, for reflection."""

_SERVING = health_pb2.HealthCheckResponse.SERVING
_UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
_Send = Callable[[Any], None]


@dataclass(frozen=True)
class Health:
    """Says which services there are.

    Parameters
    ----------
    names : collection of str
        The services; the empty name is the server as a whole.
    """

    names: Collection[str]

    def methods(self) -> list[Method]:
        """List the methods that answer at once."""
        return [
            Method(f"/{SERVICE_NAME}/Check", health_pb2.HealthCheckRequest, self._check)
        ]

    def streams(self) -> dict[str, Any]:
        """Give the handler of Watch, by its path."""
        watch = _Watch(self.names)
        return {
            f"/{SERVICE_NAME}/Watch": grpc.unary_stream_rpc_method_handler(
                watch, response_serializer=serialize
            )
        }

    def _check(self, request: Any, _: float | None) -> Any:
        if request.service not in self.names:
            raise Refusal("NOT_FOUND", f"no service {request.service}")
        return health_pb2.HealthCheckResponse(status=_SERVING)


@dataclass(frozen=True)
class _Watch:
    """Answers once, and stays open until the caller goes: nothing ever changes."""

    names: Collection[str]

    # gRPC then gives `send`, and a thread that may go home while the call stays open.
    experimental_non_blocking = True

    def __call__(
        self, data: bytes, context: grpc.ServicerContext, send: _Send | None = None
    ) -> None:
        try:
            request = parse(health_pb2.HealthCheckRequest, data)
        except Refusal as exc:
            refuse(context, exc)
            return
        status = _SERVING if request.service in self.names else _UNKNOWN
        if send is not None:
            send(health_pb2.HealthCheckResponse(status=status))
