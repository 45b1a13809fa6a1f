"""Writes a call for other programs, ready to paste: grpcurl, curl, Python."""

from __future__ import annotations

import base64
import json
import zlib
from importlib.resources import files
from urllib.parse import quote

import numpy as np
from google.protobuf import json_format
from numpy.typing import NDArray

from digits_widget.protocol.messages import POOL
from digits_widget.protocol.servable import Servable
from digits_widget.protocol.tensors import from_tensor_proto
from digits_widget.protocol.wire import Wire


def grpcurl(target: str, request: Wire) -> str:
    """Return a command for grpcurl, a tool that makes gRPC calls from a shell.

    The command reads the message types from the descriptor set in this package, because
    TensorFlow Serving does not offer server reflection.

    Parameters
    ----------
    target : str
        The server's address.
    request : Wire
        The `PredictRequest`.
    """
    body = json_format.MessageToJson(
        request.message,
        preserving_proto_field_name=True,
        indent=None,
        descriptor_pool=POOL,
    )
    protoset = _quoted(
        str(files("digits_widget.protocol").joinpath("descriptors.binpb"))
    )
    call = "tensorflow.serving.PredictionService/Predict"
    options = f"-plaintext -protoset {protoset} -d @ {target} {call}"
    return f"grpcurl {options} <<'END'\n{body}\nEND"


def curl(rest: str, servable: Servable, request: Wire) -> str:
    """Return a command for curl, for the REST interface at `rest`.

    Parameters
    ----------
    rest : str
        The address of the server's REST interface.
    servable : Servable
        The model.
    request : Wire
        The `PredictRequest`.
    """
    message = request.message
    inputs = {
        name: from_tensor_proto(message.inputs[name]).tolist()
        for name in message.inputs
    }
    body = json.dumps(
        {"signature_name": message.model_spec.signature_name, "inputs": inputs},
        separators=(",", ":"),
    )
    path = f"/v1/models/{quote(servable.name, safe='')}"
    if servable.version is not None:
        path += f"/versions/{servable.version}"
    elif servable.label is not None:
        path += f"/labels/{quote(servable.label, safe='')}"
    address = _quoted(f"{rest.rstrip('/')}{path}:predict")
    return f"curl --silent --data-binary @- {address} <<'END'\n{body}\nEND"


def python(target: str, servable: Servable, images: NDArray[np.float32]) -> str:
    """Return a Python program that uses this package's client.

    Parameters
    ----------
    target : str
        The server's address.
    servable : Servable
        The model.
    images : (n, 28, 28) ndarray
        The images to send.
    """
    pixels = zlib.compress(images.astype("<f4").tobytes(), 9)
    packed = base64.b64encode(pixels).decode()
    quoted = [f'    "{packed[at : at + 72]}"' for at in range(0, len(packed), 72)]
    options = {
        "model": servable.name,
        "version": servable.version,
        "label": servable.label,
        "signature": servable.signature,
    }
    given = [
        f"{name}={value!r}" for name, value in options.items() if value is not None
    ]
    return "\n".join(
        [
            "import base64",
            "import zlib",
            "",
            "import numpy as np",
            "",
            "from digits_widget.serving import Client",
            "",
            "packed = (",
            *quoted,
            ")",
            'images = np.frombuffer(zlib.decompress(base64.b64decode(packed)), "<f4")',
            f"with Client({target!r}, {', '.join(given)}) as client:",
            f"    for prediction in client.predict(images.reshape{images.shape}):",
            "        print(prediction)",
            "",
        ]
    )


def _quoted(word: str) -> str:
    safe = word.replace("'", "'\\''")
    return f"'{safe}'"
