"""The command line: TensorFlow Serving's flags, and a few of this server's own."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from digits_widget.errors import OptionError

WITHOUT_EFFECT = (
    "enable_batching",
    "batching_parameters_file",
    "enable_per_model_batching_parameters",
    "enable_profiler",
    "enforce_session_run_timeout",
    "fail_if_no_model_versions_found",
    "flush_filesystem_caches",
    "mixed_precision",
    "num_load_threads",
    "num_tflite_interpreters_per_pool",
    "num_unload_threads",
    "per_process_gpu_memory_fraction",
    "platform_config_file",
    "remove_unused_fields_from_bundle_metagraph",
    "servable_versions_always_present",
    "skip_initialize_tpu",
    "tensorflow_session_config_file",
    "thread_pool_factory_config_file",
    "use_alts_credentials",
    "use_tflite_model",
    "xla_cpu_compilation_enabled",
)
"""Flags of TensorFlow Serving that this server accepts and ignores."""

_BOOLEANS = ("bool", "bool | None")


def _flag(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"help": meaning})


@dataclass(frozen=True)
class Flags:
    """The server's settings. Each field is a flag of the same name."""

    port: int = _flag(8500, "gRPC port; 0 for none.")
    rest_api_port: int = _flag(0, "REST port; 0 for none.")
    host: str = _flag(
        "127.0.0.1",
        "Address to listen on. By default only programs on this machine get through.",
    )
    allow_reload_requests: bool | None = _flag(
        None,
        "Answer HandleReloadConfigRequest, which changes what is served. Without this "
        "flag: only where --host lets in no other machine.",
    )
    free_ports: bool = _flag(False, "Take any free port where a port is 0.")
    model_name: str = _flag(
        "default", "Name of the one model; not used with a config file."
    )
    model_base_path: str = _flag(
        "", "Folder of the one model's versions; not used with a config file."
    )
    shipped_models: bool = _flag(
        False,
        "Serve every version of the models that come with this package, and labels.",
    )
    model_config_file: str = _flag(
        "", "Several models: a text-format ModelServerConfig."
    )
    model_config_file_poll_wait_seconds: int = _flag(
        0, "Seconds between looks at that file; 0 reads it once."
    )
    file_system_poll_wait_seconds: float = _flag(
        1.0, "Seconds between looks for versions; 0 looks once, negative never."
    )
    max_num_load_retries: int = _flag(
        5, "How often a version that fails to load is tried again."
    )
    load_retry_interval_micros: int = _flag(
        60_000_000, "Microseconds between these tries."
    )
    saved_model_tags: str = _flag(
        "serve", "Tags of the meta graph to serve, with commas between."
    )
    prefer_tflite_model: bool = _flag(
        False,
        "Serve model.tflite wherever a version has one. Without this flag: for the "
        "models of this package, and where TensorFlow is not installed.",
    )
    num_tflite_pools: int = _flag(
        0,
        "Requests that LiteRT runs at the same time; 0 is two for each CPU, so that "
        "small ones run beside large ones.",
    )
    grpc_max_threads: int = _flag(
        0,
        "gRPC requests below 256 KiB worked on at the same time; 0 is 4 for each CPU. "
        "Larger ones have one place for each CPU, which their clients take in turns.",
    )
    rest_api_num_threads: int = _flag(
        0, "REST requests worked on at the same time; 0 is 4 for each CPU."
    )
    rest_api_timeout_in_ms: int = _flag(
        30_000, "Milliseconds until a REST request is given up."
    )
    rest_api_enable_cors_support: bool = _flag(
        False, "Let pages from other origins use the REST answers."
    )
    grpc_socket_path: str = _flag("", "Listen on this Unix socket as well.")
    grpc_channel_arguments: str = _flag(
        "", "key=value pairs for gRPC, with commas between."
    )
    ssl_config_file: str = _flag(
        "", "Text-format SSLConfig for gRPC; REST is never encrypted."
    )
    enable_grpc_healthcheck_service: bool = _flag(True, "Answer grpc.health.v1.Health.")
    allow_version_labels_for_unavailable_models: bool = _flag(
        False, "Let new labels name versions that are not available yet."
    )
    enable_model_warmup: bool = _flag(
        True, "Replay a version's warm-up requests before it answers."
    )
    num_request_iterations_for_warmup: int = _flag(
        0, "How often each is replayed; 0 is once."
    )
    monitoring_config_file: str = _flag(
        "", "Text-format MonitoringConfig; without one there is no metrics page."
    )
    enable_signature_method_name_check: bool = _flag(
        False, "Demand that signatures for Classify and Regress say that they are."
    )
    enable_serialization_as_tensor_content: bool = _flag(
        False, "Answer with raw bytes instead of typed values."
    )
    tensorflow_session_parallelism: int = _flag(
        0,
        "Threads inside one op, and ops at the same time; 0 for the two flags below.",
    )
    tensorflow_intra_op_parallelism: int = _flag(
        0, "Threads inside one op; 0 is one, so that requests run side by side."
    )
    tensorflow_inter_op_parallelism: int = _flag(
        0, "Ops at the same time; 0 lets TensorFlow choose."
    )
    enable_batching: bool = _flag(
        False, "Accepted without effect: each request runs on its own."
    )
    batching_parameters_file: str = _flag(
        "",
        "Text-format BatchingParameters; needs --enable_batching. Accepted without "
        "effect.",
    )
    version: bool = _flag(False, "Print the version and exit.")
    report_ports: bool = _flag(
        False, "Print one line, READY and both ports, on stdout when ready."
    )
    exit_with_stdin: bool = _flag(
        False, "Stop when stdin ends: the process that started this one is gone."
    )


def add_flags(parser: argparse.ArgumentParser, *, hidden: Sequence[str] = ()) -> None:
    """Declare every flag of the server, including those without effect.

    Parameters
    ----------
    parser : ArgumentParser
        Receives the flags. Values stay text; a flag that is not given is ``None``.
    hidden : sequence of str
        Flags to leave out.
    """
    for each in dataclasses.fields(Flags):
        if each.name in hidden:
            continue
        is_bool = each.type in _BOOLEANS
        default = f" (default: {each.default})" if each.default else ""
        parser.add_argument(
            f"--{each.name}",
            # A boolean flag without a value means true.
            nargs="?" if is_bool else None,
            const="true" if is_bool else None,
            metavar=str(each.type).partition(" ")[0].upper(),
            help=(each.metadata["help"] + default).replace("%", "%%"),
        )
    known = {each.name for each in dataclasses.fields(Flags)}
    for name in WITHOUT_EFFECT:
        if name not in known:
            parser.add_argument(
                f"--{name}", nargs="?", const="true", help=argparse.SUPPRESS
            )


def parse(arguments: Sequence[str]) -> tuple[Flags, list[str]]:
    """Read a command line.

    Parameters
    ----------
    arguments : sequence of str
        The arguments without the program's name: ``--flag=value``, ``--flag value``,
        and for booleans ``--flag``. A single dash works, too.

    Returns
    -------
    tuple of Flags and list of str
        The settings, and the unknown arguments.

    Raises
    ------
    OptionError
        A flag does not accept its value.
    """
    parser = _Parser(add_help=False, allow_abbrev=False)
    add_flags(parser)
    found, unknown = parser.parse_known_args([_written(each) for each in arguments])
    values = {
        each.name: _value(each.name, str(each.type), text)
        for each in dataclasses.fields(Flags)
        if (text := getattr(found, each.name)) is not None
    }
    return Flags(**values), unknown


def without_effect(arguments: Sequence[str]) -> list[str]:
    """List the arguments that TensorFlow Serving knows and this server ignores."""
    return [each for each in arguments if _name(each) in WITHOUT_EFFECT]


def usage() -> str:
    """List every flag with its default."""
    flags = (f"--{each.name}={each.default}" for each in dataclasses.fields(Flags))
    return "Flags and their defaults: " + " ".join(flags)


class _Parser(argparse.ArgumentParser):
    """Raises instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        msg = f"Got flags that make no sense: {message}."
        raise OptionError(msg)


def _name(argument: str) -> str:
    """Read the flag's name from ``--flag=value``; empty if it is not a flag."""
    return argument.lstrip("-").partition("=")[0] if argument.startswith("-") else ""


def _written(argument: str) -> str:
    """Write a flag with two dashes, and a boolean with its value.

    Otherwise argparse would read the next word as the boolean's value.
    """
    name = _name(argument)
    kinds = {each.name: each.type for each in dataclasses.fields(Flags)}
    if name not in kinds and name not in WITHOUT_EFFECT:
        return argument
    written = f"--{argument.lstrip('-')}"
    is_bare = "=" not in argument
    return f"{written}=true" if is_bare and kinds.get(name) in _BOOLEANS else written


def _value(name: str, kind: str, text: str) -> Any:
    try:
        return _READERS[kind](text)
    except (KeyError, ValueError) as exc:
        words = {"int": "a whole number", "float": "a number"}
        wanted = words.get(kind, "true or false")
        msg = f"Got --{name}={text}; it takes {wanted}."
        raise OptionError(msg) from exc


def _boolean(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text.lower()]


_READERS: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(_BOOLEANS, _boolean),
    "int": int,
    "float": float,
    "str": str,
}
