"""One Predict call: its inputs, its outputs, and the bytes of both messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from digits_widget.prediction import Prediction, Timing
from digits_widget.protocol.dtypes import name_of_number
from digits_widget.protocol.messages import message_class
from digits_widget.protocol.servable import Servable
from digits_widget.protocol.signature import ModelSignature
from digits_widget.protocol.tensors import Packing, from_tensor_proto, write_tensor
from digits_widget.protocol.wire import Wire
from digits_widget.serving import recipes

REQUEST = "tensorflow.serving.PredictRequest"
RESPONSE = "tensorflow.serving.PredictResponse"


@dataclass(frozen=True, eq=False)
class Call:
    """The inputs of one Predict call: named arrays for one signature."""

    signature: ModelSignature
    """The signature, as the model declares it."""

    inputs: Mapping[str, NDArray[np.generic]]
    """The arrays, by the names that the signature declares."""

    dtypes: Mapping[str, str] = field(default_factory=dict)
    """Element types on the wire, such as ``DT_BFLOAT16``; default: the arrays' own."""

    outputs: tuple[str, ...] = ()
    """Names of the outputs to return; empty for all."""


@dataclass(frozen=True, eq=False)
class Outputs(Mapping[str, NDArray[np.generic]]):
    """The arrays in a model's answer, by name, and the model that gave them."""

    arrays: Mapping[str, NDArray[np.generic]]
    """The arrays by output name, read-only; text as an object array of bytes."""

    model: str = ""
    """Name of the model that answered."""

    version: int | None = None
    """Version that answered; None if the server does not say (REST)."""

    signature: str = ""
    """Signature that answered."""

    dtypes: Mapping[str, str] = field(default_factory=dict)
    """Element types on the wire by output name, such as ``DT_BFLOAT16``."""

    timing: Timing = field(default_factory=Timing)
    """Seconds spent on the call."""

    request_bytes: int = 0
    """Size of the serialised request in bytes."""

    response_bytes: int = 0
    """Size of the serialised response in bytes."""

    def __getitem__(self, name: str) -> NDArray[np.generic]:
        return self.arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def __repr__(self) -> str:
        arrays = ", ".join(f"{n}: {a.dtype} {a.shape}" for n, a in self.items())
        version = "" if self.version is None else f" version {self.version}"
        return f"<Outputs {arrays} by {self.model}{version}>"


@dataclass(frozen=True, eq=False)
class Exchange:
    """A request with its response, and the same call for other programs."""

    request: Wire
    """The `PredictRequest`."""

    response: Wire
    """The `PredictResponse`."""

    predictions: tuple[Prediction, ...]
    """The prediction for each image."""

    images: NDArray[np.float32]
    """The images in the request: (n, 28, 28) float32 in [0, 1], read-only."""

    target: str
    """The server's address."""

    servable: Servable
    """The model that answered."""

    @property
    def grpcurl(self) -> str:
        """The same call as a command for grpcurl."""
        return recipes.grpcurl(self.target, self.request)

    @property
    def python(self) -> str:
        """The same call as a Python program."""
        return recipes.python(self.target, self.servable, self.images)

    def curl(self, rest: str = "http://127.0.0.1:8501") -> str:
        """Return the same call as a command for curl.

        Parameters
        ----------
        rest : str
            The address of the server's REST interface, which a gRPC client cannot know.
        """
        return recipes.curl(rest, self.servable, self.request)

    def repacked(self, packing: Packing) -> Exchange:
        """Return a copy whose request encodes its numbers in another way.

        Parameters
        ----------
        packing : {"content", "values"}
            As raw memory, or as a list of numbers. The method sends nothing.
        """
        request = message_class(REQUEST).FromString(self.request.data)
        for tensor in request.inputs.values():
            array, dtype = from_tensor_proto(tensor), name_of_number(tensor.dtype)
            tensor.Clear()
            write_tensor(tensor, array, dtype=dtype, packing=packing)
        return replace(self, request=Wire(REQUEST, request.SerializeToString()))

    def __repr__(self) -> str:
        return f"<Exchange with {self.target}: {self.request!r}, {self.response!r}>"
