"""`CalmKernelManager`: stop a kernel without an interrupt before.

Jupyter interrupts a kernel, and then asks it to end. One that is just starting prints a
traceback about that, into the terminal of whoever pressed Ctrl-C.
"""

from __future__ import annotations

from jupyter_server.services.kernels.kernelmanager import ServerKernelManager


class CalmKernelManager(ServerKernelManager):
    """Jupyter's own, which interrupts a kernel only where somebody asks for it."""

    async def _async_interrupt_kernel(self) -> None:
        if not self.shutting_down:
            await super()._async_interrupt_kernel()
