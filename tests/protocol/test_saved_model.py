"""SavedModels read without TensorFlow, against TensorFlow's own saved_model_cli."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from digits_widget.errors import SavedModelError, SignatureError
from digits_widget.protocol.metadata import ModelMetadata
from digits_widget.protocol.saved_model import read_saved_model, versions_on_disk
from digits_widget.protocol.signature import ModelSignature, TensorSpec
from digits_widget.serving import listing
from digits_widget.serving.comparison import differences

SHIPPED = Path(str(files("digits_widget"))) / "models" / "digits" / "1"


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what TensorFlow prints about a model of many kinds and the shipped one."""
    pytest.importorskip("tensorflow")
    folder = tmp_path_factory.mktemp("models") / "many" / "7"
    done = subprocess.run(
        [
            sys.executable,
            str(Path(__file__).with_name("saved_model_oracle.py")),
            str(folder),
            str(SHIPPED),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def normal(text: str) -> tuple[list[str], set[str], dict[str, set[str]]]:
    """Split what --all prints into its fixed part, its operations, its functions.

    The original prints operations in the order of a Python set, and the ways to call a
    function in the order of names that it makes up while loading.
    """
    (ops,) = re.findall(r"following ops: (\{.*\})", text)
    head, _, tail = text.partition("\nConcrete Functions:")
    blocks = re.split(r"\n+  Function Name: ", tail)[1:]
    options = {
        block.partition("\n")[0]: set(
            re.split(r"    Option #\d+\n", block.partition("\n")[2].rstrip("\n") + "\n")
        )
        for block in blocks
    }
    return head.replace(ops, "").splitlines(), ast.literal_eval(ops), options


@pytest.mark.server
def test_tag_sets_keys_and_signatures_are_printed_as_tensorflow_prints_them(
    oracle: dict[str, Any],
) -> None:
    for folder, theirs in oracle.items():
        saved = read_saved_model(folder)
        metadata = saved.graph("serve").metadata
        assert listing.list_tag_sets(saved) + "\n" == theirs["tag_sets"]
        assert listing.list_keys(metadata) + "\n" == theirs["keys"]
        assert metadata.signatures.keys() == theirs["signatures"].keys()
        for name, text in theirs["signatures"].items():
            ours = listing.list_signature(metadata.signatures[name])
            assert ours + "\n" == text


@pytest.mark.server
def test_everything_is_printed_as_tensorflow_prints_it(oracle: dict[str, Any]) -> None:
    for folder, theirs in oracle.items():
        ours = listing.list_all(read_saved_model(folder))
        assert normal(ours) == normal(theirs["all"])


def test_the_shipped_model_has_the_names_of_the_article() -> None:
    metadata = read_saved_model(SHIPPED).graph().metadata
    assert (metadata.model, metadata.version) == ("digits", 1)
    assert str(metadata.choose()) == (
        "serving_default(conv2d_1_input: float32 (-1, 28, 28, 1)) "
        "-> (dense_2: float32 (-1, 10))"
    )
    assert metadata.choose().inputs[0].tensor == "serving_default_conv2d_1_input:0"


def test_the_folder_above_means_its_highest_version(tmp_path: Path) -> None:
    for name in ("2", "010", "9", "v11", "11.tmp"):
        (tmp_path / name).mkdir()
        shutil.copy(SHIPPED / "saved_model.pb", tmp_path / name)
    assert versions_on_disk(tmp_path) == (2, 9, 10)
    assert read_saved_model(tmp_path).graph().metadata.version == 10


@pytest.mark.parametrize("content", [None, b"\xff\xff\xff", b"not a model at all"])
def test_what_is_no_saved_model_has_its_own_error(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "saved_model.pb").write_bytes(content)
    with pytest.raises(SavedModelError, match="expected"):
        read_saved_model(tmp_path)


def test_the_text_form_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pbtxt").write_text(
        'meta_graphs { meta_info_def { tags: "serve" unheard_of: 1 } '
        'signature_def { key: "f" value { method_name: "m" } } }'
    )
    assert read_saved_model(tmp_path).graph().metadata.choose().method == "m"


def test_tags_that_are_not_there_are_named_with_those_that_are() -> None:
    with pytest.raises(SavedModelError, match=r"serve,gpu.*expected one of: serve"):
        read_saved_model(SHIPPED).graph("serve,gpu")


def test_the_table_for_notebooks_has_every_name_escaped() -> None:
    spec = TensorSpec("<x>", "DT_FLOAT", (-1, 10), "a&b")
    signature = ModelSignature("s", (spec,), (spec,))
    html = ModelMetadata("m", 1, {"s": signature}, "here")._repr_html_()
    assert "&lt;x&gt;" in html
    assert "a&amp;b" in html
    assert "<x>" not in html


def declared(version: int | None = 1, **inputs: tuple[int, ...]) -> ModelMetadata:
    """Return metadata with one signature of these inputs."""
    specs = tuple(TensorSpec(name, "DT_FLOAT", inputs[name]) for name in inputs)
    signature = ModelSignature("serving_default", specs, ())
    return ModelMetadata("m", version, {"serving_default": signature})


@pytest.mark.parametrize(
    ("served", "saved", "on_disk", "said"),
    [
        (declared(x=(1,)), declared(x=(1,)), (1,), ()),
        (
            declared(2, x=(1,)),
            declared(3, x=(1,)),
            (2, 3),
            ("The server has version 2, the folder has 2, 3.",),
        ),
        (
            declared(image=(1,)),
            declared(inputs=(1,)),
            (),
            ("serving_default: input image as served is inputs on disk.",),
        ),
        (
            declared(a=(1,), b=(1,)),
            declared(a=(2,)),
            (),
            (
                "serving_default: input b is served and not on disk.",
                (
                    "serving_default: input as served is a: float32 (1,), and on disk "
                    "a: float32 (2,)."
                ),
            ),
        ),
        (
            declared(),
            ModelMetadata("m", 1, {"other": ModelSignature("other", (), ())}),
            (),
            (
                "Signature other is on disk and not served.",
                "Signature serving_default is served and not on disk.",
            ),
        ),
    ],
)
def test_differences_are_said_in_sentences(
    served: ModelMetadata,
    saved: ModelMetadata,
    on_disk: tuple[int, ...],
    said: tuple[str, ...],
) -> None:
    assert differences(served, saved, versions_on_disk=on_disk) == said


def test_the_only_signature_is_chosen_and_one_of_several_must_be_named() -> None:
    one = ModelSignature("only", (), ())
    two = ModelSignature("second", (), ())
    assert ModelMetadata("m", 1, {"only": one}).choose() is one
    with pytest.raises(SignatureError, match=r"only\(.*second\("):
        ModelMetadata("m", 1, {"only": one, "second": two}).choose()


def nested(depth: int) -> str:
    """Return a SavedModel in text whose values are nested so deeply."""
    value = "".join(["list_value { values { "] * depth + ["} } "] * depth)
    return (
        "meta_graphs { object_graph_def { concrete_functions { key: 'f' value { "
        f"canonicalized_input_signature {{ {value} }} }} }} }} }}"
    )


def test_text_that_is_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pbtxt").write_text(nested(20))
    assert read_saved_model(tmp_path).graphs[0].functions == ()
    for depth in (2_000, 100_000):
        (tmp_path / "saved_model.pbtxt").write_text(nested(depth))
        with pytest.raises(SavedModelError, match=r"pbtxt.*nested too deeply"):
            read_saved_model(tmp_path)


@pytest.mark.parametrize(
    "objects",
    [
        "nodes { children { node_id: 7 local_name: 'f' } }",
        "nodes { children { node_id: -1 local_name: 'f' } } nodes { }",
        (
            "nodes { children { node_id: 1 local_name: 'f' } } "
            "nodes { function { concrete_functions: 'gone' } }"
        ),
        (
            "nodes { children { node_id: 1 local_name: 'f' } } "
            "nodes { bare_concrete_function { concrete_function_name: 'gone' } }"
        ),
    ],
)
def test_functions_that_point_nowhere_are_refused(tmp_path: Path, objects: str) -> None:
    text = f"meta_graphs {{ object_graph_def {{ {objects} }} }}"
    (tmp_path / "saved_model.pbtxt").write_text(text)
    with pytest.raises(SavedModelError, match="points nowhere"):
        read_saved_model(tmp_path)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "int64_value: 3",
        "tuple_value { values { int64_value: 1 } values { int64_value: 2 } }",
        "tuple_value { values { none_value { } } values { dict_value { } } }",
        "tuple_value { values { string_value: 'ab' } values { string_value: 'c' } }",
    ],
)
def test_arguments_that_are_none_are_left_out(tmp_path: Path, signature: str) -> None:
    (tmp_path / "saved_model.pbtxt").write_text(
        "meta_graphs { object_graph_def { "
        "nodes { children { node_id: 1 local_name: 'f' } } "
        "nodes { function { concrete_functions: 'c' } } "
        "concrete_functions { key: 'c' value { canonicalized_input_signature { "
        f"{signature} }} }} }} }} }}"
    )
    saved = read_saved_model(tmp_path)
    assert "Function Name: 'f'" in listing.list_all(saved)


def test_a_graph_whose_functions_call_each_other_is_read_once(tmp_path: Path) -> None:
    call = (
        "node { op: 'PartitionedCall' attr { key: 'f' value { func { name: '%s' } } } }"
    )
    library = "".join(
        f"function {{ signature {{ name: '{name}' }} node_def "
        f"{(call % other).removeprefix('node ')} }}"
        for name, other in (("a", "b"), ("b", "a"))
    )
    (tmp_path / "saved_model.pbtxt").write_text(
        f"meta_graphs {{ graph_def {{ {call % 'a'} library {{ {library} }} }} }}"
    )
    assert read_saved_model(tmp_path).graphs[0].ops == {"PartitionedCall"}


@pytest.mark.parametrize("name", ["saved_model.pb", "saved_model.pbtxt"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "sparse"])
def test_what_is_no_file_is_refused_at_once(
    tmp_path: Path, name: str, kind: str
) -> None:
    place = tmp_path / name
    match kind:
        case "pipe":
            os.mkfifo(place)
        case "device":
            place.symlink_to("/dev/zero")
        case "folder":
            place.mkdir()
        case "sparse":
            with place.open("wb") as file:
                file.truncate(1 << 40)
    with pytest.raises(SavedModelError, match="cannot be read"):
        read_saved_model(tmp_path)


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/null", "x" * 5000, "a\0b", ""])
def test_names_of_no_folder_are_refused(name: str) -> None:
    with pytest.raises(SavedModelError):
        read_saved_model(name or "/nowhere")
