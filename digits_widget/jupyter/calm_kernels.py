"""`CalmKernelManager`: kernels that come and go without a word in the terminal.

Jupyter interrupts a kernel, and then asks it to end. One that is just starting prints a
traceback about that, and another one if the folder it was to write to has gone by then:
into the terminal of whoever pressed Ctrl-C.
"""

from __future__ import annotations

from jupyter_server.services.kernels.kernelmanager import ServerKernelManager

from digits_widget.jupyter.relay import Relay

relay = Relay()
"""For the stderr of all kernels. To be closed when all are to end."""


class CalmKernelManager(ServerKernelManager):
    """Jupyter's own, which interrupts a kernel only where somebody asks for it."""

    async def _async_interrupt_kernel(self) -> None:
        if not self.shutting_down:
            await super()._async_interrupt_kernel()

    async def _async_launch_kernel(
        self, kernel_cmd: list[str], **options: object
    ) -> None:
        options.setdefault("stderr", relay.descriptor)
        await super()._async_launch_kernel(kernel_cmd, **options)
