"""Who is let in: the address is the machine's own, which all of its users reach, and the class is one learner's."""

import re
import secrets
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler

WITHOUT_TOKEN = (
    "This page is its learner's alone. Open the whole address that workshop-tui serve printed, from http to the last "
    "letter of the token; after a new start of it, the new one.\n"
)
OTHER_HOST = "This page answers at 127.0.0.1 and localhost alone.\n"
OTHER_PAGE = "Another page may not ask for this.\n"


@dataclass(frozen=True)
class Door:
    """Refuses everybody who does not know the token; a new one each start."""

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def address(self) -> str:
        """What the learner opens."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"

    @property
    def cookie(self) -> str:
        """The cookie's name: browsers send those of all ports of a host to each of them."""
        return f"workshop-tui-{self.port}"

    def refusal(self, request: web.Request) -> str:
        """Return why a request gets nothing; empty where it does.

        The token counts in the page's address, and later as its cookie. A name other than the machine's own would let
        in pages whose name was pointed here (DNS rebinding); a port other than the server's is a tunnel's.
        """
        if not re.fullmatch(r"(127\.0\.0\.1|localhost)(:\d{1,5})?", request.host):
            return OTHER_HOST
        if not (self._is_token(request.cookies.get(self.cookie, "")) or self.is_entered(request)):
            return WITHOUT_TOKEN
        # Browsers name the page behind each websocket, and behind what another page asks for. A page of the same host
        # at another port is 'same site': it would send the cookie.
        origin = request.headers.get("Origin", "" if request.path == "/ws" else None)
        return "" if origin in (None, f"http://{request.host}") else OTHER_PAGE

    def is_entered(self, request: web.Request) -> bool:
        """Tell whether it asks for the page, with the token in its address."""
        return request.path == "/" and self._is_token(request.query.get("token", ""))

    @web.middleware
    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let in, or refuse with a sentence."""
        if why := self.refusal(request):
            return web.Response(status=403, text=why)
        response = await handler(request)
        if self.is_entered(request):
            response.set_cookie(self.cookie, self.token, httponly=True, samesite="Strict")
        return response

    def _is_token(self, text: str) -> bool:
        return secrets.compare_digest(text.encode(errors="replace"), self.token.encode())
