"""LiteRT and TensorFlow: the same answers, and each version's own engine."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import flexbuffers
from numpy.typing import NDArray

from digits_widget import PRESETS, sample
from digits_widget.datasets import read_mnist
from digits_widget.errors import DigitsError, ModelServerError
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.model_server.engines import choice
from digits_widget.model_server.engines.choice import NoEngineError, choose
from digits_widget.model_server.servables.loading import Loader
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.shipped import SHIPPED
from digits_widget.model_server.status_error import StatusError
from digits_widget.protocol.messages import SignatureDef
from digits_widget.protocol.signature import DEFAULT
from digits_widget.serving import Client
from tests.waiting import until
from tests.without_tensorflow import write_sitecustomize

pytestmark = pytest.mark.server

VERSIONS = sorted(int(each.name) for each in SHIPPED.iterdir())


def export_half_plus(
    folder: Path, *, add: float = 2.0, name: str = "x", shape: tuple[Any, ...] = (None,)
) -> None:
    """Export y = x / 2 + add with a SavedModel and a ``model.tflite``."""
    spec = tf.TensorSpec(shape, tf.float32, name)
    call = tf.function(lambda x: {"y": x / 2 + add}, input_signature=[spec])
    tf.saved_model.save(tf.Module(), str(folder), signatures={DEFAULT: call})
    convert = tf.lite.TFLiteConverter.from_saved_model(str(folder)).convert
    (folder / "model.tflite").write_bytes(convert())


def export_digamma(folder: Path) -> None:
    """Export a model whose ``model.tflite`` needs an operation that LiteRT lacks."""
    spec = tf.TensorSpec([None], tf.float32, "x")
    call = tf.function(lambda x: {"y": tf.math.digamma(x)}, input_signature=[spec])
    tf.saved_model.save(tf.Module(), str(folder), signatures={DEFAULT: call})
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder))
    converter.allow_custom_ops = True
    (folder / "model.tflite").write_bytes(converter.convert())


def load(folder: Path, **options: Any) -> Servable:
    return Loader(**options).load("digits", 1, folder)


def ask(servable: Servable, **inputs: NDArray[Any]) -> NDArray[Any]:
    """Run the default signature; return its only output."""
    signature = servable.signatures[DEFAULT]
    (answer,) = servable.run(signature, inputs, list(signature.outputs.values()))
    return answer


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Any]:
    """Return both engines on one shipped version."""
    copies = tmp_path_factory.mktemp("copies")

    def both(version: int) -> tuple[Servable, Servable]:
        folder = SHIPPED / str(version)
        copy = copies / str(version)
        if not copy.exists():
            shutil.copytree(folder, copy)
        return load(folder), load(copy)

    return both


@pytest.fixture(scope="module")
def half_plus_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of one version that has both files."""
    folder = tmp_path_factory.mktemp("half") / "1"
    export_half_plus(folder)
    return folder


def all_versions(base: Path) -> list[str]:
    """Return the flags to serve every version of a model called half."""
    config = base.parent / "models.txt"
    config.write_text(
        f'model_config_list {{ config {{ name: "half" base_path: "{base}" '
        'model_platform: "tensorflow" model_version_policy { all {} } } }'
    )
    return [f"--model_config_file={config}"]


@pytest.fixture
def no_tensorflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let servers that are started meanwhile have no TensorFlow."""
    monkeypatch.setenv("PYTHONPATH", str(write_sitecustomize(tmp_path)))


# -- The same answers ------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_both_engines_read_the_samples_alike(
    digits: Callable[[int], Any], version: int
) -> None:
    litert, tensorflow = digits(version)
    images = np.stack([PRESETS["mnist"](sample(digit)).tensor for digit in range(10)])
    (name,) = litert.signatures[DEFAULT].inputs
    images = images.astype(np.float32).reshape(-1, 28, 28, 1)
    found, wanted = (ask(each, **{name: images}) for each in (litert, tensorflow))
    assert np.abs(found - wanted).max() < 1e-5


@pytest.mark.data
@pytest.mark.timeout(900)
@pytest.mark.parametrize("version", VERSIONS)
def test_both_engines_read_mnist_alike(
    digits: Callable[[int], Any], version: int, data: Path
) -> None:
    litert, tensorflow = digits(version)
    images = np.asarray(read_mnist(data / "mnist").images, np.float32) / 255
    (name,) = litert.signatures[DEFAULT].inputs
    for batch in np.split(images.reshape(-1, 28, 28, 1)[:10000], 20):
        found, wanted = (ask(each, **{name: batch}) for each in (litert, tensorflow))
        assert np.abs(found - wanted).max() < 1e-5


@pytest.mark.parametrize("version", VERSIONS)
def test_both_engines_declare_the_same(
    digits: Callable[[int], Any], version: int
) -> None:
    litert, tensorflow = digits(version)
    assert litert.signatures == tensorflow.signatures
    assert dict(litert.signature_protos) == dict(tensorflow.signature_protos)


def test_batches_of_any_size_are_answered(half_plus_two: Path) -> None:
    servable = load(half_plus_two, prefer_tflite=True, interpreters=1)
    # The last but one is large enough for its memory to be given back.
    for count in (1, 3, 2, 0, 500_000, 1):
        x = np.arange(count, dtype=np.float32)
        assert np.allclose(ask(servable, x=x), x / 2 + 2)


def test_many_threads_get_their_own_answers(half_plus_two: Path) -> None:
    servable = load(half_plus_two, prefer_tflite=True, interpreters=4)

    def answer(number: int) -> bool:
        x = np.full(number % 7 + 1, number, np.float32)
        return bool(np.allclose(ask(servable, x=x), x / 2 + 2))

    with ThreadPoolExecutor(64) as pool:
        assert all(pool.map(answer, range(2000)))


def test_a_request_that_waits_too_long_for_an_interpreter_is_told(
    half_plus_two: Path,
) -> None:
    servable = load(half_plus_two, prefer_tflite=True, interpreters=1)
    signature = servable.signatures[DEFAULT]
    engine: Any = servable._engine
    with engine._place(None), pytest.raises(StatusError) as caught:
        servable.run(signature, {"x": np.zeros(1, np.float32)}, [], 0.01)
    assert caught.value.code == "DEADLINE_EXCEEDED"


@pytest.mark.parametrize(
    "shape", [(28, 28), (1, 28, 28), (1, 28, 28, 3), (1, 14, 56, 1)]
)
def test_a_shape_that_the_model_does_not_take_is_refused(
    digits: Callable[[int], Any], shape: tuple[int, ...]
) -> None:
    litert, _ = digits(VERSIONS[0])
    (name,) = litert.signatures[DEFAULT].inputs
    with pytest.raises(StatusError, match="has shape") as caught:
        ask(litert, **{name: np.zeros(shape, np.float32)})
    assert caught.value.code == "INVALID_ARGUMENT"


# -- Which engine ----------------------------------------------------------------------


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Callable[[set[str]], None]:
    """Return a function that lets only the engines it is given be installed."""

    def only(names: set[str]) -> None:
        monkeypatch.setattr(choice, "is_installed", names.__contains__)

    return only


def write(folder: Path, files: str) -> None:
    """Make one file of a version, or both."""
    for name in ("saved_model.pb", "model.tflite"):
        if files in {name, "both"}:
            (folder / name).touch()


@pytest.mark.parametrize(
    ("installed", "files", "flag", "engine"),
    [
        ({"tensorflow", "ai_edge_litert"}, "both", False, "TensorFlow"),
        ({"tensorflow", "ai_edge_litert"}, "both", True, "LiteRT"),
        ({"tensorflow", "ai_edge_litert"}, "saved_model.pb", True, "TensorFlow"),
        ({"tensorflow", "ai_edge_litert"}, "model.tflite", True, "LiteRT"),
        ({"tensorflow"}, "both", False, "TensorFlow"),
        ({"ai_edge_litert"}, "both", False, "LiteRT"),
        ({"ai_edge_litert"}, "model.tflite", False, "LiteRT"),
    ],
)
def test_the_engine_is_chosen(
    tmp_path: Path,
    pretend: Callable[[set[str]], None],
    *,
    installed: set[str],
    files: str,
    flag: bool,
    engine: str,
) -> None:
    pretend(installed)
    write(tmp_path, files)
    assert choose(tmp_path, prefer_tflite=flag).engine == engine


@pytest.mark.parametrize(
    ("installed", "files", "flag", "cure"),
    [
        ({"ai_edge_litert"}, "saved_model.pb", False, r"digits-widget\[training\]"),
        ({"tensorflow"}, "both", True, r"digits-widget\[lab\]"),
        (set(), "both", False, r"digits-widget\[lab\]"),
        ({"tensorflow"}, "model.tflite", False, "--prefer_tflite_model"),
    ],
)
def test_a_version_that_nothing_here_can_run_names_the_cure(
    tmp_path: Path,
    pretend: Callable[[set[str]], None],
    *,
    installed: set[str],
    files: str,
    flag: bool,
    cure: str,
) -> None:
    pretend(installed)
    write(tmp_path, files)
    with pytest.raises(NoEngineError, match=cure):
        choose(tmp_path, prefer_tflite=flag)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_shipped_versions_run_on_litert(
    version: int, capsys: pytest.CaptureFixture[str]
) -> None:
    load(SHIPPED / str(version))
    assert (
        "LiteRT, because the model comes with this package" in capsys.readouterr().err
    )


# -- Without TensorFlow ----------------------------------------------------------------


@pytest.mark.usefixtures("no_tensorflow")
def test_the_server_answers_where_there_is_no_tensorflow() -> None:
    image = PRESETS["mnist"](sample(3)).tensor
    with EmbeddedServer() as server, Client(server.target) as client:
        assert client.predict(image).label == 3
        assert client.metadata().version == max(VERSIONS)
        assert {each.state for each in client.status()} == {"AVAILABLE"}
        until(lambda: "LiteRT" in server.log)
        maps = Path(f"/proc/{server.pid}/maps")
        assert not maps.exists() or "tensorflow/" not in maps.read_text()


@pytest.mark.usefixtures("no_tensorflow")
def test_a_version_for_tensorflow_alone_ends_and_the_other_serves(
    tmp_path: Path, half_plus_two: Path
) -> None:
    base = tmp_path / "half"
    for version in ("1", "2"):
        shutil.copytree(half_plus_two, base / version)
    (base / "2" / "model.tflite").unlink()
    with (
        EmbeddedServer(base, model="half", flags=all_versions(base)) as server,
        Client(server.target, model="half") as client,
    ):
        found = {each.version: each for each in client.status()}
        assert client.predict_raw({"x": np.array([2], np.float32)})["y"] == [3]
    assert found[1].state == "AVAILABLE"
    assert found[2].state == "END"
    assert 'pip install "digits-widget[training]"' in found[2].message


@pytest.mark.usefixtures("no_tensorflow")
def test_a_model_for_tensorflow_alone_says_so_at_once(
    tmp_path: Path, half_plus_two: Path
) -> None:
    shutil.copytree(half_plus_two, tmp_path / "half" / "1")
    (tmp_path / "half" / "1" / "model.tflite").unlink()
    with pytest.raises(ModelServerError, match=r"digits-widget\[training\]"):
        EmbeddedServer(tmp_path / "half").start()


# -- As in TensorFlow Serving ----------------------------------------------------------


def _with_signature(work: Path) -> bytes:
    export_half_plus(work / "export", shape=(1, 1))
    return (work / "export" / "model.tflite").read_bytes()


def _without_signature(_: Path) -> bytes:
    v1 = tf.compat.v1
    with v1.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, (1, 1), name="tflite_input")
        y = tf.identity(x / 2 + 2, name="tflite_output")
        content: bytes = v1.lite.TFLiteConverter.from_session(
            session, [x], [y]
        ).convert()
    return content


def _with_legacy_signature(work: Path, *, damaged: bool = False) -> bytes:
    """Write the signature to the metadata, as the converters of 2020 did."""
    proto = SignatureDef(method_name="tensorflow/serving/predict")
    proto.inputs["x"].name = "tflite_input:0"
    proto.outputs["y"].name = "tflite_output:0"
    packed = flexbuffers.Builder()
    with packed.Map():
        packed.String(DEFAULT, proto.SerializeToString().decode("ascii"))
    data = bytes(packed.Finish())
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(_without_signature(work)))
    metadata = schema.MetadataT()
    metadata.name, metadata.buffer = "signature_defs_metadata", len(model.buffers)
    model.metadata = [*(model.metadata or []), metadata]
    buffer = schema.BufferT()
    buffer.data = list(data[: len(data) // 2] if damaged else data)
    model.buffers.append(buffer)
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


@pytest.mark.parametrize(
    ("content", "x", "y"),
    [
        (_with_signature, "x", "y"),
        (_without_signature, "tflite_input", "tflite_output"),
        (_with_legacy_signature, "x", "y"),
    ],
)
def test_a_folder_with_model_tflite_alone_is_served(
    tmp_path: Path, content: Callable[[Path], bytes], x: str, y: str
) -> None:
    """Upstream's own tests: x / 2 + 2 by shape (1, 1), asked with shape (1,)."""
    folder = tmp_path / "half" / "123"
    folder.mkdir(parents=True)
    (folder / "model.tflite").write_bytes(content(tmp_path))
    flags = ["--prefer_tflite_model=true"]
    with (
        EmbeddedServer(folder.parent, model="half", flags=flags) as server,
        Client(server.target, model="half") as client,
    ):
        declared = client.metadata().choose()
        assert declared.name == DEFAULT
        assert [each.name for each in declared.inputs] == [x]
        assert client.predict_raw({x: np.array([2], np.float32)})[y] == [[3]]
        assert client.predict_raw({x: np.array([[4]], np.float32)})[y] == [[4]]


# -- Files that are no good ------------------------------------------------------------


def _cut_short(folder: Path) -> None:
    file = folder / "model.tflite"
    file.write_bytes(file.read_bytes()[:-100])


def _emptied(folder: Path) -> None:
    (folder / "model.tflite").write_bytes(b"")


def _with_custom_operations(folder: Path) -> None:
    shutil.rmtree(folder)
    export_digamma(folder)


def _of_another_signature(folder: Path) -> None:
    export_half_plus(folder.parent / "other", name="z")
    shutil.copy(folder.parent / "other" / "model.tflite", folder)


def _of_another_shape(folder: Path) -> None:
    export_half_plus(folder.parent / "other", shape=(None, 3))
    shutil.copy(folder.parent / "other" / "model.tflite", folder)


def _with_damaged_metadata(folder: Path) -> None:
    content = _with_legacy_signature(folder, damaged=True)
    (folder / "model.tflite").write_bytes(content)


DAMAGES = [
    (_cut_short, "DATA_LOSS", "is damaged"),
    (_emptied, "DATA_LOSS", "is empty"),
    (_with_custom_operations, "UNIMPLEMENTED", "custom op"),
    (_of_another_signature, "FAILED_PRECONDITION", "inputs z in model.tflite, x in"),
    (_of_another_shape, "FAILED_PRECONDITION", r"input x: float32 \(-1, 3\) in model"),
    (_with_damaged_metadata, "DATA_LOSS", "is damaged: invalid signatures in"),
]


@pytest.mark.parametrize(("damage", "code", "words"), DAMAGES)
def test_a_file_that_is_no_good_has_its_own_error(
    tmp_path: Path,
    half_plus_two: Path,
    damage: Callable[[Path], None],
    code: str,
    words: str,
) -> None:
    folder = tmp_path / "1"
    shutil.copytree(half_plus_two, folder)
    damage(folder)
    with pytest.raises(StatusError, match=words) as caught:
        load(folder, prefer_tflite=True)
    assert caught.value.code == code
    assert isinstance(caught.value, DigitsError)


def test_the_other_version_serves_on(tmp_path: Path, half_plus_two: Path) -> None:
    base = tmp_path / "half"
    shutil.copytree(half_plus_two, base / "1")
    for version, (damage, _, _) in enumerate(DAMAGES, start=2):
        shutil.copytree(half_plus_two, tmp_path / str(version) / "damaged")
        damage(tmp_path / str(version) / "damaged")
        shutil.move(tmp_path / str(version) / "damaged", base / str(version))
    flags = ["--prefer_tflite_model", "--max_num_load_retries=0", *all_versions(base)]
    with (
        EmbeddedServer(base, model="half", flags=flags) as server,
        Client(server.target, model="half") as client,
    ):
        found = {each.version: each for each in client.status()}
        answer = client.predict_raw({"x": np.array([2], np.float32)})
    assert answer["y"] == [3]
    assert found.pop(1).state == "AVAILABLE"
    assert {each.state for each in found.values()} == {"END"}
    for version, (_, code, words) in enumerate(DAMAGES, start=2):
        assert found[version].code == code
        assert re.search(words, found[version].message)
