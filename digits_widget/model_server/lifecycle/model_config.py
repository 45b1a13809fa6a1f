"""What the server is asked to serve: names, paths, version policies, labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from digits_widget.errors import ModelServerError
from digits_widget.model_server.refusal import invalid

PLATFORM = "tensorflow"


@dataclass(frozen=True)
class Policy:
    """Which of the versions on disk are wanted."""

    kind: Literal["latest", "all", "specific"] = "latest"
    """The highest ones, all, or those named."""

    count: int = 1
    """How many of the highest."""

    versions: frozenset[int] = frozenset()
    """Those named."""

    def choose(self, there: Mapping[int, Path]) -> dict[int, Path]:
        """Choose among the versions on disk."""
        if self.kind == "all":
            return dict(there)
        if self.kind == "specific":
            return {number: there[number] for number in self.versions & there.keys()}
        highest = sorted(there, reverse=True)[: self.count]
        return {number: there[number] for number in highest}


@dataclass(frozen=True)
class ModelConfig:
    """One model to serve."""

    name: str
    """What requests call it."""

    base_path: str
    """The folder with one numbered folder for each version."""

    policy: Policy = field(default_factory=Policy)
    """Which versions are wanted."""

    labels: Mapping[str, int] = field(default_factory=dict)
    """Versions by label."""

    platform: str = PLATFORM
    """What kind of model it is; ``tensorflow`` is all there is."""

    @property
    def folder(self) -> Path:
        """The base path on this machine."""
        if self.base_path.startswith("file://"):
            return Path(unquote(urlsplit(self.base_path).path))
        return Path(self.base_path)


def read_config_file(path: Path) -> list[ModelConfig]:
    """Read a model config file.

    Parameters
    ----------
    path : Path
        A ``tensorflow.serving.ModelServerConfig`` as text.

    Raises
    ------
    ModelServerError
        The file is not there or does not parse.
    """
    kind = "tensorflow.serving.ModelServerConfig"
    proto = model_server_config_pb2.ModelServerConfig()
    try:
        text_format.Parse(path.read_text(encoding="utf-8"), proto)
    except OSError as exc:
        msg = f"Got --model_config_file={path}, which cannot be read: {exc.strerror}."
        raise ModelServerError(msg) from exc
    except (text_format.ParseError, UnicodeDecodeError) as exc:
        msg = f"Error parsing text-format {kind}: {path}: {exc}"
        raise ModelServerError(msg) from exc
    return [from_proto(config) for config in proto.model_config_list.config]


def from_proto(proto: model_server_config_pb2.ModelConfig) -> ModelConfig:
    """Take over one model's configuration message."""
    platform = proto.model_platform
    if not platform and proto.model_type == model_server_config_pb2.TENSORFLOW:
        platform = PLATFORM
    return ModelConfig(
        name=proto.name,
        base_path=proto.base_path,
        policy=_policy(proto.model_version_policy),
        labels=dict(proto.version_labels),
        platform=platform,
    )


def _policy(proto: model_server_config_pb2.ModelVersionPolicy) -> Policy:
    kind = proto.WhichOneof("policy_choice")
    if kind == "all":
        return Policy("all")
    if kind == "specific":
        return Policy("specific", versions=frozenset(proto.specific.versions))
    return Policy("latest", count=max(1, proto.latest.num_versions))


def check(configs: list[ModelConfig]) -> None:
    """Refuse a list that names a model twice, or a path that leads nowhere.

    Raises
    ------
    Refusal
        INVALID_ARGUMENT, in TensorFlow Serving's words.
    """
    seen: set[str] = set()
    for config in configs:
        if config.name in seen:
            msg = f"Illegal to list model {config.name} multiple times in config list"
            raise invalid(msg)
        seen.add(config.name)
        if not (config.base_path.startswith("/") or "://" in config.base_path):
            msg = (
                f"Expected model {config.name} to have an absolute path or URI; "
                f"got base_path()={config.base_path}"
            )
            raise invalid(msg)


def check_platforms(
    configs: list[ModelConfig], served: Mapping[str, ModelConfig]
) -> None:
    """Refuse a list with a model that is not TensorFlow's.

    Parameters
    ----------
    configs : list of ModelConfig
        The list.
    served : mapping of str to ModelConfig
        What is served now, by name.

    Raises
    ------
    Refusal
        INVALID_ARGUMENT, in TensorFlow Serving's words.
    """
    for config in configs:
        if not config.platform:
            msg = (
                "Illegal setting neither ModelServerConfig::model_type (deprecated) "
                f"nor ModelServerConfig::model_platform, model name is {config.name}"
            )
            raise invalid(msg)
        if config.name in served and config.platform != served[config.name].platform:
            msg = (
                f"Illegal to change a model's platform. For model {config.name} "
                f"platform was {served[config.name].platform} and new platform "
                f"requested is {config.platform}"
            )
            raise invalid(msg)
        if config.platform != PLATFORM:
            msg = f"Model {config.name} requests unsupported platform {config.platform}"
            raise invalid(msg)
