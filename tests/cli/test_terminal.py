"""Nothing that a server or a file says is obeyed by the terminal."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from digits_widget import cli
from digits_widget.protocol.messages import SignatureDefMap
from digits_widget.terminal import printable, printing_safely
from tests.serving.scripted_server import ScriptedServer, refuse

EVIL = (
    "a\x1b]0;owned\x07b\x1b[2Jc\x9b31md\re\bf\x7fg\u202eh\u2066i\u2028j\U000e0041k\x00l"
)


def is_harmless(text: str) -> bool:
    """Return whether a terminal only shows `text`."""
    return all(
        each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cf", "Zl", "Zp")
        for each in text
    )


def test_controls_are_spelled_out_and_all_else_stays() -> None:
    assert is_harmless(printable(EVIL))
    assert printable("\x1b[31m\u202e\x9b") == r"\u001b[31m\u202e\u009b"
    for text in ("", "plain\n\tlines", "déjà → ✓ ░ 数字 👩\u200d🏫", "no\xa0break"):
        assert printable(text) == text


def test_halves_of_surrogate_pairs_can_be_printed() -> None:
    assert printable("a\udcff") == r"a\udcff"


def test_json_means_the_same_afterwards() -> None:
    for ascii_only in (True, False):
        text = json.dumps({EVIL: [EVIL]}, ensure_ascii=ascii_only)
        assert json.loads(printable(text)) == {EVIL: [EVIL]}


def test_only_what_is_printed_meanwhile_is_changed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = sys.stdout
    with printing_safely():
        print("a\x1bb", "c")  # noqa: T201
        sys.stdout.writelines(["\x07\n"])
        assert sys.stdout.isatty() == before.isatty()
    assert sys.stdout is before
    assert capsys.readouterr().out == "a\\u001bb c\n\\u0007\n"


@pytest.fixture
def evil() -> Iterator[ScriptedServer]:
    """Start a server whose model, names and words are all hostile."""
    with ScriptedServer() as server:

        def metadata(request: Any, context: grpc.ServicerContext) -> Any:
            answer = server.metadata(request, context)
            signatures = SignatureDefMap.FromString(
                answer.metadata["signature_def"].value
            )
            default = signatures.signature_def["serving_default"]
            default.inputs["picture"].name = EVIL
            default.method_name = EVIL
            signatures.signature_def[EVIL].CopyFrom(default)
            answer.metadata["signature_def"].value = signatures.SerializeToString()
            return answer

        def predict(request: Any, context: grpc.ServicerContext) -> Any:
            answer = server.predict(request, context)
            answer.model_spec.name = EVIL
            return answer

        server.answers |= {"GetModelMetadata": metadata, "Predict": predict}
        yield server


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return all that a command prints, once it is known to be harmless."""
    cli.main(words)
    out, err = capsys.readouterr()
    assert is_harmless(out)
    assert is_harmless(err)
    return out + err


ESCAPE = r"\u001b"


def test_a_hostile_server_reaches_no_terminal(
    evil: ScriptedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--server", evil.target]
    assert ESCAPE in printed(capsys, "inspect", evil.target)
    assert ESCAPE in printed(capsys, "inspect", evil.target, "--json")
    assert ESCAPE in printed(capsys, "inspect", evil.target, "--signature_def", "nope")
    assert ESCAPE in printed(capsys, "predict", "--sample", "3", *where)
    assert ESCAPE in printed(capsys, "predict", "--sample", "3", "--json", *where)
    printed(capsys, "doctor", *where)
    printed(capsys, "doctor", "--json", *where)
    evil.answers["Predict"] = refuse(grpc.StatusCode.INTERNAL, f"{EVIL} says")
    assert "says" in printed(capsys, "predict", "--sample", "3", *where)
    printed(capsys, "doctor", *where)
    evil.answers["GetModelMetadata"] = refuse(grpc.StatusCode.NOT_FOUND, EVIL)
    printed(capsys, "inspect", evil.target)


def test_a_hostile_folder_reaches_no_terminal(
    evil: ScriptedServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "m\x1b[2J\u202e"
    folder.mkdir()
    quoted = json.dumps(EVIL).replace("\\u0000", "")
    (folder / "saved_model.pbtxt").write_text(
        "meta_graphs { meta_info_def { tags: 'serve' } signature_def { "
        f"key: {quoted} value {{ method_name: {quoted} }} }} "
        f"graph_def {{ node {{ op: {quoted} }} }} }}",
        encoding="utf-8",
    )
    for words in (
        [str(folder)],
        [str(folder), "--all"],
        [str(folder), "--json"],
        [str(folder), "--tag_set", EVIL.replace("\0", "")],
        [evil.target, "--against", str(folder)],
        [str(tmp_path / "no\x1b[2Jwhere")],
    ):
        assert r"\u" in printed(capsys, "inspect", *words)


def test_a_hostile_file_name_reaches_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("x\x1b[2J.png", "x\u202e.json"):
        (tmp_path / name).write_text("nothing")
        for command in ("predict", "steps"):
            assert f"digits-widget {command}: " in printed(
                capsys, command, str(tmp_path / name)
            )
