"""`GuestIdentity`: gives each visitor the cookie that lets the page end its kernel.

When a visitor closes the page, Voila's script asks the server to end the kernel. The
server accepts this only with a cookie, which proves that the request comes from its own
page. Voila never sets that cookie, so without this class the server refuses the request
and each visit leaves a kernel behind.
"""

from __future__ import annotations

from collections.abc import Awaitable

from jupyter_server.auth.identity import PasswordIdentityProvider, User
from tornado.web import RequestHandler


class GuestIdentity(PasswordIdentityProvider):
    """Jupyter's own identity provider, which also sets the cookie for each visitor."""

    async def get_user(self, handler: RequestHandler) -> User | None:
        """Return the visitor; the answer to this request carries the cookie."""
        found = super().get_user(handler)
        user = await found if isinstance(found, Awaitable) else found
        # Reading the token sets the cookie, and needs the visitor.
        handler.current_user = user
        _ = handler.xsrf_token
        return user
