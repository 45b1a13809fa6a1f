"""`Connected`: one model on one target, and all that is asked about it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from digits_widget.errors import (
    DeadlineError,
    ModelNotFoundError,
    OptionError,
    ServerUnavailableError,
    ServingError,
    UnsupportedError,
    WrongPortError,
)
from digits_widget.serving.connection import Connection
from digits_widget.serving.deadline import Deadline
from digits_widget.serving.declared import Declared
from digits_widget.serving.grpc_transport import GrpcTransport
from digits_widget.serving.knowledge import Knowledge
from digits_widget.serving.management import known_models, reload_config
from digits_widget.serving.metadata import ModelMetadata
from digits_widget.serving.rest_transport import RestTransport
from digits_widget.serving.servable import Servable
from digits_widget.serving.target import Target
from digits_widget.serving.tensors import Packing
from digits_widget.serving.transport import Transport
from digits_widget.serving.version_status import VersionStatus


class Connected:
    """One model on one target: what every question of `Client` builds on."""

    def __init__(
        self,
        target: Target,
        servable: Servable,
        connection: Connection,
        *,
        timeout: float,
        packing: Packing,
    ) -> None:
        Deadline.after(timeout)  # refuses what is no time
        _check_token(target, connection)
        self._target = target
        self._servable = servable
        self._connection = connection
        self._timeout = timeout
        self._transport: Transport
        if target.is_rest:
            self._transport = RestTransport(target, servable, connection)
        else:
            self._transport = GrpcTransport(target, servable, connection, packing)
        self._declared = Declared(self._fetch_metadata)
        self._know = Knowledge(self._transport, servable, self._declared)

    @property
    def target(self) -> str:
        """The server's address."""
        return str(self._target)

    @property
    def model(self) -> str:
        """The model's name."""
        return self._servable.name

    def metadata(self, *, timeout: float | None = None) -> ModelMetadata:
        """Ask which signatures the model has. Always asks anew."""
        return self._declared.refresh(self._deadline(timeout))

    def status(self, *, timeout: float | None = None) -> tuple[VersionStatus, ...]:
        """Ask for the state of every version of the model, highest first.

        Raises
        ------
        ModelNotFoundError
            The server has never heard of the model.
        """
        versions = self._transport.status(
            self.model, timeout=self._deadline(timeout).left, know=self._know.tell
        )
        return tuple(sorted(versions, reverse=True))

    def wait_until_ready(self, timeout: float = 60.0) -> ModelMetadata:
        """Wait until the server is up and the model answers; return its metadata.

        Parameters
        ----------
        timeout : float
            Seconds to wait in all.

        Raises
        ------
        WrongPortError
            Something else listens there: no use to wait.
        DeadlineError
            Not ready in time; the message says what was last seen.
        """
        deadline = Deadline.after(timeout)
        pause = threading.Event()
        while True:
            try:
                return self._declared.refresh(deadline)
            except WrongPortError:
                raise
            except (ServerUnavailableError, ModelNotFoundError, DeadlineError) as exc:
                if deadline.is_over:
                    raise self._not_ready(timeout, exc) from exc
            pause.wait(min(0.1, deadline.left))

    def models(
        self, *names: str, timeout: float | None = None
    ) -> dict[str, tuple[VersionStatus, ...]]:
        """Return the models that are there, of those that can be known about.

        TensorFlow Serving has no call that lists its models. Asked about are this
        client's own, those in `names`, and, over REST, those that the metrics page
        counts requests for, if the server has one.
        """
        names = (self.model, *names)
        return known_models(self._transport, names, self._deadline(timeout))

    def reload_config(
        self, config: str | Mapping[str, str], *, timeout: float | None = None
    ) -> None:
        """Tell the server to serve these models and no others, over gRPC only.

        Parameters
        ----------
        config : str or mapping of str to str
            The text of a model config file; or base paths by model name.
        timeout : float, optional
            Seconds: the server answers once all new models have loaded.

        Raises
        ------
        OptionError
            A text that is no such configuration.
        """
        reload_config(
            self._grpc(),
            config,
            timeout=self._deadline(timeout).left,
            know=self._know.tell,
        )

    def close(self) -> None:
        """Close the connections. Questions under way end as cancelled."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client of {self._servable} at {self._target}>"

    def _grpc(self) -> GrpcTransport:
        if isinstance(self._transport, GrpcTransport):
            return self._transport
        msg = (
            f"Got a question that REST does not have for {self._target}, expected one "
            "over gRPC. Use the address of the gRPC port, without http://."
        )
        raise UnsupportedError(msg, target=self.target, model=self.model)

    def _deadline(self, timeout: float | None) -> Deadline:
        return Deadline.after(self._timeout if timeout is None else timeout)

    def _fetch_metadata(self, deadline: Deadline) -> ModelMetadata:
        return self._transport.metadata(timeout=deadline.left, know=self._know.tell)

    def _not_ready(self, timeout: float, last: ServingError) -> DeadlineError:
        return DeadlineError(
            f"Got no ready {self._servable} at {self._target} in {timeout:g} seconds. "
            f"The last try said: {last}",
            target=self.target,
            model=self.model,
            code="DEADLINE_EXCEEDED",
        )


def _check_token(target: Target, connection: Connection) -> None:
    encrypted = connection.tls is not None or target.scheme == "https"
    if connection.token is not None and not encrypted and not target.is_loopback:
        msg = (
            f"Got a token for {target} without tls=, expected encryption: everybody on "
            "the way could read it. Give tls=Tls()."
        )
        raise OptionError(msg, target=str(target))
