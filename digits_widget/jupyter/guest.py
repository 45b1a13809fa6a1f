"""`GuestIdentity`: who looks at a page, and how the page proves that it asks itself.

When a page is closed, Voila's script asks to end its kernel, and proves with a cookie
that no other site asks. But nothing sets that cookie: the request was refused, and each
visit left a kernel behind.
"""

from __future__ import annotations

from collections.abc import Awaitable

from jupyter_server.auth.identity import PasswordIdentityProvider, User
from tornado.web import RequestHandler


class GuestIdentity(PasswordIdentityProvider):
    """Jupyter's own, which gives each visitor the cookie."""

    async def get_user(self, handler: RequestHandler) -> User | None:
        """Tell who asks; the cookie goes out with the answer."""
        found = super().get_user(handler)
        user = await found if isinstance(found, Awaitable) else found
        # The cookie is set by reading it, which takes somebody who asks.
        handler.current_user = user
        _ = handler.xsrf_token
        return user
