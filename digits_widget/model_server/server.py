"""The whole server: library, lifecycle, calls and the two fronts, put together."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    predict_pb2,
)

from digits_widget.errors import ModelServerError
from digits_widget.model_server.calls.metadata import Metadata
from digits_widget.model_server.calls.predict import Predict
from digits_widget.model_server.calls.status import Status
from digits_widget.model_server.flags import Flags
from digits_widget.model_server.grpc_front import GrpcFront, Method
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.lifecycle.lifecycle import Lifecycle
from digits_widget.model_server.lifecycle.model_config import (
    ModelConfig,
    read_config_file,
)
from digits_widget.model_server.log import say
from digits_widget.model_server.rest.front import RestFront
from digits_widget.model_server.rest.handler import RestHandler
from digits_widget.model_server.servables.loading import load
from digits_widget.model_server.servables.servable import Servable

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_LOOK_SECONDS = 0.2


class Server:
    """A model server that is not yet open.

    Parameters
    ----------
    flags : Flags
        What to do.
    """

    def __init__(self, flags: Flags) -> None:
        self._flags = flags
        self._library = Library()
        self._lifecycle = Lifecycle(
            self._library,
            self._load,
            poll_seconds=flags.file_system_poll_wait_seconds,
            retries=flags.max_num_load_retries,
            retry_seconds=flags.load_retry_interval_micros / 1e6,
        )
        self._grpc: GrpcFront | None = None
        self._rest: RestFront | None = None

    def load(self, stopping: threading.Event) -> None:
        """Load every configured model, and wait until all are available.

        Raises
        ------
        ModelServerError
            One of them does not load.
        """
        flags = self._flags
        if flags.model_config_file:
            configs = read_config_file(Path(flags.model_config_file))
        else:
            path = str(Path(flags.model_base_path).absolute())
            configs = [ModelConfig(flags.model_name, path)]
        names = self._lifecycle.configure(configs)
        self._lifecycle.start()
        while not stopping.is_set():
            troubles = self._lifecycle.wait_until_available(
                names, _LOOK_SECONDS, every=True
            )
            if not troubles:
                return
            failed = [name for name in names if self._failed(name)]
            if failed:
                each = "; ".join(f"{name}: {troubles[name]}" for name in failed)
                msg = (
                    f"Failed to start server. Error: {len(failed)} servable(s) did "
                    f"not become available: {{{each}}}"
                )
                raise ModelServerError(msg)

    def open(self) -> tuple[int, int]:
        """Open the ports; give those of gRPC and REST, 0 where there is none."""
        flags = self._flags
        grpc_port = rest_port = 0
        if flags.port or flags.free_ports:
            self._grpc = GrpcFront(self._methods(), threads=flags.grpc_max_threads)
            grpc_port = self._grpc.listen(f"{flags.host}:{flags.port}")
        if flags.rest_api_port or flags.free_ports:
            self._rest = RestFront(
                self._rest_handler(),
                threads=flags.rest_api_num_threads or 4 * (os.cpu_count() or 1),
                timeout=flags.rest_api_timeout_in_ms / 1000 + 1,
            )
            rest_port = self._rest.listen(flags.host, flags.rest_api_port)
        if self._grpc is not None:
            self._grpc.start()
        if flags.host not in _LOOPBACK:
            say(
                f"listening on {flags.host}: anyone who reaches this machine can use "
                "the models; there is no password"
            )
        say(
            f"ready: gRPC {flags.host}:{grpc_port}, REST http://{flags.host}:{rest_port}"
        )
        return grpc_port, rest_port

    def stop(self, grace: float) -> None:
        """Close the ports, let requests under way end, and stop watching."""
        if self._rest is not None:
            self._rest.stop(grace)
        if self._grpc is not None:
            self._grpc.stop(grace)
        self._lifecycle.stop()

    def _failed(self, name: str) -> bool:
        return any(version.failed for version in self._lifecycle.versions(name))

    def _load(self, name: str, version: int, folder: Path) -> Servable:
        flags = self._flags
        return load(
            name,
            version,
            folder,
            tags=flags.saved_model_tags.split(","),
            threads=flags.tensorflow_session_parallelism,
        )

    def _methods(self) -> list[Method]:
        prediction = "/tensorflow.serving.PredictionService"
        return [
            Method(
                f"{prediction}/Predict",
                predict_pb2.PredictRequest,
                Predict(self._library),
            ),
            Method(
                f"{prediction}/GetModelMetadata",
                get_model_metadata_pb2.GetModelMetadataRequest,
                Metadata(self._library),
            ),
            Method(
                "/tensorflow.serving.ModelService/GetModelStatus",
                get_model_status_pb2.GetModelStatusRequest,
                Status(self._lifecycle),
            ),
        ]

    def _rest_handler(self) -> RestHandler:
        return RestHandler(
            self._library, Status(self._lifecycle), Metadata(self._library)
        )
