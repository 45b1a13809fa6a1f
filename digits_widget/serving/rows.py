"""`Rows`: questions about rows of named columns, to models that take such rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from digits_widget.serving.connected import Connected
from digits_widget.serving.examples import Label, Row, build_input
from digits_widget.serving.multi_inference import Answers, Method, multi_inference


class Rows(Connected):
    """Classify, Regress and MultiInference: the part of `Client` without images."""

    def classify(
        self,
        rows: Sequence[Row],
        *,
        context: Row | None = None,
        timeout: float | None = None,
    ) -> list[list[Label]]:
        """Ask which labels fit each row of named columns, where the model does that.

        Parameters
        ----------
        rows : sequence of mapping
            Values by column: bools and whole numbers go as integers, numbers with a
            point as floats, text as bytes.
        context : mapping, optional
            Columns that all rows share.
        timeout : float, optional
            Seconds. Default: the client's.

        Returns
        -------
        list of list of Label
            For each row, in the model's order.
        """
        return self._transport.classify(
            self._servable.signature or "",
            rows,
            context,
            timeout=self._deadline(timeout).left,
            know=self._know.tell,
        )

    def regress(
        self,
        rows: Sequence[Row],
        *,
        context: Row | None = None,
        timeout: float | None = None,
    ) -> NDArray[np.float32]:
        """Ask for one number for each row, where the model does that.

        Takes what `classify` takes; returns (n,) float32.
        """
        values = self._transport.regress(
            self._servable.signature or "",
            rows,
            context,
            timeout=self._deadline(timeout).left,
            know=self._know.tell,
        )
        return np.asarray(values, dtype=np.float32)

    def multi_inference(
        self,
        tasks: Mapping[str, Method],
        rows: Sequence[Row],
        *,
        context: Row | None = None,
        timeout: float | None = None,
    ) -> dict[str, Answers]:
        """Ask several signatures about the same rows in one call, over gRPC only.

        Parameters
        ----------
        tasks : mapping of str to {"classify", "regress"}
            What to ask each signature.
        rows, context, timeout
            As for `classify`.

        Returns
        -------
        dict
            By signature, what `classify` or `regress` would give.
        """
        return multi_inference(
            self._grpc(),
            self._servable,
            tasks,
            build_input(rows, context),
            timeout=self._deadline(timeout).left,
            know=self._know.tell,
        )
