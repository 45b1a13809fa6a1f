"""The doctor on installations that are well, and on ones that are not."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digits_widget import diagnostics
from digits_widget.cli import main
from digits_widget.diagnostics import Diagnosis, Health, Report, doctor
from digits_widget.diagnostics.diagnosis import broken, doubtful, well
from digits_widget.diagnostics.jupyter import CANVAS, MANAGER, OVERLAY, examine_jupyter
from digits_widget.diagnostics.place import PLACES, examine_place
from digits_widget.diagnostics.ports import examine_ports
from digits_widget.diagnostics.server import examine_server
from digits_widget.diagnostics.versions import examine_versions, find_wanted
from digits_widget.protocol.messages import PredictResponse
from tests.serving.scripted_server import ScriptedServer

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Listen, and never say a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is all of Jupyter's data and settings."""
    pytest.importorskip("jupyter_core")
    from jupyter_core import paths

    def data(*parts: str) -> list[str]:
        return [str(tmp_path.joinpath(each, *parts)) for each in ("user", "system")]

    monkeypatch.setattr(paths, "jupyter_path", data)
    monkeypatch.setattr(paths, "jupyter_config_path", lambda: [str(tmp_path / "etc")])
    ours = [(name, metadata.version(name)) for name in (CANVAS, OVERLAY)]
    for name, version in ((MANAGER, "5.0.16"), *ours):
        put_extension(tmp_path / "system", name, version)
    return tmp_path


def put_extension(data: Path, name: str, version: str) -> None:
    folder = data / "labextensions" / name
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"version": version}))


def hide(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    """Make `import module` fail."""
    for name in [n for n in sys.modules if n == module or n.startswith(f"{module}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)


def not_well(findings: Iterator[Diagnosis]) -> list[Diagnosis]:
    return [each for each in findings if each.state is not Health.WELL]


def said(findings: list[Diagnosis]) -> str:
    return "\n".join(map(str, findings))


# -- Versions -------------------------------------------------------------------------


def test_every_requirement_of_the_project_has_a_line() -> None:
    wanted = find_wanted()
    names = {need.name for need in wanted.always}
    names |= {need.name for needs in wanted.extras.values() for need in needs}
    lines = said(list(examine_versions()))
    assert all(f" {name} " in lines for name in names)


def test_an_old_package_is_broken_and_the_cure_names_a_newer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = metadata.version
    monkeypatch.setattr(
        metadata, "version", lambda n: "0.13.0" if n == "ipycanvas" else real(n)
    )
    (found,) = not_well(examine_versions())
    assert found.state is Health.BROKEN
    assert found.said.startswith("ipycanvas 0.13.0, wanted:")
    assert found.cure == 'pip install "ipycanvas<0.15,>=0.14.3"'


@pytest.mark.parametrize(
    ("name", "state", "cure"),
    [
        ("grpcio", Health.BROKEN, 'pip install "grpcio>=1.66"'),
        ("tensorflow", Health.DOUBTFUL, 'pip install "digits-widget[training]"'),
    ],
)
def test_an_absent_package_is_as_bad_as_its_place_is_needed(
    monkeypatch: pytest.MonkeyPatch, name: str, state: Health, cure: str
) -> None:
    real = metadata.version

    def version(asked: str) -> str:
        if asked == name:
            raise metadata.PackageNotFoundError(asked)
        return real(asked)

    monkeypatch.setattr(metadata, "version", version)
    (found,) = not_well(examine_versions())
    assert found.state is state
    assert found.cure.startswith(cure)


def test_a_python_that_is_too_new_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.python_version", lambda: "3.15.0")
    (found,) = not_well(examine_versions())
    assert found.said.startswith("Python 3.15.0, wanted:")


def test_an_installed_project_says_the_same_as_its_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = find_wanted()
    mail = Message()
    mail["Requires-Python"] = source.python
    for need in source.always:
        mail["Requires-Dist"] = str(need)
    for extra, needs in source.extras.items():
        mail["Provides-Extra"] = extra
        for need in needs:
            plain = str(need).partition(";")[0]
            mail["Requires-Dist"] = f"{plain}; extra == '{extra}'"
    monkeypatch.setattr(diagnostics.versions, "_PROJECT", Path("/nowhere"))
    monkeypatch.setattr(metadata, "metadata", lambda _: mail)
    installed = find_wanted()
    assert [n.name for n in installed.always] == [n.name for n in source.always]
    assert {e: len(n) for e, n in installed.extras.items()} == {
        e: len(n) for e, n in source.extras.items()
    }


# -- Jupyter --------------------------------------------------------------------------


@pytest.mark.usefixtures("places")
def test_extensions_that_are_there_are_well() -> None:
    assert not [f for f in examine_jupyter() if f.state is Health.BROKEN]


@pytest.mark.parametrize("name", [MANAGER, CANVAS, OVERLAY])
def test_a_missing_extension_is_broken(places: Path, name: str) -> None:
    (places / "system" / "labextensions" / name / "package.json").unlink()
    (places / "system" / "labextensions" / name).rmdir()
    assert f"{name} is missing" in said(not_well(examine_jupyter()))


@pytest.mark.parametrize("names", [{CANVAS: True}, [f"{CANVAS}:plugin"]])
def test_an_extension_that_is_switched_off_is_broken(
    places: Path, names: object
) -> None:
    (places / "etc" / "labconfig").mkdir(parents=True)
    page = places / "etc" / "labconfig" / "page_config.json"
    page.write_text(json.dumps({"disabledExtensions": names}))
    assert "jupyter labextension enable ipycanvas" in said(not_well(examine_jupyter()))


def test_an_old_copy_that_hides_the_new_one_is_named(places: Path) -> None:
    put_extension(places / "user", CANVAS, "0.13.1")
    lines = said(not_well(examine_jupyter()))
    assert "ipycanvas is version 0.13.1, but the Python package is" in lines
    assert f"Remove {places / 'user'}" in lines


def test_the_manager_of_an_older_jupyterlab_does_not_suit(places: Path) -> None:
    put_extension(places / "user", MANAGER, "3.1.11")
    assert "version 3.1.11, but ipywidgets 8 needs 5" in said(
        not_well(examine_jupyter())
    )


def test_a_damaged_extension_is_a_finding(places: Path) -> None:
    file = places / "system" / "labextensions" / CANVAS / "package.json"
    file.write_text("{")
    assert "version unknown" in said(not_well(examine_jupyter()))


def test_without_jupyter_there_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "jupyter_core.paths")
    (found,) = not_well(examine_jupyter())
    assert found.said == "There is no Jupyter in this environment"


@pytest.mark.usefixtures("places")
def test_a_kernel_of_a_python_that_is_gone_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from jupyter_client import kernelspec

    specs = {"old": {"spec": {"argv": ["/gone/bin/python", "-m", "ipykernel"]}}}
    monkeypatch.setattr(
        kernelspec.KernelSpecManager, "get_all_specs", lambda _: specs, raising=True
    )
    lines = said(not_well(examine_jupyter()))
    assert "No kernel runs this Python" in lines
    assert "jupyter kernelspec remove old" in lines


# -- Ports ----------------------------------------------------------------------------


def test_free_ports_are_well() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert not not_well(examine_ports(grpc=port, rest=port, lab=port))


def test_a_taken_port_tells_who_has_it(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    found = not_well(examine_ports(grpc=port, rest=port, lab=port))
    assert len(found) == 3
    assert f"{port} (REST) is taken by " in said(found)
    assert "speaks an unknown protocol" in said(found)


def test_the_owner_is_not_needed(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(monkeypatch, "psutil")
    port = listener.getsockname()[1]
    found = not_well(examine_ports(grpc=port, rest=port, lab=port))
    assert "a program that this system does not name" in said(found)


@pytest.mark.server
def test_the_port_of_the_named_server_is_well(model_server: EmbeddedServer) -> None:
    port = int(model_server.target.rpartition(":")[2])
    first = next(examine_ports(model_server.target, grpc=port))
    assert first.state is Health.WELL
    assert first.said.endswith("speaks gRPC")
    unnamed = next(examine_ports(grpc=port))
    assert f"DIGITS_SERVER=127.0.0.1:{port}" in unnamed.cure


# -- The model server -----------------------------------------------------------------


@pytest.mark.server
def test_a_server_that_answers_reads_the_sample(model_server: EmbeddedServer) -> None:
    lines = list(examine_server(model_server.target, model="digits"))
    assert not not_well(iter(lines))
    assert "It reads the bundled 3 as 3 at" in lines[-1].said


@pytest.mark.server
def test_a_model_of_another_name_is_broken(model_server: EmbeddedServer) -> None:
    (found,) = not_well(examine_server(model_server.target, model="letters"))
    assert found.state is Health.BROKEN
    assert "letters" in found.said


def test_a_model_that_does_not_suit_is_not_cured_by_another_server() -> None:
    with ScriptedServer() as server:
        server.answers["Predict"] = lambda *_: PredictResponse()
        found = list(examine_server(server.target, model="digits"))[-1]
    assert found.state is Health.BROKEN
    assert f"digits-widget inspect {server.target} --model digits" in found.cure
    assert "digits-widget serve" not in found.cure


def test_a_dead_server_is_broken(listener: socket.socket) -> None:
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    (found,) = not_well(examine_server(address, model="digits"))
    assert found.state is Health.BROKEN
    assert address in found.said
    assert "digits-widget serve" in found.cure


def test_without_tensorflow_and_server_the_cure_is_an_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    (found,) = not_well(examine_server(None, model="digits"))
    assert 'pip install "digits-widget[lab]"' in found.cure


@pytest.mark.server
def test_the_engine_of_each_version_is_told() -> None:
    said = [found.said for found in examine_server(None, model="digits")]
    why = "because the model comes with this package"
    assert {f"model digits version {number}: LiteRT, {why}" for number in (1, 2)} <= {
        *said
    }


def test_an_address_that_makes_no_sense_is_broken() -> None:
    (found,) = not_well(examine_server("nonsense", model="digits"))
    assert found.state is Health.BROKEN


# -- The place ------------------------------------------------------------------------


@pytest.mark.parametrize("variable", PLACES)
def test_every_place_has_a_hint(variable: str) -> None:
    (found,) = not_well(examine_place({variable: "1"}))
    assert PLACES[variable] == (found.said.removeprefix("This is "), found.cure)


# -- The whole ------------------------------------------------------------------------


def test_an_examination_that_fails_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, listener: socket.socket
) -> None:
    def fail() -> Iterator[Diagnosis]:
        msg = "nobody thought of this"
        raise RuntimeError(msg)

    # The function hides the module of its name.
    module = sys.modules["digits_widget.diagnostics.doctor"]
    monkeypatch.setattr(module, "examine_versions", fail)
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    lines: list[str] = []
    report = doctor(address, say=lines.append)
    assert not report.is_well
    assert "nobody thought of this" in report.findings[0].said
    assert lines[0] == "Versions"
    assert lines[1] == str(report.findings[0])


@pytest.mark.server
@pytest.mark.parametrize("as_json", [True, False])
def test_the_command_ends_well(
    model_server: EmbeddedServer, capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    arguments = ["doctor", "--server", model_server.target]
    assert main([*arguments, *(["--json"] if as_json else [])]) == 0
    out = capsys.readouterr().out
    if as_json:
        told = json.loads(out)
        assert told["is_well"]
        assert {each["state"] for each in told["findings"]} <= {*Health}
    else:
        assert out.endswith("\nNothing is broken.\n")


def test_the_command_ends_with_1_when_something_is_broken(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["doctor", "--server", "127.0.0.1:1"]) == 1
    out = capsys.readouterr().out
    assert "  ✗ " in out
    assert out.endswith("says how to fix it.\n")


def test_a_report_counts() -> None:
    report = Report((well("a", "b"), doubtful("a", "b", "c"), broken("a", "b", "c")))
    assert repr(report) == "<Report: 1 well, 1 doubtful, 1 broken>"
    assert not report.is_well
    assert json.loads(report.to_json())["findings"][2]["cure"] == "c"
