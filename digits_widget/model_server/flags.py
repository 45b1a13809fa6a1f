"""The command line: TensorFlow Serving's flags, and a few of this server's own."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from digits_widget.errors import OptionError

WITHOUT_EFFECT = (
    "enable_profiler",
    "flush_filesystem_caches",
    "num_load_threads",
    "num_unload_threads",
    "per_process_gpu_memory_fraction",
    "prefer_tflite_model",
    "remove_unused_fields_from_bundle_metagraph",
    "tensorflow_session_config_file",
)
"""Flags of TensorFlow Serving that are taken and change nothing here."""


@dataclass(frozen=True)
class Flags:
    """What the server is told to do. Each field is a flag of the same name."""

    port: int = 8500
    """gRPC port; 0 for none."""

    rest_api_port: int = 0
    """REST port; 0 for none."""

    host: str = "127.0.0.1"
    """Address to listen on. Loopback: only programs on this machine get through."""

    free_ports: bool = False
    """Take any free port where a port is 0."""

    model_name: str = "default"
    """Name of the one model; not used with a config file."""

    model_base_path: str = ""
    """Folder of the one model's versions; not used with a config file."""

    shipped_models: bool = False
    """Serve every version of the models that come with this package, and labels."""

    model_config_file: str = ""
    """Several models: a text-format ModelServerConfig."""

    model_config_file_poll_wait_seconds: int = 0
    """Seconds between looks at that file; 0 reads it once."""

    file_system_poll_wait_seconds: float = 1
    """Seconds between looks for versions; 0 looks once, negative never."""

    max_num_load_retries: int = 5
    """How often a version that fails to load is tried again."""

    load_retry_interval_micros: int = 60_000_000
    """Microseconds between these tries."""

    saved_model_tags: str = "serve"
    """Tags of the meta graph to serve, with commas between."""

    grpc_max_threads: int = 0
    """gRPC requests worked on at the same time; 0 is 4 for each CPU."""

    rest_api_num_threads: int = 0
    """REST requests worked on at the same time; 0 is 4 for each CPU."""

    rest_api_timeout_in_ms: int = 30_000
    """Milliseconds until a REST request is given up."""

    rest_api_enable_cors_support: bool = False
    """Let pages from other origins use the REST answers."""

    grpc_socket_path: str = ""
    """Listen on this Unix socket as well."""

    grpc_channel_arguments: str = ""
    """``key=value`` pairs for gRPC, with commas between."""

    ssl_config_file: str = ""
    """Text-format SSLConfig for gRPC; REST is never encrypted."""

    enable_grpc_healthcheck_service: bool = True
    """Answer ``grpc.health.v1.Health``."""

    enable_batching: bool = False
    """Join requests that come at the same time into one run."""

    batching_parameters_file: str = ""
    """Text-format BatchingParameters; needs --enable_batching."""

    enable_per_model_batching_parameters: bool = False
    """Read ``batching_params.pbtxt`` in a version's folder; needs --enable_batching."""

    allow_version_labels_for_unavailable_models: bool = False
    """Let new labels name versions that are not available yet."""

    enable_model_warmup: bool = True
    """Replay a version's warm-up requests before it answers."""

    num_request_iterations_for_warmup: int = 0
    """How often each is replayed; 0 is once."""

    monitoring_config_file: str = ""
    """Text-format MonitoringConfig; without one there is no metrics page."""

    enable_signature_method_name_check: bool = False
    """Demand that signatures for Classify and Regress say that they are."""

    enable_serialization_as_tensor_content: bool = False
    """Answer with raw bytes instead of typed values."""

    tensorflow_session_parallelism: int = 0
    """Threads inside one op, and ops at the same time; 0 for the two flags below."""

    tensorflow_intra_op_parallelism: int = 0
    """Threads inside one op; 0 is one, so that requests run side by side."""

    tensorflow_inter_op_parallelism: int = 0
    """Ops at the same time; 0 lets TensorFlow choose."""

    version: bool = False
    """Print the version and exit."""

    report_ports: bool = False
    """Print one line ``READY gRPC REST`` with both ports on stdout when ready."""

    exit_with_stdin: bool = False
    """Stop when stdin ends: whoever started this process is gone."""


def parse(arguments: Sequence[str]) -> tuple[Flags, list[str]]:
    """Read a command line.

    Parameters
    ----------
    arguments : sequence of str
        Without the program's name. ``--flag=value``, ``--flag value``, and for
        booleans ``--flag``; one dash does as well.

    Returns
    -------
    tuple of Flags and list of str
        What was set, and the arguments that mean nothing here.

    Raises
    ------
    OptionError
        A value that a flag does not take.
    """
    kinds = {each.name: each.type for each in dataclasses.fields(Flags)}
    values: dict[str, object] = {}
    unknown: list[str] = []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        name, has_value, value = argument.lstrip("-").partition("=")
        if not argument.startswith("-") or name not in kinds:
            if name not in WITHOUT_EFFECT:
                unknown.append(argument)
            continue
        if not has_value and kinds[name] != "bool":
            if not rest:
                msg = f"Got --{name} without a value; write --{name}=…"
                raise OptionError(msg)
            value = rest.pop(0)
        values[name] = _value(
            name, str(kinds[name]), value if has_value or value else "true"
        )
    return Flags(**values), unknown  # type: ignore[arg-type]


def _value(name: str, kind: str, text: str) -> object:
    try:
        if kind == "bool":
            return {"true": True, "1": True, "false": False, "0": False}[text.lower()]
        if kind == "int":
            return int(text)
        return float(text) if kind == "float" else text
    except (KeyError, ValueError) as exc:
        words = {"bool": "true or false", "int": "a whole number", "float": "a number"}
        msg = f"Got --{name}={text}; it takes {words[kind]}."
        raise OptionError(msg) from exc


def usage() -> str:
    """List every flag with its default."""
    flags = (f"--{each.name}={each.default}" for each in dataclasses.fields(Flags))
    return "Flags and their defaults: " + " ".join(flags)


def meanings() -> dict[str, str]:
    """Read what each flag means from the text under its field."""
    (declared,) = ast.parse(inspect.getsource(Flags)).body
    body = declared.body if isinstance(declared, ast.ClassDef) else []
    found = {}
    for node, below in pairwise(body):
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            found[node.target.id] = str(below.value.value).replace("``", "")
    return found
