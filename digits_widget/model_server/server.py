"""The whole server: library, lifecycle, calls and the two fronts, put together."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from digits_widget.errors import ModelServerError
from digits_widget.model_server import health, reflection
from digits_widget.model_server.calls.classify import Classify
from digits_widget.model_server.calls.metadata import Metadata
from digits_widget.model_server.calls.multi_inference import MultiInference
from digits_widget.model_server.calls.predict import Predict
from digits_widget.model_server.calls.regress import Regress
from digits_widget.model_server.calls.reload import Reload
from digits_widget.model_server.calls.status import Status
from digits_widget.model_server.files import read_credentials, read_metrics_path
from digits_widget.model_server.flags import Flags
from digits_widget.model_server.grpc_front import GrpcFront
from digits_widget.model_server.lifecycle.config_file import ConfigFile
from digits_widget.model_server.lifecycle.labels import check_labels
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.lifecycle.lifecycle import Lifecycle
from digits_widget.model_server.lifecycle.model_config import (
    ModelConfig,
    Policy,
    check,
    check_platforms,
    read_config_file,
)
from digits_widget.model_server.log import say
from digits_widget.model_server.metrics import Metrics
from digits_widget.model_server.refusal import Refusal
from digits_widget.model_server.rest.front import CORS_HEADERS, RestFront
from digits_widget.model_server.rest.handler import RestHandler
from digits_widget.model_server.servables.batching import Batcher
from digits_widget.model_server.servables.batching_parameters import (
    BatchingParameters,
    read_batching_parameters,
)
from digits_widget.model_server.servables.loading import load
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.services import SERVICE_NAMES, Services
from digits_widget.model_server.shipped import LABELS, SHIPPED
from digits_widget.model_server.stopping import Stopping
from digits_widget.model_server.warmup import warm_up

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_LOOK_SECONDS = 0.2
_SHORT_NAMES = ("PredictionService", "ModelService")

# Two threads that wait for each other cost a small request a quarter of its time, and
# requests that come together use all the processors anyhow.
_INTRA_THREADS = 1


class Server:
    """A model server that is not yet open.

    Parameters
    ----------
    flags : Flags
        What to do.

    Raises
    ------
    ModelServerError
        A file that a flag names is no use.
    """

    def __init__(self, flags: Flags) -> None:
        self._flags = flags
        self._batching = _batching(flags)
        self._credentials = (
            read_credentials(flags.ssl_config_file) if flags.ssl_config_file else None
        )
        self._metrics_path = (
            read_metrics_path(flags.monitoring_config_file)
            if flags.monitoring_config_file
            else ""
        )
        self._library = Library()
        self._lifecycle = Lifecycle(
            self._library,
            self._load,
            poll_seconds=flags.file_system_poll_wait_seconds,
            retries=flags.max_num_load_retries,
            retry_seconds=flags.load_retry_interval_micros / 1e6,
        )
        self._services = self._make_services()
        self._config_file: ConfigFile | None = None
        self._grpc: GrpcFront | None = None
        self._rest: RestFront | None = None

    # -- From the first model to the last request -----------------------------------

    def load(self, stopping: Stopping) -> None:
        """Load every configured model, and wait until each version was tried.

        Raises
        ------
        ModelServerError
            No version of a model loads, or the configuration makes no sense.
        """
        configs = self._configs()
        names = self._lifecycle.configure(configs)
        self._library.set_labels({each.name: each.labels for each in configs})
        self._lifecycle.start()
        while not stopping.is_set():
            troubles = self._lifecycle.wait_until_available(
                names, _LOOK_SECONDS, every=True
            )
            if not troubles:
                return
            failed = [name for name in troubles if self._has_failed(name)]
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
        rest_port = self._open_rest()
        grpc_port = self._open_grpc()
        if flags.model_config_file and flags.model_config_file_poll_wait_seconds > 0:
            self._config_file = ConfigFile(
                Path(flags.model_config_file),
                flags.model_config_file_poll_wait_seconds,
                self._services.reload,
            )
            self._config_file.start()
        if flags.host not in _LOOPBACK:
            say(
                f"WARNING: listening on {flags.host}: anyone who reaches this machine "
                "can use and change what is served; there is no password"
            )
        doors = [f"gRPC {flags.host}:{grpc_port}"] if grpc_port else []
        doors += [f"REST http://{flags.host}:{rest_port}"] if rest_port else []
        say(f"ready: {', '.join(doors) or flags.grpc_socket_path}")
        return grpc_port, rest_port

    def stop(self, grace: float) -> None:
        """Close the ports, let requests under way end, and stop watching."""
        if self._config_file is not None:
            self._config_file.stop()
        if self._rest is not None:
            self._rest.stop(grace)
        if self._grpc is not None:
            self._grpc.stop(grace)
        self._lifecycle.stop()

    # -- The parts ------------------------------------------------------------------

    def _configs(self) -> list[ModelConfig]:
        flags = self._flags
        if flags.shipped_models:
            everything = Policy("all")
            return [ModelConfig(flags.model_name, str(SHIPPED), everything, LABELS)]
        if not flags.model_config_file:
            path = flags.model_base_path
            if "://" not in path:
                path = str(Path(path).absolute())
            return [ModelConfig(flags.model_name, path)]
        configs = read_config_file(Path(flags.model_config_file))
        anywhere = flags.allow_version_labels_for_unavailable_models
        try:
            check(configs)
            check_platforms(configs, {})
            check_labels(configs, self._lifecycle, self._library, anywhere=anywhere)
        except Refusal as exc:
            msg = f"Failed to start server. Error: {exc.message}"
            raise ModelServerError(msg) from exc
        return configs

    def _has_failed(self, name: str) -> bool:
        # At the start there is somebody to tell at once, and no need to try again.
        # A model that has another version answers, and the status tells of this one.
        versions = self._lifecycle.versions(name)
        return bool(versions) and all(each.error is not None for each in versions)

    def _load(self, name: str, version: int, folder: Path) -> Servable:
        flags = self._flags
        servable = load(
            name,
            version,
            folder,
            tags=flags.saved_model_tags.split(","),
            intra_threads=flags.tensorflow_intra_op_parallelism
            or flags.tensorflow_session_parallelism
            or _INTRA_THREADS,
            inter_threads=flags.tensorflow_inter_op_parallelism
            or flags.tensorflow_session_parallelism,
            batcher=self._batcher(folder),
            watch=self._services.metrics.add_graph_time,
        )
        if flags.enable_model_warmup:
            warm_up(
                servable, folder, iterations=flags.num_request_iterations_for_warmup
            )
        return servable

    def _batcher(self, folder: Path) -> Batcher | None:
        if self._batching is None:
            return None
        own = folder / "batching_params.pbtxt"
        if self._flags.enable_per_model_batching_parameters and own.is_file():
            try:
                return Batcher(read_batching_parameters(own))
            except ModelServerError as exc:
                raise Refusal("INVALID_ARGUMENT", str(exc)) from exc
        return Batcher(self._batching)

    def _make_services(self) -> Services:
        flags = self._flags
        library, lifecycle = self._library, self._lifecycle
        metrics = Metrics(lambda name: name in lifecycle.configs())
        check_method = flags.enable_signature_method_name_check
        return Services(
            predict=Predict(library, flags.enable_serialization_as_tensor_content),
            classify=Classify(library, check_method),
            regress=Regress(library, check_method),
            multi_inference=MultiInference(library, check_method),
            metadata=Metadata(library),
            status=Status(lifecycle),
            reload=Reload(
                library,
                lifecycle,
                metrics,
                flags.allow_version_labels_for_unavailable_models,
            ),
            metrics=metrics,
        )

    def _open_grpc(self) -> int:
        flags = self._flags
        methods = self._services.methods()
        names = [*SERVICE_NAMES, reflection.SERVICE_NAME]
        streams: dict[str, Any] = {}
        if flags.enable_grpc_healthcheck_service:
            names.append(health.SERVICE_NAME)
            healthy = health.Health(("", *SERVICE_NAMES, *_SHORT_NAMES))
            methods += healthy.methods()
            streams |= healthy.streams()
        streams |= reflection.Reflection(names).streams()
        front = GrpcFront(
            methods,
            streams=streams,
            threads=flags.grpc_max_threads,
            options=_channel_arguments(flags.grpc_channel_arguments),
        )
        port = 0
        if flags.port or flags.free_ports:
            address = _address(flags.host, flags.port)
            port = front.listen(address, self._credentials)
        if flags.grpc_socket_path:
            front.listen(f"unix:{flags.grpc_socket_path}", self._credentials)
        front.start()
        self._grpc = front
        return port

    def _open_rest(self) -> int:
        flags = self._flags
        if not flags.rest_api_port and not flags.free_ports:
            return 0
        timeout = flags.rest_api_timeout_in_ms / 1000
        services = self._services
        handler = RestHandler(
            self._library,
            status=services.status,
            metadata=services.metadata,
            classify=services.classify,
            regress=services.regress,
            metrics=services.metrics,
            metrics_path=self._metrics_path,
            timeout=timeout,
        )
        self._rest = RestFront(
            handler,
            threads=flags.rest_api_num_threads or 4 * (os.cpu_count() or 1),
            timeout=timeout,
            headers=CORS_HEADERS if flags.rest_api_enable_cors_support else {},
        )
        return self._rest.listen(flags.host, flags.rest_api_port)


def _batching(flags: Flags) -> BatchingParameters | None:
    if not flags.enable_batching:
        return None
    if flags.batching_parameters_file:
        return read_batching_parameters(Path(flags.batching_parameters_file))
    return BatchingParameters()


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _channel_arguments(text: str) -> list[tuple[str, str | int]]:
    pairs = (pair.partition("=") for pair in text.split(",") if pair)
    return [
        (key.strip(), int(value) if value.strip().lstrip("-").isdigit() else value)
        for key, _, value in pairs
    ]
