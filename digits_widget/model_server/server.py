"""The whole server: combines library, lifecycle, calls, gRPC and REST."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

try:
    import resource
except ImportError:  # Windows does not count sockets as files
    resource = None  # type: ignore[assignment]

from digits_widget.errors import ModelServerError
from digits_widget.model_server import grpc_server, health, reflection
from digits_widget.model_server.calls.classify import Classify
from digits_widget.model_server.calls.metadata import Metadata
from digits_widget.model_server.calls.multi_inference import MultiInference
from digits_widget.model_server.calls.predict import Predict
from digits_widget.model_server.calls.regress import Regress
from digits_widget.model_server.calls.reload import Reload
from digits_widget.model_server.calls.status import Status
from digits_widget.model_server.flags import Flags
from digits_widget.model_server.grpc_server import GrpcServer
from digits_widget.model_server.lifecycle.config_file import ConfigFile
from digits_widget.model_server.lifecycle.labels import check_labels
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.lifecycle.lifecycle import Lifecycle
from digits_widget.model_server.lifecycle.model_config import (
    ModelConfig,
    Policy,
    absolute,
    check,
    check_platforms,
    read_config_file,
)
from digits_widget.model_server.log import log
from digits_widget.model_server.metrics import Metrics
from digits_widget.model_server.rest import http_server
from digits_widget.model_server.rest.handler import RestHandler
from digits_widget.model_server.rest.http_server import CORS_HEADERS, HttpServer
from digits_widget.model_server.servables.loading import Loader
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.services import SERVICE_NAMES, Services
from digits_widget.model_server.settings_files import (
    check_batching_parameters,
    read_credentials,
    read_metrics_path,
)
from digits_widget.model_server.shipped import LABELS, SHIPPED
from digits_widget.model_server.status_error import StatusError
from digits_widget.model_server.warmup import warm_up

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_LOOK_SECONDS = 0.2
_OTHER_DESCRIPTORS = 200
"""File descriptors to keep for purposes other than connections."""

_LEAST_CONNECTIONS = 16
_SHORT_NAMES = ("PredictionService", "ModelService")

# Waiting between two threads costs a small request a quarter of its time, and parallel
# requests use all processors anyway.
_INTRA_THREADS = 1


class Server:
    """A model server. `load` and `open` start it.

    Parameters
    ----------
    flags : Flags
        The settings.

    Raises
    ------
    ModelServerError
        A file named by a flag cannot be read or is invalid.
    """

    def __init__(self, flags: Flags) -> None:
        self._flags = flags
        if flags.batching_parameters_file:
            check_batching_parameters(flags.batching_parameters_file)
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
        self._loader = Loader(
            tags=flags.saved_model_tags.split(","),
            prefer_tflite=flags.prefer_tflite_model,
            interpreters=flags.num_tflite_pools,
            intra_threads=flags.tensorflow_intra_op_parallelism
            or flags.tensorflow_session_parallelism
            or _INTRA_THREADS,
            inter_threads=flags.tensorflow_inter_op_parallelism
            or flags.tensorflow_session_parallelism,
            watch=self._services.metrics.add_graph_time,
        )
        self._config_file: ConfigFile | None = None
        self._grpc: GrpcServer | None = None
        self._rest: HttpServer | None = None
        self._health: health.Health | None = None

    # -- From the first model to the last request -----------------------------------

    def load(self) -> None:
        """Load every configured model, and wait until each version was tried.

        Raises
        ------
        ModelServerError
            No version of a model loads, or the configuration is invalid.
        """
        try:
            configs = self._configs()
        except StatusError as exc:
            msg = f"Failed to start server. Error: {exc.message}"
            raise ModelServerError(msg) from exc
        names = self._lifecycle.configure(configs)
        self._library.set_labels({each.name: each.labels for each in configs})
        self._lifecycle.start()
        while True:
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

    async def open(self) -> tuple[int, int]:
        """Open the ports; return those of gRPC and REST, 0 for a closed one."""
        flags = self._flags
        rest_port = self._open_rest()
        grpc_port = await self._open_grpc()
        if flags.model_config_file and flags.model_config_file_poll_wait_seconds > 0:
            self._config_file = ConfigFile(
                Path(flags.model_config_file),
                flags.model_config_file_poll_wait_seconds,
                self._services.reload,
            )
            self._config_file.start()
        if flags.host not in _LOOPBACK:
            use = "use and change" if _allows_reloads(flags) else "use"
            log(
                f"WARNING: listening on {flags.host}: anyone who reaches this machine "
                f"can {use} what is served; there is no password"
            )
        doors = [f"gRPC {flags.host}:{grpc_port}"] if grpc_port else []
        doors += [f"REST http://{flags.host}:{rest_port}"] if rest_port else []
        log(f"ready: {', '.join(doors) or flags.grpc_socket_path}")
        return grpc_port, rest_port

    async def stop(self, grace: float) -> None:
        """Close the ports, and give requests in progress `grace` seconds to end."""
        if self._health is not None:
            self._health.stop()
        open_servers = [each for each in (self._grpc, self._rest) if each is not None]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace + 1):
                await asyncio.gather(*(each.stop(grace) for each in open_servers))

    def close(self) -> None:
        """Stop watching the disk."""
        if self._config_file is not None:
            self._config_file.stop()
        self._lifecycle.stop()

    # -- The parts ------------------------------------------------------------------

    def _configs(self) -> list[ModelConfig]:
        flags = self._flags
        if flags.shipped_models:
            everything = Policy("all")
            return [ModelConfig(flags.model_name, str(SHIPPED), everything, LABELS)]
        if not flags.model_config_file:
            configs = [ModelConfig(flags.model_name, absolute(flags.model_base_path))]
        else:
            configs = read_config_file(Path(flags.model_config_file))
        check(configs)
        check_platforms(configs, {})
        anywhere = flags.allow_version_labels_for_unavailable_models
        check_labels(configs, self._lifecycle, self._library, anywhere=anywhere)
        return configs

    def _has_failed(self, name: str) -> bool:
        # At the start the server reports a failure at once instead of retrying. A model
        # with another version still answers, and its status shows the failed one.
        versions = self._lifecycle.versions(name)
        return bool(versions) and all(each.error is not None for each in versions)

    def _load(self, name: str, version: int, folder: Path) -> Servable:
        flags = self._flags
        servable = self._loader.load(name, version, folder)
        if flags.enable_model_warmup:
            warm_up(
                servable, folder, iterations=flags.num_request_iterations_for_warmup
            )
        return servable

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
                is_allowed=_allows_reloads(flags),
            ),
            metrics=metrics,
        )

    async def _open_grpc(self) -> int:
        flags = self._flags
        methods = self._services.methods()
        names = [*SERVICE_NAMES, reflection.SERVICE_NAME]
        streams: dict[str, Any] = {}
        if flags.enable_grpc_healthcheck_service:
            names.append(health.SERVICE_NAME)
            self._health = health.Health(("", *SERVICE_NAMES, *_SHORT_NAMES))
            methods += self._health.methods()
            streams |= self._health.streams()
        streams |= reflection.Reflection(names).streams()
        server = GrpcServer(
            methods,
            streams=streams,
            threads=flags.grpc_max_threads,
            connections=min(grpc_server.MAX_CONNECTIONS, _room_for_connections()),
            options=_channel_arguments(flags.grpc_channel_arguments),
        )
        port = 0
        if flags.port or flags.free_ports:
            address = _address(flags.host, flags.port)
            port = server.listen(address, self._credentials)
        if flags.grpc_socket_path:
            server.listen(f"unix:{flags.grpc_socket_path}", self._credentials)
        await server.start()
        self._grpc = server
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
        self._rest = HttpServer(
            handler,
            threads=flags.rest_api_num_threads,
            timeout=timeout,
            connections=min(http_server.MAX_CONNECTIONS, _room_for_connections()),
            headers=CORS_HEADERS if flags.rest_api_enable_cors_support else {},
        )
        return self._rest.listen(flags.host, flags.rest_api_port)


def _allows_reloads(flags: Flags) -> bool:
    """Say whether requests may change what is served.

    The address of the server decides, not that of the caller: behind a proxy on this
    machine, every caller has an address of this machine.
    """
    if flags.allow_reload_requests is None:
        return flags.host in _LOOPBACK
    return flags.allow_reload_requests


def _room_for_connections() -> int:
    """Return the share of the process's file descriptors for gRPC, and for REST."""
    if resource is None:
        return grpc_server.MAX_CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * max(grpc_server.MAX_CONNECTIONS, http_server.MAX_CONNECTIONS)
    wanted += _OTHER_DESCRIPTORS
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(_LEAST_CONNECTIONS, (soft - _OTHER_DESCRIPTORS) // 2)


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _channel_arguments(text: str) -> list[tuple[str, str | int]]:
    pairs = (pair.partition("=") for pair in text.split(",") if pair)
    return [
        (key.strip(), int(value) if value.strip().lstrip("-").isdigit() else value)
        for key, _, value in pairs
    ]
