"""The interface between the server and the engine that runs a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np

from digits_widget.model_server.servables.signature import Signature
from digits_widget.protocol.signature import TensorSpec

Array: TypeAlias = np.ndarray[Any, Any]


class Engine(Protocol):
    """One loaded version, which many threads can run at the same time."""

    def run(
        self,
        signature: Signature,
        inputs: Mapping[str, Array],
        outputs: Sequence[TensorSpec],
        timeout: float | None,
    ) -> list[Array]:
        """Run a signature once.

        Parameters
        ----------
        signature : Signature
            The signature to run.
        inputs : mapping of str to ndarray
            Values by alias, in the types that the signature declares.
        outputs : sequence of TensorSpec
            The outputs to return.
        timeout : float or None
            Seconds until the run fails; None for no limit.

        Returns
        -------
        list of ndarray
            One array for each of `outputs`, in their order.

        Raises
        ------
        StatusError
            The run failed; code and message come from the failed operation.
        """
        ...

    def close(self) -> None:
        """Free the memory. No run may be in progress."""
        ...
