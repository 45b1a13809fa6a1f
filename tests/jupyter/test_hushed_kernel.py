from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

WAIT = 60

SPEAK = """
import atexit, os, sys
try:
    terminal = sys.stderr.fileno()
except OSError:
    terminal = 2
os.write(terminal, b"early")
atexit.register(os.write, terminal, b"late")
atexit.register(os.write, 2, b"too late")
"""

UNDER_PYTEST = "PYTEST_CURRENT_TEST"
"""ipykernel leaves stderr alone where this variable is set, and nowhere else."""


@pytest.fixture
def manager() -> Iterator[KernelManager]:
    """Start kernels as the project's JupyterLab and its app do."""
    specs = KernelSpecManager(
        kernel_dirs=[str(files("digits_widget") / "jupyter" / "kernels")]
    )
    manager = KernelManager(kernel_name="python3", kernel_spec_manager=specs)
    yield manager
    if manager.has_kernel:
        manager.shutdown_kernel(now=True)


@pytest.mark.parametrize("is_under_pytest", [False, True])
def test_what_a_kernel_says_last_goes_nowhere(
    manager: KernelManager,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_under_pytest: bool,
) -> None:
    if not is_under_pytest:
        monkeypatch.delenv(UNDER_PYTEST)
    said = tmp_path / "stderr"
    with said.open("wb") as stderr:
        manager.start_kernel(stderr=stderr)
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=WAIT)
    reply = client.execute_interactive(SPEAK, timeout=WAIT)
    assert reply["content"]["status"] == "ok"
    client.stop_channels()
    manager.shutdown_kernel()
    assert said.read_bytes() == b"early"
