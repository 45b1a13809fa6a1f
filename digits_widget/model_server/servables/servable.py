"""One loaded version, ready to answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from digits_widget.model_server.engines.engine import Array, Engine
from digits_widget.model_server.servables.signature import Signature
from digits_widget.protocol.messages import Proto
from digits_widget.protocol.signature import TensorSpec


class Servable:
    """A model version in memory.

    Parameters
    ----------
    name : str
        The model's name.
    version : int
        The version number.
    engine : Engine
        The engine that runs it. `close` closes the engine.
    signature_protos : mapping of str to SignatureDef
        The signatures as messages from the file, for the metadata.
    signatures : mapping of str to Signature
        The same signatures in the server's own form.
    watch : callable, optional
        Receives the seconds that each run took, in the thread that made it.
    """

    def __init__(
        self,
        name: str,
        version: int,
        *,
        engine: Engine,
        signature_protos: Mapping[str, Proto],
        signatures: Mapping[str, Signature],
        watch: Callable[[float], None] | None = None,
    ) -> None:
        self.name = name
        self.version = version
        self.signature_protos = signature_protos
        self.signatures = signatures
        self._engine = engine
        self._watch = watch

    def run(
        self,
        signature: Signature,
        inputs: Mapping[str, Array],
        outputs: Sequence[TensorSpec],
        timeout: float | None = None,
    ) -> list[Array]:
        """Run a signature once, and report the seconds to `watch`.

        Parameters
        ----------
        signature, inputs, outputs, timeout
            As for `Engine.run`.
        """
        started = time.perf_counter()
        results = self._engine.run(signature, inputs, outputs, timeout)
        if self._watch is not None:
            self._watch(time.perf_counter() - started)
        return results

    def close(self) -> None:
        """Free the memory. No run may be in progress."""
        self._engine.close()
