"""Model files made to do harm: each ends in a status that says what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tensorflow.core.framework import graph_pb2, types_pb2
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2
from tensorflow_serving.apis import get_model_status_pb2

from digits_widget.model_server.embedded import EmbeddedServer

pytestmark = pytest.mark.server

REFUSED, DATA_LOSS = {3, 5}, 15
"""Codes: INVALID_ARGUMENT or NOT_FOUND, for an op that is not registered."""

FLOAT = types_pb2.DT_FLOAT


def node(graph: Any, name: str, op: str, *inputs: str, **types: int) -> Any:
    found = graph.node.add(name=name, op=op, input=inputs)
    for key, number in types.items():
        found.attr[key].type = number
    return found


def graph_with(*last: str, op: str = "Identity", **types: int) -> graph_pb2.GraphDef:
    """Make a graph x → y, whose y is an op of this kind on these inputs."""
    graph = graph_pb2.GraphDef()
    node(graph, "x", "Placeholder", dtype=FLOAT)
    node(graph, "y", op, *last, **types)
    return graph


def calls(function: str) -> graph_pb2.GraphDef:
    graph = graph_with("x", op="PartitionedCall")
    call = graph.node[-1]
    call.attr["f"].func.name = function
    call.attr["Tin"].list.type.append(FLOAT)
    call.attr["Tout"].list.type.append(FLOAT)
    return graph


def calls_one_that_returns_nothing_there() -> graph_pb2.GraphDef:
    graph = calls("inner")
    inner = graph.library.function.add()
    inner.signature.name = "inner"
    inner.signature.input_arg.add(name="a", type=FLOAT)
    inner.signature.output_arg.add(name="b", type=FLOAT)
    inner.ret["b"] = "nowhere:output:0"
    return graph


def calls_one_that_reads_what_is_not_there() -> graph_pb2.GraphDef:
    graph = calls_one_that_returns_nothing_there()
    inner = graph.library.function[0]
    inner.node_def.add(name="n", op="Identity", input=["nowhere:output:0"])
    inner.node_def[0].attr["T"].type = FLOAT
    inner.ret["b"] = "n:output:0"
    return graph


def convolves_nothing_in_a_function() -> graph_pb2.GraphDef:
    graph = calls_one_that_returns_nothing_there()
    inner = graph.library.function[0]
    inner.node_def.add(name="n", op="Conv2D")
    inner.ret["b"] = "n:output:0"
    return graph


def calls_one_that_calls_itself() -> graph_pb2.GraphDef:
    graph = calls_one_that_returns_nothing_there()
    inner = graph.library.function[0]
    inner.node_def.add().CopyFrom(graph.node[-1])
    inner.node_def[0].name = "again"
    inner.node_def[0].input[:] = ["a"]
    inner.ret["b"] = "again:output:0"
    return graph


def uncalled() -> graph_pb2.GraphDef:
    graph = calls_one_that_calls_itself()
    del graph.node[-1]
    node(graph, "y", "Identity", "x", T=FLOAT)
    return graph


def loops() -> graph_pb2.GraphDef:
    graph = graph_with("z", T=FLOAT)
    node(graph, "z", "Identity", "y", T=FLOAT)
    return graph


GRAPHS: dict[str, Callable[[], graph_pb2.GraphDef]] = {
    "an input that is not there": lambda: graph_with("nowhere", T=FLOAT),
    "an op that is not there": lambda: graph_with("x", op="NoSuchOp"),
    "an op without its inputs": lambda: graph_with(op="Conv2D", T=FLOAT),
    "a function that is not there": lambda: calls("nowhere"),
    "a function that returns what is not there": calls_one_that_returns_nothing_there,
    "a function that reads what is not there": calls_one_that_reads_what_is_not_there,
    "a function with an op without inputs": convolves_nothing_in_a_function,
    "a loop": loops,
    "a function of itself": calls_one_that_calls_itself,
    "a function of itself, not called": uncalled,
}


def saved(graph: graph_pb2.GraphDef) -> saved_model_pb2.SavedModel:
    model = saved_model_pb2.SavedModel()
    meta_graph = model.meta_graphs.add(graph_def=graph)
    meta_graph.meta_info_def.tags.append("serve")
    signature = meta_graph.signature_def["serving_default"]
    signature.method_name = "tensorflow/serving/predict"
    for slots, name in ((signature.inputs, "x"), (signature.outputs, "y")):
        slots[name].CopyFrom(meta_graph_pb2.TensorInfo(name=f"{name}:0", dtype=FLOAT))
    return model


TEXTS = {
    "deep": "meta_graphs { graph_def { library { function { node_def { attr { "
    + 'key: "a" value { func { ' * 3000,
    "deeper": "meta_graphs { " * 50_000,
    "brackets": "[" * 50_000,
    "a number too large": "saved_model_schema_version: 1e999999",
    "digits": "saved_model_schema_version: " + "9" * 10_000,
    "no text": "\0\xff\x1b[31m",
}


@pytest.fixture(scope="module")
def hostile(
    tmp_path_factory: pytest.TempPathFactory, models: Path
) -> Iterator[tuple[EmbeddedServer, dict[str, int]]]:
    """Serve every hostile version beside a good one; give each version's number."""
    folder = tmp_path_factory.mktemp("hostile")
    numbers = {name: place for place, name in enumerate([*GRAPHS, *TEXTS], 1)}
    for name, number in numbers.items():
        version = folder / "model" / str(number)
        version.mkdir(parents=True)
        if name in GRAPHS:
            data = saved(GRAPHS[name]()).SerializeToString()
            (version / "saved_model.pb").write_bytes(data)
        else:
            (version / "saved_model.pbtxt").write_text(TEXTS[name], encoding="latin-1")
    good = folder / "model" / str(len(numbers) + 1)
    good.symlink_to(models / "half_plus_two" / "00000123")
    config = folder / "models.txt"
    config.write_text(
        f'model_config_list {{ config {{ name: "m" base_path: "{folder / "model"}" '
        'model_platform: "tensorflow" model_version_policy { all {} } } }'
    )
    flags = [f"--model_config_file={config}", "--max_num_load_retries=0"]
    with EmbeddedServer(folder / "model", flags=flags) as running:
        yield running, numbers


@pytest.mark.parametrize("name", [*GRAPHS, *TEXTS])
def test_a_hostile_version_ends_in_an_error_of_ours(
    hostile: tuple[EmbeddedServer, dict[str, int]], connect: Any, name: str
) -> None:
    server, numbers = hostile
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "m"
    request.model_spec.version.value = numbers[name]
    answer = connect(server).model.GetModelStatus(request, timeout=20)
    (found,) = answer.model_version_status
    assert found.state == found.END
    assert found.status.error_code in (REFUSED if name in GRAPHS else {DATA_LOSS})
    assert found.status.error_message
    assert server.is_running
    assert "Traceback" not in server.log
