"""Regress: examples in, one number for each out."""

from __future__ import annotations

from dataclasses import dataclass

from tensorflow.core.framework import types_pb2
from tensorflow_serving.apis import input_pb2, regression_pb2

from digits_widget.model_server.calls.examples import serialized_examples
from digits_widget.model_server.calls.inference import one_input, signature_of
from digits_widget.model_server.calls.predict import fill_spec, run
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.refusal import invalid
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.servables.signature import Signature
from digits_widget.model_server.tensors.element import type_word

METHOD = "tensorflow/serving/regress"


@dataclass(frozen=True)
class Regress:
    """Answers Regress.

    Parameters
    ----------
    library : Library
        The models.
    check_method : bool
        Whether the signature must say that it is one for regression.
    """

    library: Library
    check_method: bool = False

    def __call__(
        self,
        request: regression_pb2.RegressionRequest,
        timeout: float | None = None,
    ) -> regression_pb2.RegressionResponse:
        """Answer one request within `timeout` seconds."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        with self.library.lend(request.model_spec) as servable:
            signature = signature_of(servable, request.model_spec.signature_name)
            check_signature(signature, check_method=self.check_method)
            response = regression_pb2.RegressionResponse()
            regress(servable, signature, request.input, response.result, timeout)
            fill_spec(response.model_spec, servable, signature)
        return response


def check_signature(signature: Signature, *, check_method: bool) -> None:
    """Refuse a signature that is not shaped for regression."""
    if check_method and signature.method != METHOD:
        msg = (
            f"Expected regression signature method_name to be {METHOD}. "
            f"Was: {signature.method}"
        )
        raise invalid(msg)
    one_input(signature, "regression")
    if len(signature.outputs) != 1:
        raise invalid("Expected one output Tensor.")
    if "outputs" not in signature.outputs:
        msg = (
            f"No regression outputs found in SignatureDef: {signature.name} has the "
            f"output {next(iter(signature.outputs))}"
        )
        raise invalid(msg)


def regress(
    servable: Servable,
    signature: Signature,
    given: input_pb2.Input,
    result: regression_pb2.RegressionResult,
    timeout: float | None,
) -> None:
    """Run a checked signature on examples and fill `result`."""
    examples = serialized_examples(given)
    slot = signature.outputs["outputs"]
    (values,) = run(servable, signature, {"inputs": examples}, [slot], timeout)
    if values.ndim not in {1, 2} or (values.ndim == 2 and values.shape[1] != 1):
        shape = ",".join(map(str, values.shape))
        msg = (
            "Expected output Tensor shape to be either [batch_size] or "
            f"[batch_size, 1] but got [{shape}]"
        )
        raise invalid(msg)
    if len(values) != len(examples):
        msg = (
            "Input batch size did not match output batch size: "
            f"{len(examples)} vs. {len(values)}"
        )
        raise invalid(msg)
    if slot.type != types_pb2.DT_FLOAT:
        msg = f"Expected output Tensor of DT_FLOAT. Got: {type_word(slot.type)}"
        raise invalid(msg)
    for value in values.reshape(-1).tolist():
        result.regressions.add(value=value)
