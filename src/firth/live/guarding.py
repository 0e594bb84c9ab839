"""Who may ask the page, and what a browser may do with it.

The page is for the person at this machine. A site that is open in the same browser can send requests to 127.0.0.1 too,
or have its own name resolve to 127.0.0.1 (DNS rebinding). So every request has to name the page's own address, and no
other site's script gets an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Refuses requests under another name or from another site, and adds ``SECURITY_HEADERS`` to every response.

    Parameters
    ----------
    port : that the page listens on.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self.app = app
        self.hosts = (f"127.0.0.1:{port}", f"localhost:{port}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        refusal = self._refusal(Headers(scope=scope), scope["path"])
        await (JSONResponse({"error": refusal}, 403) if refusal else self.app)(scope, receive, send_guarded)

    def _refusal(self, headers: Headers, path: str) -> str | None:
        """Why a request is refused; None if it is not."""
        if headers.get("host", "").lower() not in self.hosts:
            return f"this page answers at http://{self.hosts[0]} alone; open it there"
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
        is_link = path == "/" and headers.get("sec-fetch-mode") == "navigate"  # from a slide or a course's site
        if origin not in (None, *(f"http://{host}" for host in self.hosts)):
            return "this page answers no other site; open it in a window of its own"
        if site not in ("same-origin", "none") and not is_link:
            return "this page answers no other site; open it in a window of its own"
        return None
