"""Regress: examples in, one number for each out."""

from __future__ import annotations

from digits_widget.model_server.calls.examples import (
    ExampleCall,
    one_input,
    serialized_examples,
    signature_of,
)
from digits_widget.model_server.calls.predict import fill_spec, run
from digits_widget.model_server.servables.input_checks import check_types
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.servables.signature import Signature
from digits_widget.model_server.status_error import invalid
from digits_widget.protocol.dtypes import DTYPES
from digits_widget.protocol.messages import Proto, RegressionResponse

METHOD = "tensorflow/serving/regress"


class Regress(ExampleCall):
    """Answers Regress."""

    def __call__(
        self,
        request: Proto,
        timeout: float | None = None,
    ) -> Proto:
        """Answer one request within `timeout` seconds."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        with self.library.acquire(request.model_spec) as servable:
            signature = signature_of(servable, request.model_spec.signature_name)
            check_signature(signature, check_method=self.check_method)
            response = RegressionResponse()
            regress(servable, signature, request.input, response.result, timeout)
            fill_spec(response.model_spec, servable, signature)
        return response


def check_signature(signature: Signature, *, check_method: bool) -> None:
    """Refuse a signature whose inputs and outputs do not suit Regress.

    Parameters
    ----------
    signature : Signature
        The signature.
    check_method : bool
        Whether it must declare Regress as its method.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT, in TensorFlow Serving's words.
    """
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
    given: Proto,
    result: Proto,
    timeout: float | None,
) -> None:
    """Run a checked signature on examples and fill `result`.

    Parameters
    ----------
    servable : Servable
        The version that answers.
    signature : Signature
        The signature to run, already checked.
    given : Input
        The examples.
    result : RegressionResult
        Receives the numbers.
    timeout : float or None
        Seconds until the call fails; None for no limit.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT if the output is not one float for each example.
    """
    examples = serialized_examples(given)
    spec = signature.outputs["outputs"]
    check_types(signature, {"inputs": DTYPES["DT_STRING"].number})
    (values,) = run(servable, signature, {"inputs": examples}, [spec], timeout)
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
    if spec.dtype != "DT_FLOAT":
        msg = f"Expected output Tensor of DT_FLOAT. Got: {spec.word}"
        raise invalid(msg)
    for value in values.reshape(-1).tolist():
        result.regressions.add(value=value)
