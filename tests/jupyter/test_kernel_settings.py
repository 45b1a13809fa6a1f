"""The kernel that JupyterLab and the page are started with: the usual one, calmer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import files
from queue import Empty
from typing import Any

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

WAIT = 60


@pytest.fixture
def manager() -> Iterator[KernelManager]:
    """Start kernels as the project's JupyterLab and its page do."""
    specs = KernelSpecManager(
        kernel_dirs=[str(files("digits_widget") / "jupyter" / "kernels")]
    )
    manager = KernelManager(kernel_name="python3", kernel_spec_manager=specs)
    manager.start_kernel()
    yield manager
    manager.shutdown_kernel(now=True)


def reply_within(client: BlockingKernelClient, seconds: float) -> dict[str, Any] | None:
    """Return the next reply to a cell, or None if there is none in time."""
    with suppress(Empty):
        # Replies to the client's own questions may come first.
        while (reply := client.get_shell_msg(timeout=seconds))["msg_type"] != (
            "execute_reply"
        ):
            pass
        found: dict[str, Any] = reply
        return found
    return None


def test_a_cell_can_be_interrupted_and_the_next_one_runs(
    manager: KernelManager,
) -> None:
    assert manager.kernel_spec.interrupt_mode == "message"
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=WAIT)
    # By default, a cell that fails also aborts what comes within the next moment.
    asked = client.execute(
        "print('begun', flush=True)\nimport time\ntime.sleep(600)", stop_on_error=False
    )
    while client.get_iopub_msg(timeout=WAIT)["msg_type"] != "stream":
        pass
    # A person presses again if nothing happens: the print may have taken the first.
    for _ in range(WAIT // 5):
        manager.interrupt_kernel()
        if reply := reply_within(client, 5):
            break
    assert reply
    assert reply["parent_header"]["msg_id"] == asked
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    reply = client.execute_interactive("1", timeout=WAIT)
    assert reply["content"]["status"] == "ok"
    client.stop_channels()
