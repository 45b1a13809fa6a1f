"""MultiInference: several classify and regress signatures on one list of examples."""

from __future__ import annotations

from dataclasses import dataclass

from tensorflow_serving.apis import inference_pb2

from digits_widget.model_server.calls import classify, regress
from digits_widget.model_server.calls.predict import fill_spec
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.refusal import Refusal, invalid
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.servables.signature import DEFAULT


@dataclass(frozen=True)
class MultiInference:
    """Answers MultiInference.

    Parameters
    ----------
    library : Library
        The models.
    check_method : bool
        Whether signatures must say what they are for.
    """

    library: Library
    check_method: bool = False

    def __call__(
        self,
        request: inference_pb2.MultiInferenceRequest,
        timeout: float | None = None,
    ) -> inference_pb2.MultiInferenceResponse:
        """Answer one request within `timeout` seconds.

        Model and version are those of the first task. One task that fails fails all.
        """
        if not request.tasks or not request.tasks[0].model_spec.name:
            raise invalid("ModelSpec has no name specified.")
        with self.library.lend(request.tasks[0].model_spec) as servable:
            return infer_all(
                servable,
                request,
                timeout,
                model=servable.name,
                check_method=self.check_method,
            )


def infer_all(
    servable: Servable,
    request: inference_pb2.MultiInferenceRequest,
    timeout: float | None = None,
    *,
    model: str = "",
    check_method: bool = False,
) -> inference_pb2.MultiInferenceResponse:
    """Answer with this version, whatever version the tasks ask for.

    With `model` every task must name that one.
    """
    seen: set[str] = set()
    for task in request.tasks:
        if model:
            _check_model(task, model)
        _check_signature(task, servable, seen, check_method=check_method)
    response = inference_pb2.MultiInferenceResponse()
    for task in request.tasks:
        signature = servable.signatures[task.model_spec.signature_name or DEFAULT]
        result = response.results.add()
        if task.method_name == classify.METHOD:
            labels = result.classification_result
            labels.SetInParent()
            classify.classify(servable, signature, request.input, labels, timeout)
        else:
            numbers = result.regression_result
            numbers.SetInParent()
            regress.regress(servable, signature, request.input, numbers, timeout)
        fill_spec(result.model_spec, servable, signature)
    return response


def _check_model(task: inference_pb2.InferenceTask, model: str) -> None:
    if not task.model_spec.name:
        raise invalid("Found ModelSpec with an empty model name.")
    if task.model_spec.name != model:
        msg = (
            "All ModelSpecs in a MultiInferenceRequest must access the same model name."
        )
        raise invalid(msg)


def _check_signature(
    task: inference_pb2.InferenceTask,
    servable: Servable,
    seen: set[str],
    *,
    check_method: bool,
) -> None:
    name = task.model_spec.signature_name or DEFAULT
    if name in seen:
        raise invalid(f"Duplicate evaluation of signature: {name}")
    seen.add(name)
    if name not in servable.signatures:
        raise invalid(f"Requested signature not found in model graph: {name}")
    signature = servable.signatures[name]
    if task.method_name == classify.METHOD:
        classify.check_signature(signature, check_method=check_method)
    elif task.method_name == regress.METHOD:
        regress.check_signature(signature, check_method=check_method)
    else:
        msg = f"Unsupported signature method_name: {task.method_name}"
        raise Refusal("UNIMPLEMENTED", msg)
