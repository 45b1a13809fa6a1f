"""``grpc.health.v1.Health``: the health check of load balancers and Kubernetes.

A reachable server is healthy, because its ports open only after every model has loaded.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2

from digits_widget.model_server.grpc_server import Method, abort, parse
from digits_widget.model_server.status_error import StatusError

SERVICE_NAME = health.SERVICE_NAME
"""Full name of the service, for reflection."""

_SERVING = health_pb2.HealthCheckResponse.SERVING
_UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


class Health:
    """Answers health checks.

    Parameters
    ----------
    names : collection of str
        Names of the services; the empty name stands for the whole server.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self._stopping = asyncio.Event()

    def methods(self) -> list[Method]:
        """List the methods that are not streams."""
        return [
            Method(f"/{SERVICE_NAME}/Check", health_pb2.HealthCheckRequest, self._check)
        ]

    def streams(self) -> dict[str, Any]:
        """Return the handler of Watch, by its path."""
        return {
            f"/{SERVICE_NAME}/Watch": grpc.unary_stream_rpc_method_handler(self._watch)
        }

    def stop(self) -> None:
        """End the watches, which would otherwise stay open until callers leave."""
        self._stopping.set()

    def _check(self, request: Any, _: float | None) -> Any:
        if request.service not in self._names:
            raise StatusError("NOT_FOUND", f"no service {request.service}")
        return health_pb2.HealthCheckResponse(status=_SERVING)

    async def _watch(self, data: bytes, context: Any) -> AsyncIterator[bytes]:
        """Answer once and stay open until the caller leaves, without changes."""
        try:
            request = parse(health_pb2.HealthCheckRequest, data)
        except StatusError as exc:
            await abort(context, exc)
            return
        status = _SERVING if request.service in self._names else _UNKNOWN
        yield health_pb2.HealthCheckResponse(status=status).SerializeToString()
        await self._stopping.wait()
