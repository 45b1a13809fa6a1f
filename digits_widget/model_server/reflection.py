"""Server reflection: lets ``grpcurl`` and its like call a server without any protos."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from typing import Any

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2

from digits_widget.model_server.grpc_server import abort, parse
from digits_widget.model_server.status_error import StatusError
from digits_widget.protocol.messages import build_pool

SERVICE_NAME = reflection.SERVICE_NAME
"""Full name of the service."""


class Reflection:
    """Describes services.

    Parameters
    ----------
    names : collection of str
        Full names of the services to list.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._servicer = reflection.aio.ReflectionServicer(  # type: ignore[attr-defined]
            names, _pool()
        )

    def streams(self) -> dict[str, Any]:
        """Return the handler of its only method, by path."""
        return {
            f"/{SERVICE_NAME}/ServerReflectionInfo": (
                grpc.stream_stream_rpc_method_handler(self._describe)
            )
        }

    async def _describe(
        self, requests: AsyncIterator[bytes], context: Any
    ) -> AsyncIterator[bytes]:
        kind = reflection_pb2.ServerReflectionRequest
        read = (parse(kind, data) async for data in requests)
        try:
            async for answer in self._servicer.ServerReflectionInfo(read, context):
                yield answer.SerializeToString()
        except StatusError as exc:
            await abort(context, exc)


def _pool() -> DescriptorPool:
    """Return the descriptors of all services.

    gRPC's own services are in protobuf's shared pool, unlike the project's.
    """
    pool = build_pool()
    for file in (health_pb2.DESCRIPTOR, reflection_pb2.DESCRIPTOR):
        pool.AddSerializedFile(file.serialized_pb)
    return pool
