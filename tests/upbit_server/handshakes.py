"""How a connection begins: who may open one, and what is there from then on."""

from typing import TYPE_CHECKING, Final

from aiohttp import web

from .faults import PRIVATE, PUBLIC
from .mishaps import flood
from .private import PrivateFeed, PrivateKind
from .public import PublicFeed
from .request_log import RequestLog
from .rest import guarded
from .streams import Session

if TYPE_CHECKING:
    from .server import UpbitServer

CONNECTS_A_SECOND: Final = 5


class Handshakes:
    """The two addresses of streams."""

    def __init__(self, exchange: UpbitServer, log: RequestLog) -> None:
        """Connect to the feeds of an exchange."""
        self._exchange = exchange
        self._log = log

    def add_to(self, app: web.Application) -> None:
        """Register both."""
        app.router.add_get(PUBLIC, guarded(self._public))
        app.router.add_get(PRIVATE, guarded(self._private))

    async def _private(self, request: web.Request) -> web.StreamResponse:
        exchange = self._exchange
        exchange.admission.from_page(request, "connect")
        key = exchange.admission.signed(request, "connect", CONNECTS_A_SECOND)
        kind = PrivateKind(key, exchange.private)
        return await self._serve(request, kind, exchange.private, key.access_key)

    async def _public(self, request: web.Request) -> web.StreamResponse:
        exchange = self._exchange
        exchange.admission.from_page(request, "connect")
        exchange.admission.unsigned(request, "connect", CONNECTS_A_SECOND)
        return await self._serve(request, exchange.public, exchange.public)

    async def _serve(
        self,
        request: web.Request,
        kind: PrivateKind | PublicFeed,
        feed: PrivateFeed | PublicFeed,
        owner: str = "",
    ) -> web.WebSocketResponse:
        faults = self._exchange.faults
        socket = web.WebSocketResponse(autoping=False, timeout=0.1)
        await socket.prepare(request)
        self._log.note(request, 101)
        session = Session(socket, request, faults, kind, feed.sessions.remove, owner)
        feed.sessions.append(session)
        if faults.flooded:
            flood(session, faults.flooded)
        if code := faults.close_after_handshake:
            session.close(code)
        await session.run()
        return socket
