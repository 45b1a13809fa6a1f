"""Encryption from files, both ways, and tokens."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest

from digits_widget.errors import OptionError, ServerUnavailableError
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.serving import AsyncClient, Client, Tls
from digits_widget.serving.connection import Connection
from digits_widget.serving.grpc_channel import SERVICE_CONFIG, _options
from digits_widget.serving.target import Target
from tests.serving.scripted_server import ScriptedServer

IMAGE = np.full((28, 28), 0.25, np.float32)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an authority, and a server and a client it vouches for."""
    binary = shutil.which("openssl")
    if not binary:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("keys")

    def openssl(*words: str) -> None:
        subprocess.run([binary, *words], cwd=folder, check=True, capture_output=True)

    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl(
        "req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
        "-subj", "/CN=authority",
    )  # fmt: skip
    (folder / "names").write_text("subjectAltName=DNS:models.example")
    for name in ("server", "client"):
        openssl(
            "req", *curve, "-keyout", f"{name}.key", "-out", f"{name}.csr",
            "-subj", f"/CN={name}",
        )  # fmt: skip
        openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-out", f"{name}.pem", "-days", "2", "-extfile", "names",
        )  # fmt: skip
    return folder


@pytest.fixture(params=[False, True], ids=["tls", "mutual"])
def secure(keys: Path, request: pytest.FixtureRequest) -> Iterator[ScriptedServer]:
    """Start a server with a certificate, which may ask for the client's as well."""
    credentials = grpc.ssl_server_credentials(
        [((keys / "server.key").read_bytes(), (keys / "server.pem").read_bytes())],
        (keys / "ca.pem").read_bytes(),
        require_client_auth=request.param,
    )
    with ScriptedServer(credentials=credentials) as server:
        yield server


def ours(keys: Path) -> Tls:
    return Tls(
        ca=keys / "ca.pem",
        certificate=keys / "client.pem",
        key=keys / "client.key",
        server_name="models.example",
    )


def test_an_encrypted_call_carries_a_fresh_token_each_time(
    secure: ScriptedServer, keys: Path
) -> None:
    tokens = iter(["first", "second", "third"])
    with Client(secure.target, tls=ours(keys), token=lambda: next(tokens)) as client:
        client.predict(IMAGE)
        client.predict(IMAGE)
    assert [each["authorization"] for each in secure.headers] == [
        "Bearer first",
        "Bearer second",
        "Bearer third",
    ]


def test_a_client_of_an_event_loop_is_encrypted_as_well(
    secure: ScriptedServer, keys: Path
) -> None:
    async def ask() -> None:
        tls = ours(keys)
        async with AsyncClient(secure.target, tls=tls, token="secret".strip()) as it:
            await it.predict(IMAGE)

    asyncio.run(ask())
    assert secure.headers[-1]["authorization"] == "Bearer secret"


def test_a_client_without_encryption_is_told_to_use_it(secure: ScriptedServer) -> None:
    with (
        Client(secure.target, timeout=5) as client,
        pytest.raises(ServerUnavailableError, match="wants encryption"),
    ):
        client.predict(IMAGE)


def test_a_server_that_nobody_vouches_for_is_not_talked_to(
    secure: ScriptedServer, keys: Path
) -> None:
    other = Tls(ca=keys / "ca.pem", server_name="somebody.else")
    with (
        Client(secure.target, tls=other, timeout=5) as client,
        pytest.raises(ServerUnavailableError),
    ):
        client.predict(IMAGE)
    assert secure.calls == []


def test_encryption_towards_a_plain_server_is_told(
    scripted: ScriptedServer, keys: Path
) -> None:
    with (
        Client(scripted.target, tls=ours(keys), timeout=5) as client,
        pytest.raises(ServerUnavailableError, match="Leave out tls="),
    ):
        client.predict(IMAGE)


def test_a_token_goes_in_plain_text_on_this_machine_only(
    scripted: ScriptedServer,
) -> None:
    with Client(scripted.target, token="secret".strip()) as client:
        client.predict(IMAGE)
    assert scripted.headers[-1]["authorization"] == "Bearer secret"


def test_files_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="certificate= and key="):
        Tls(certificate=tmp_path / "c.pem")
    with (
        Client("127.0.0.1:1", tls=Tls(ca=tmp_path / "none.pem")) as client,
        pytest.raises(OptionError, match=r"none\.pem"),
    ):
        client.predict(IMAGE)


def test_keepalive_is_off_unless_asked_for() -> None:
    target = Target("10.0.0.1:8500")
    plain = dict(_options(target, Connection()))
    assert not [name for name in plain if "keepalive" in name]
    assert (
        dict(_options(target, Connection(keepalive=30)))["grpc.keepalive_time_ms"]
        == 30_000
    )
    assert plain["grpc.service_config"] == SERVICE_CONFIG
    assert "grpc.enable_http_proxy" not in plain
    assert (
        dict(_options(Target("localhost:1"), Connection()))["grpc.enable_http_proxy"]
        == 0
    )


@pytest.mark.server
@pytest.mark.parametrize("mutual", [False, True], ids=["tls", "mutual"])
def test_the_embedded_server_speaks_tls_from_its_config_file(
    keys: Path, tmp_path: Path, *, mutual: bool
) -> None:
    def text(name: str) -> str:
        return (keys / name).read_text().replace("\n", "\\n")

    config = tmp_path / "ssl.txt"
    config.write_text(
        f'server_key: "{text("server.key")}"\nserver_cert: "{text("server.pem")}"\n'
        f'custom_ca: "{text("ca.pem")}"\nclient_verify: {str(mutual).lower()}\n'
    )
    with EmbeddedServer(flags=[f"--ssl_config_file={config}"]) as server:
        with Client(server.target, tls=ours(keys)) as client:
            assert client.predict(IMAGE).model == "digits"
        with (
            Client(server.target) as client,
            pytest.raises(ServerUnavailableError, match="wants encryption"),
        ):
            client.predict(IMAGE)


_TRUSTS_NOBODY_HERE = """
import os, sys
import numpy as np
from digits_widget.errors import ServerUnavailableError
from digits_widget.serving import Client, Tls

target, folder = sys.argv[1:]
for tls in (Tls(ca=f"{folder}/server.pem"), Tls(ca=f"{folder}/client.key"), None):
    try:
        with Client(target, tls=tls, timeout=2) as client:
            client.predict(np.zeros((28, 28), np.float32))
    except ServerUnavailableError:
        continue
    sys.exit("it was talked to")
sys.exit("GRPC_VERBOSITY" in os.environ and "the environment is not as it was")
"""


def test_what_fails_about_certificates_is_raised_and_never_printed(
    secure: ScriptedServer, keys: Path
) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "GRPC_VERBOSITY"}
    done = subprocess.run(
        [sys.executable, "-c", _TRUSTS_NOBODY_HERE, secure.target, str(keys)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
