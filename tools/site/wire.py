"""The page of the gRPC and REST interfaces, from the descriptors and the router."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from digits_widget.protocol.messages import service
from digits_widget.serving.error_hints import ERRORS, cure
from tools.site.table import table

SERVICES = ("PredictionService", "ModelService")

ROUTES = (
    ("GET", "/v1/models/digits", "the state of its versions"),
    ("GET", "/v1/models/digits/versions/2", "the state of one"),
    ("GET", "/v1/models/digits/metadata", "its signatures"),
    ("POST", "/v1/models/digits:predict", "arrays in, arrays out"),
    ("POST", "/v1/models/digits/versions/2:predict", "of one version"),
    ("POST", "/v1/models/digits/labels/stable:predict", "of the version of a label"),
    ("POST", "/v1/models/digits:classify", "examples in, labels out"),
    ("POST", "/v1/models/digits:regress", "examples in, numbers out"),
)
"""A request line of every kind, and what it gives."""

_INTRODUCTION = """\
# gRPC and REST

What travels between the client and a model server: TensorFlow Serving's interfaces,
which the embedded server has too. The client reads and writes the messages below, as
the project's own `protos/` declare them: same names, same numbers, same bytes.
"""


def wire_page() -> str:
    """Return the page as Markdown."""
    return "\n".join([*_grpc(), *_rest(), *_errors()])


def _grpc() -> Iterator[str]:
    yield _INTRODUCTION
    yield "## Calls over gRPC\n"
    seen: dict[str, Descriptor] = {}
    for name in SERVICES:
        found = service(name)
        yield f"### {name}\n\nPaths begin with `/{found.full_name}/`.\n"
        yield table(
            ("path", "takes", "gives"),
            [
                (
                    f"`{method.name}`",
                    _link(method.input_type),
                    _link(method.output_type),
                )
                for method in found.methods
            ],
        )
        for method in found.methods:
            _collect(method.input_type, seen)
            _collect(method.output_type, seen)
    yield "## Messages\n"
    for full_name, message in seen.items():
        yield f"(message-{_slug(full_name)})=\n### {_short(message)}\n"
        yield f"`{full_name}`\n"
        rows = [(str(f.number), f"`{f.name}`", _type(f)) for f in message.fields]
        yield table(("number", "field", "type"), rows)


def _collect(message: Descriptor, seen: dict[str, Descriptor]) -> None:
    is_ours = message.full_name.startswith("tensorflow")
    if message.full_name in seen or not is_ours:
        return
    if not message.GetOptions().map_entry:
        seen[message.full_name] = message
    for field in message.fields:
        if field.message_type:
            _collect(field.message_type, seen)


def _type(field: FieldDescriptor) -> str:
    inner = field.message_type
    if inner and inner.GetOptions().map_entry:
        key, value = inner.fields
        return f"map of {_type(key)} to {_type(value)}"
    kinds = {
        number: name.removeprefix("TYPE_").lower()
        for name, number in vars(FieldDescriptor).items()
        if name.startswith("TYPE_")
    }
    name = _link(inner) if inner else kinds[field.type]
    if field.enum_type:
        name = f"`{field.enum_type.name}`"
    return f"repeated {name}" if field.is_repeated else name


def _link(message: Descriptor) -> str:
    if not message.full_name.startswith("tensorflow"):
        return f"`{message.full_name}`"
    return f"[{_short(message)}](#message-{_slug(message.full_name)})"


def _short(message: Descriptor) -> str:
    """Return the name with the messages that it is inside of."""
    outer = message.containing_type
    return f"{_short(outer)}.{message.name}" if outer else str(message.name)


def _slug(name: str) -> str:
    return name.replace(".", "-").lower()


def _rest() -> Iterator[str]:
    # Brings TensorFlow with it, which the other pages do without.
    from digits_widget.model_server.rest.router import route  # noqa: PLC0415

    yield "## Requests over REST\n"
    # Each is shown to the server's own router first: it raises where it would refuse.
    rows = [
        (f"`{method} {path}`", route(method, path).verb, gives)
        for method, path, gives in ROUTES
    ]
    yield table(("request", "call", "gives"), rows)
    yield (
        'A body for `:predict` is `{"instances": [...]}`, one entry an image, or '
        '`{"inputs": ...}` in columns; `"signature_name"` chooses the signature. The '
        'answer has `"predictions"` or `"outputs"`, or `"error"`.\n'
    )


def _errors() -> Iterator[str]:
    yield "## What a status becomes\n"
    yield (
        "Every failed call raises one of the project's errors; a finer one where the "
        "server's words allow it.\n"
    )
    rows = [
        (
            f"`{status.name}`",
            f"{{py:class}}`~digits_widget.errors.{error.__name__}`",
            cure(error, status),
        )
        for status, error in ERRORS.items()
    ]
    yield table(("gRPC status", "error", "cure"), rows)
