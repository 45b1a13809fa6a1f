"""Answers one HTTP request: finds the call, makes it, writes what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from google.protobuf import json_format
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_pb2,
)

from digits_widget.model_server.calls.metadata import FIELD, Metadata
from digits_widget.model_server.calls.predict import run
from digits_widget.model_server.calls.status import Status
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.refusal import Refusal, invalid
from digits_widget.model_server.rest.front import failure
from digits_widget.model_server.rest.message import Answer, Request
from digits_widget.model_server.rest.router import EmptyRefusalError, Route, route
from digits_widget.model_server.servables.signature import DEFAULT
from digits_widget.model_server.tensors.element import ELEMENTS

_NOT_FOUND = (
    b"<HTML><HEAD>\n<TITLE>404 Not Found</TITLE>\n</HEAD><BODY>\n"
    b"<H1>Not Found</H1>\n</BODY></HTML>\n"
)


@dataclass(frozen=True)
class RestHandler:
    """Answers HTTP requests."""

    library: Library
    status: Status
    metadata: Metadata
    timeout: float = 30.0
    headers: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, request: Request) -> Answer:
        """Answer one request; every refusal becomes an error body."""
        if not request.target.lower().startswith("/v1/"):
            return Answer(404, _NOT_FOUND, "text/html")
        try:
            found = route(request.method, request.target)
            return Answer(200, self._answer(found, request.body))
        except EmptyRefusalError:
            return Answer(400)
        except Refusal as exc:
            return failure(exc.http_status, exc.message)

    def _answer(self, found: Route, body: bytes) -> bytes:
        spec = model_pb2.ModelSpec(name=found.name)
        if found.version is not None:
            spec.version.value = found.version
        if found.label is not None:
            spec.version_label = found.label
        if found.verb == "status":
            return _message(
                self.status(get_model_status_pb2.GetModelStatusRequest(model_spec=spec))
            )
        if found.verb == "metadata":
            asked = get_model_metadata_pb2.GetModelMetadataRequest(
                model_spec=spec, metadata_field=[FIELD]
            )
            return _metadata(self.metadata(asked))
        return self._predict(spec, body)

    def _predict(self, spec: model_pb2.ModelSpec, body: bytes) -> bytes:
        try:
            asked = json.loads(body)
        except ValueError as exc:
            raise invalid(f"JSON Parse error: {exc}") from exc
        with self.library.lend(spec) as servable:
            signature = servable.signatures[asked.get("signature_name", DEFAULT)]
            rows = "instances" in asked
            values: Any = asked["instances"] if rows else asked["inputs"]
            if rows and isinstance(values[0], dict):
                values = {key: [row[key] for row in values] for key in values[0]}
            if not isinstance(values, dict):
                values = dict.fromkeys(signature.inputs, values)
            feeds = {
                alias: np.asarray(values[alias], ELEMENTS[slot.type].dtype)
                for alias, slot in signature.inputs.items()
            }
            slots = list(signature.outputs.values())
            arrays = run(servable, signature, feeds, slots, self.timeout)
        found = {
            slot.alias: array.tolist()
            for slot, array in zip(slots, arrays, strict=True)
        }
        only = next(iter(found.values())) if len(found) == 1 else None
        if rows:
            keys = list(found)
            each = [
                dict(zip(keys, row, strict=True))
                for row in zip(*found.values(), strict=True)
            ]
            return json.dumps({"predictions": only or each}, indent=4).encode()
        return json.dumps({"outputs": only or found}, indent=4).encode()


def _message(message: Any) -> bytes:
    text: str = json_format.MessageToJson(
        message,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
    )
    return text.encode() + b"\n"


def _metadata(response: get_model_metadata_pb2.GetModelMetadataResponse) -> bytes:
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response.metadata[FIELD].Unpack(signatures)
    spec, declared = (
        json_format.MessageToDict(
            message,
            preserving_proto_field_name=True,
            always_print_fields_with_no_presence=True,
        )
        for message in (response.model_spec, signatures)
    )
    whole = {"model_spec": spec, "metadata": {FIELD: declared}}
    return json.dumps(whole, indent=1).encode() + b"\n"
