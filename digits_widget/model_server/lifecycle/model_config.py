"""Model configurations: names, paths, version policies and labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from urllib.request import url2pathname

from google.protobuf import text_format

from digits_widget.errors import ModelServerError
from digits_widget.model_server.status_error import invalid
from digits_widget.protocol.messages import ModelServerConfig, Proto
from digits_widget.regular_file import read_regular_text

PLATFORM = "tensorflow"
_TENSORFLOW = 1
"""The deprecated ``model_type`` for TensorFlow."""


@dataclass(frozen=True)
class Policy:
    """Selects the wanted versions among those on disk."""

    kind: Literal["latest", "all", "specific"] = "latest"
    """The highest versions, all versions, or a list of versions."""

    count: int = 1
    """Number of highest versions."""

    versions: frozenset[int] = frozenset()
    """The versions in the list."""

    def choose(self, there: Mapping[int, Path]) -> dict[int, Path]:
        """Return the wanted versions among those on disk."""
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
    """The model's name in requests."""

    base_path: str
    """The folder with one numbered folder for each version."""

    policy: Policy = field(default_factory=Policy)
    """The rule that selects the versions to serve."""

    labels: Mapping[str, int] = field(default_factory=dict)
    """Versions by label."""

    platform: str = PLATFORM
    """The kind of model; only ``tensorflow`` is supported."""

    @property
    def folder(self) -> Path:
        """The base path on this machine."""
        if self.base_path.startswith("file://"):
            return Path(url2pathname(urlsplit(self.base_path).path))
        return Path(self.base_path)


def read_config_file(path: Path) -> list[ModelConfig]:
    """Read a model config file.

    Parameters
    ----------
    path : Path
        A ``tensorflow.serving.ModelServerConfig`` as text.

    Returns
    -------
    list of ModelConfig
        The models. Relative base paths start at the working directory, as on the
        command line.

    Raises
    ------
    ModelServerError
        The file does not exist or does not parse.
    StatusError
        A model's platform is invalid.
    """
    kind = "tensorflow.serving.ModelServerConfig"
    proto = ModelServerConfig()
    try:
        text_format.Parse(read_regular_text(path, most=1 << 24), proto)
    except OSError as exc:
        msg = f"Got --model_config_file={path}, which cannot be read: {exc.strerror}."
        raise ModelServerError(msg) from exc
    except (text_format.ParseError, UnicodeDecodeError) as exc:
        msg = f"Error parsing text-format {kind}: {path}: {exc}"
        raise ModelServerError(msg) from exc
    for config in proto.model_config_list.config:
        config.base_path = absolute(config.base_path)
    return [from_proto(config) for config in proto.model_config_list.config]


def absolute(base_path: str) -> str:
    """Return a base path relative to the working directory as absolute; keep URIs."""
    if not base_path or "://" in base_path:
        return base_path
    return str(Path(base_path).absolute())


def from_proto(proto: Proto) -> ModelConfig:
    """Convert one model's configuration message."""
    return ModelConfig(
        name=proto.name,
        base_path=proto.base_path,
        policy=_policy(proto.model_version_policy),
        labels=dict(proto.version_labels),
        platform=_platform(proto),
    )


def _platform(proto: Proto) -> str:
    """Return the platform, also if given as the deprecated ``model_type``."""
    if not proto.model_type:
        return str(proto.model_platform)
    if proto.model_platform:
        msg = (
            "Illegal setting both ModelServerConfig::model_type (deprecated) and "
            "ModelServerConfig::model_platform."
        )
        raise invalid(msg)
    if proto.model_type != _TENSORFLOW:
        msg = f"ModelServerConfig::model_type choice {proto.model_type} not supported."
        raise invalid(msg)
    return PLATFORM


def _policy(proto: Proto) -> Policy:
    kind = proto.WhichOneof("policy_choice")
    if kind == "all":
        return Policy("all")
    if kind == "specific":
        return Policy("specific", versions=frozenset(proto.specific.versions))
    return Policy("latest", count=max(1, proto.latest.num_versions))


def check(configs: list[ModelConfig]) -> None:
    """Refuse a list with a repeated model or an invalid base path.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT, in TensorFlow Serving's words.
    """
    seen: set[str] = set()
    for config in configs:
        if config.name in seen:
            msg = f"Illegal to list model {config.name} multiple times in config list"
            raise invalid(msg)
        seen.add(config.name)
        if not ("://" in config.base_path or Path(config.base_path).is_absolute()):
            msg = (
                f"Expected model {config.name} to have an absolute path or URI; "
                f"got base_path()={config.base_path}"
            )
            raise invalid(msg)
        scheme, separator, _ = config.base_path.partition("://")
        if separator and scheme != "file":
            msg = (
                f"{scheme}:// is not read here, only folders; got "
                f"base_path()={config.base_path} for model {config.name}. Copy the "
                "model to this machine and name its folder"
            )
            raise invalid(msg)


def check_platforms(
    configs: list[ModelConfig], served: Mapping[str, ModelConfig]
) -> None:
    """Refuse a list with a model of another platform than TensorFlow.

    Parameters
    ----------
    configs : list of ModelConfig
        The list.
    served : mapping of str to ModelConfig
        The current configurations, by name.

    Raises
    ------
    StatusError
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
