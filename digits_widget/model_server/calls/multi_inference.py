"""MultiInference: several classify and regress signatures on one list of examples."""

from __future__ import annotations

from digits_widget.model_server.calls import classify, regress
from digits_widget.model_server.calls.examples import ExampleCall
from digits_widget.model_server.calls.predict import fill_spec
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.status_error import StatusError, invalid
from digits_widget.protocol.messages import MultiInferenceResponse, Proto
from digits_widget.protocol.signature import DEFAULT


class MultiInference(ExampleCall):
    """Answers MultiInference."""

    def __call__(
        self,
        request: Proto,
        timeout: float | None = None,
    ) -> Proto:
        """Answer one request within `timeout` seconds.

        The first task determines model and version. If one task fails, the call fails.
        """
        if not request.tasks or not request.tasks[0].model_spec.name:
            raise invalid("ModelSpec has no name specified.")
        with self.library.acquire(request.tasks[0].model_spec) as servable:
            return infer_all(
                servable,
                request,
                timeout,
                model=servable.name,
                check_method=self.check_method,
            )


def infer_all(
    servable: Servable,
    request: Proto,
    timeout: float | None = None,
    *,
    model: str = "",
    check_method: bool = False,
) -> Proto:
    """Answer with this version, whatever version the tasks name.

    Parameters
    ----------
    servable : Servable
        The version that answers.
    request : MultiInferenceRequest
        The tasks and examples.
    timeout : float, optional
        Seconds until each task fails. Default: no limit.
    model : str
        The model that every task must name. Default: any.
    check_method : bool
        Whether each signature must declare its task's method.
    """
    seen: set[str] = set()
    for task in request.tasks:
        if model:
            _check_model(task, model)
        _check_signature(task, servable, seen, check_method=check_method)
    response = MultiInferenceResponse()
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


def _check_model(task: Proto, model: str) -> None:
    if not task.model_spec.name:
        raise invalid("Found ModelSpec with an empty model name.")
    if task.model_spec.name != model:
        msg = (
            "All ModelSpecs in a MultiInferenceRequest must access the same model name."
        )
        raise invalid(msg)


def _check_signature(
    task: Proto,
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
        raise StatusError("UNIMPLEMENTED", msg)
