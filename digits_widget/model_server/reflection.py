"""Server reflection: lets ``grpcurl`` and its like call a server without any protos."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

import grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2

from digits_widget.model_server.grpc_front import parse, refuse, serialize
from digits_widget.model_server.refusal import Refusal

SERVICE_NAME = reflection.SERVICE_NAME
"""Its own full name."""

_MOST_STREAMS = 4


class Reflection:
    """Describes services.

    Parameters
    ----------
    names : collection of str
        Full names of the services to list.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._servicer: Any = reflection.ReflectionServicer(names)
        # Each keeps a thread for as long as its caller likes.
        self._gate = threading.BoundedSemaphore(_MOST_STREAMS)

    def streams(self) -> dict[str, Any]:
        """Give the handler of the one method, by its path."""
        return {
            f"/{SERVICE_NAME}/ServerReflectionInfo": (
                grpc.stream_stream_rpc_method_handler(
                    self._describe, response_serializer=serialize
                )
            )
        }

    def _describe(
        self, requests: Iterator[bytes], context: grpc.ServicerContext
    ) -> Iterator[Any]:
        if not self._gate.acquire(blocking=False):
            words = f"{_MOST_STREAMS} callers use reflection now; try again later"
            refuse(context, Refusal("RESOURCE_EXHAUSTED", words))
        try:
            read = map(partial(parse, reflection_pb2.ServerReflectionRequest), requests)
            yield from self._servicer.ServerReflectionInfo(read, context)
        except Refusal as exc:
            refuse(context, exc)
        finally:
            self._gate.release()
